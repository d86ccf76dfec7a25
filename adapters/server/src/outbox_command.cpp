#include <iostream>

#include "command.hpp"
#include "service.hpp"

namespace coffeeauth::server {
namespace {

constexpr std::size_t most_listed = 1'000;

void print_jobs(OutboxReads& outbox, JobState state, std::string_view word) {
  for (const auto& job : outbox.list_jobs(state, most_listed)) {
    std::cout << job.id.str() << "  " << word << "  " << job.kind << "  written "
              << to_rfc3339(job.created_at) << "  tries " << job.attempts;
    if (job.abandoned > 0) std::cout << "  abandoned " << job.abandoned;
    if (state == JobState::pending) std::cout << "  next " << to_rfc3339(job.next_attempt_at);
    if (!job.last_error.empty()) std::cout << "  (" << job.last_error << ")";
    std::cout << "\n";
  }
}

void list_outbox(Store& store) {
  print_jobs(store.outbox(), JobState::pending, "waits");
  print_jobs(store.outbox(), JobState::dead, "given up");
  const auto depth = store.outbox().depth();
  std::cout << depth.pending << " waiting, " << depth.dead << " given up\n";
}

std::vector<JobId> wanted_jobs(const std::vector<std::string>& words, Store& store) {
  std::vector<JobId> ids;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto id = JobId::parse(words[i]);
    if (!id) throw UsageError(words[i] + " is not the id of a mail; see outbox list");
    ids.push_back(*id);
  }
  if (words.size() > 1) return ids;
  for (const auto& job : store.outbox().list_jobs(JobState::dead, most_listed)) {
    ids.push_back(job.id);
  }
  return ids;
}

int retry_outbox(const std::vector<JobId>& ids, Store& store, UtcTime now) {
  std::size_t revived = 0;
  for (const auto& id : ids) {
    if (store.transact([&](Transaction& tx) { return tx.outbox().revive_job(id, now); })) {
      ++revived;
    } else {
      std::cerr << id.str() << " is not there, or is being delivered at this moment\n";
    }
  }
  std::cout << revived << " will be tried now\n";
  return revived == ids.size() ? 0 : 1;
}

int delete_from_outbox(const std::vector<JobId>& ids, Store& store) {
  std::size_t deleted = 0;
  for (const auto& id : ids) {
    if (store.transact([&](Transaction& tx) { return tx.outbox().complete_job(id); })) {
      ++deleted;
    } else {
      std::cerr << id.str() << " is not there\n";
    }
  }
  std::cout << deleted << " deleted\n";
  return deleted == ids.size() ? 0 : 1;
}

}  // namespace

int run_outbox(const Arguments& arguments) {
  const auto& words = arguments.words();
  if (words.empty()) throw UsageError("outbox needs list, retry or delete");
  if (words[0] != "list" && words[0] != "retry" && words[0] != "delete") {
    throw UsageError("unknown command outbox " + words[0] + "; there are list, retry and delete");
  }
  if (words[0] == "list" && words.size() > 1) throw UsageError("unexpected " + words[1]);
  Service service{settings_of(arguments), SecretKeyUse::none};
  auto& store = service.store();
  if (words[0] == "list") {
    list_outbox(store);
    return 0;
  }
  const auto ids = wanted_jobs(words, store);
  if (words[0] == "delete") return delete_from_outbox(ids, store);
  return retry_outbox(ids, store, service.auth().parts().clock.now());
}

}  // namespace coffeeauth::server

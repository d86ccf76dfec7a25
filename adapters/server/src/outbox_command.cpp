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

int retry_outbox(const std::vector<std::string>& words, Store& store, UtcTime now) {
  const auto ids = wanted_jobs(words, store);
  std::size_t revived = 0;
  for (const auto& id : ids) {
    if (store.transact([&](Transaction& tx) { return tx.outbox().revive_job(id, now); })) {
      ++revived;
    } else {
      std::cerr << id.str() << " was not given up\n";
    }
  }
  std::cout << revived << " will be tried again\n";
  return revived == ids.size() ? 0 : 1;
}

}  // namespace

int run_outbox(const Arguments& arguments) {
  const auto& words = arguments.words();
  if (words.empty()) throw UsageError("outbox needs list or retry");
  if (words[0] != "list" && words[0] != "retry") {
    throw UsageError("unknown command outbox " + words[0] + "; there are list and retry");
  }
  if (words[0] == "list" && words.size() > 1) throw UsageError("unexpected " + words[1]);
  Service service{settings_of(arguments)};
  if (words[0] == "retry") {
    return retry_outbox(words, service.store(), service.auth().parts().clock.now());
  }
  list_outbox(service.store());
  return 0;
}

}  // namespace coffeeauth::server

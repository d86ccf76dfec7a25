#include <iostream>
#include <set>

#include "command.hpp"
#include "service.hpp"

namespace coffeeauth::server {
namespace {

constexpr std::size_t page = 1'000;

void print_jobs(OutboxReads& outbox, JobState state, std::string_view word, std::size_t total) {
  const auto jobs = outbox.list_jobs(state, page);
  for (const auto& job : jobs) {
    std::cout << job.id.str() << "  " << word << "  ";
    if (job.channel != mail_channel) std::cout << job.channel << "/";
    std::cout << job.kind << "  written " << to_rfc3339(job.created_at) << "  tries "
              << job.attempts;
    if (job.abandoned > 0) std::cout << "  abandoned " << job.abandoned;
    if (state == JobState::pending) std::cout << "  next " << to_rfc3339(job.next_attempt_at);
    if (!job.last_error.empty()) std::cout << "  (" << job.last_error << ")";
    std::cout << "\n";
  }
  if (total > jobs.size()) std::cout << "... and " << total - jobs.size() << " more\n";
}

void list_outbox(Service& service) {
  auto& store = service.store();
  const auto depth = store.outbox().depth();
  print_jobs(store.outbox(), JobState::pending, "waits", depth.pending);
  print_jobs(store.outbox(), JobState::dead, "given up", depth.dead);
  std::cout << depth.pending << " waiting, " << depth.dead << " given up in "
            << service.store_name() << "\n";
}

std::vector<JobId> named_jobs(const std::vector<std::string>& words) {
  std::vector<JobId> ids;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto id = JobId::parse(words[i]);
    if (!id) throw UsageError(words[i] + " is not the id of a mail or job; see outbox list");
    ids.push_back(*id);
  }
  return ids;
}

std::vector<JobId> given_up_jobs(Store& store) {
  std::vector<JobId> ids;
  for (const auto& job : store.outbox().list_jobs(JobState::dead, page)) ids.push_back(job.id);
  return ids;
}

struct Done {
  std::size_t done = 0;
  std::size_t not_done = 0;
};

/// Does `act` for each of them in a transaction of its own; it says whether it did.
template <class Act>
Done act_on(const std::vector<JobId>& ids, Store& store, std::string_view complaint, Act act) {
  Done result;
  for (const auto& id : ids) {
    if (store.transact([&](Transaction& tx) { return act(tx, id); })) {
      ++result.done;
    } else {
      ++result.not_done;
      std::cerr << id.str() << complaint << "\n";
    }
  }
  return result;
}

/// The same for those that are named, or else for all that were given up: `act` ends that.
template <class Act>
int act_on_wanted(const std::vector<std::string>& words, Service& service,
                  std::string_view complaint, std::string_view outcome, Act act) {
  auto& store = service.store();
  Done all;
  const bool is_named = words.size() > 1;
  // A worker may give one up again meanwhile: each is dealt with once.
  std::set<JobId> seen;
  for (auto ids = is_named ? named_jobs(words) : given_up_jobs(store); !ids.empty();) {
    std::erase_if(ids, [&](const JobId& id) { return !seen.insert(id).second; });
    const auto result = act_on(ids, store, complaint, act);
    all.done += result.done;
    all.not_done += result.not_done;
    // Where nothing moves, the next page would be the same one.
    if (is_named || result.done == 0) break;
    ids = given_up_jobs(store);
  }
  std::cout << all.done << outcome << " in " << service.store_name() << "\n";
  return all.not_done == 0 ? 0 : 1;
}

}  // namespace

int run_outbox(const Arguments& arguments) {
  const auto& words = arguments.words();
  if (words.empty()) throw UsageError("needs a word; there are list, retry and delete");
  if (words[0] != "list" && words[0] != "retry" && words[0] != "delete") {
    throw UsageError("unknown word " + words[0] + "; there are list, retry and delete");
  }
  if (words[0] == "list" && words.size() > 1) throw UsageError("unexpected " + words[1]);
  Service service{settings_of(arguments), SecretKeyUse::none, MissingFile::refused};
  if (words[0] == "list") {
    list_outbox(service);
    return 0;
  }
  if (words[0] == "delete") {
    return act_on_wanted(
        words, service, " does not exist", " deleted",
        [](Transaction& tx, const JobId& id) { return tx.outbox().complete_job(id); });
  }
  const auto now = service.auth().parts().clock.now();
  return act_on_wanted(
      words, service, " does not exist, or is being delivered right now", " will be tried now",
      [now](Transaction& tx, const JobId& id) { return tx.outbox().revive_job(id, now); });
}

}  // namespace coffeeauth::server

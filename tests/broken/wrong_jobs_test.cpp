// Stores whose outbox, keys or leases are wrong, even when only one thread asks. The suite must
// reject each.

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <chrono>

#include "tests/broken/rejected.hpp"

using namespace coffeeauth;
using namespace coffeeauth::broken;

namespace {

struct KeysThatNeverRetire : Sound {
  struct KeysPart : Keys {
    using Keys::Part;
    bool insert_first_key(const StoredKey& key, UtcTime /*others_verify_until*/) override {
      return Keys::insert_first_key(key, UtcTime::max());
    }
  };
};

struct KeysThatStay : Sound {
  struct KeysPart : Keys {
    using Keys::Part;
    bool revoke_key(std::string_view kid) override {
      const auto keys = list_keys();
      return std::any_of(keys.begin(), keys.end(),
                         [&](const StoredKey& key) { return key.kid == kid; });
    }
  };
};

struct ClaimsTwice : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    std::vector<ClaimedJob> claim_jobs(std::string_view channel, std::size_t limit,
                                       const LeaseId& lease, UtcTime now,
                                       UtcTime /*until*/) override {
      return Jobs::claim_jobs(channel, limit, lease, now, now);
    }
  };
};

struct ClaimsAnyChannel : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    std::vector<ClaimedJob> claim_jobs(std::string_view channel, std::size_t limit,
                                       const LeaseId& lease, UtcTime now, UtcTime until) override {
      auto claimed = Jobs::claim_jobs(channel, limit, lease, now, until);
      const auto* const other = channel == mail_channel ? "push" : "mail";
      for (auto& job : Jobs::claim_jobs(other, limit - claimed.size(), lease, now, until)) {
        claimed.push_back(std::move(job));
      }
      return claimed;
    }
  };
};

struct AnyChannelIsDue : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    std::optional<UtcTime> next_due(std::string_view channel) override {
      const auto own = Jobs::next_due(channel);
      const auto mails = Jobs::next_due(mail_channel);
      return own && mails ? std::min(own, mails) : (own ? own : mails);
    }
  };
};

struct ListsMailsAlone : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    std::vector<SealedJob> list_sealed_jobs(const JobId& after, std::size_t limit) override {
      auto jobs = Jobs::list_sealed_jobs(after, limit);
      for (auto& job : jobs) job.channel = mail_channel;
      return jobs;
    }
  };
};

struct StaleLease : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    bool retry_job(const JobId& job, const LeaseId& lease, UtcTime next,
                   const std::string& reason) override {
      static_cast<void>(Jobs::retry_job(job, lease, next, reason));
      return true;
    }
  };
};

struct ClaimsAsTries : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    std::vector<ClaimedJob> claim_jobs(std::string_view channel, std::size_t limit,
                                       const LeaseId& lease, UtcTime now, UtcTime until) override {
      auto claimed = Jobs::claim_jobs(channel, limit, lease, now, until);
      for (auto& job : claimed) job.attempts += job.abandoned;
      return claimed;
    }
  };
};

struct CountedRelease : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    bool release_job(const JobId& job, const LeaseId& lease, UtcTime due_at) override {
      return Jobs::retry_job(job, lease, due_at, "not tried yet");
    }
  };
};

struct LateNewsLost : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    bool complete_job(const JobId& job) override {
      for (const auto& one : list_jobs(JobState::pending, 100)) {
        if (one.id == job && one.abandoned > 0) return false;
      }
      return Jobs::complete_job(job);
    }
  };
};

struct RevivedFromHands : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    bool revive_job(const JobId& job, UtcTime now) override {
      return Jobs::revive_job(job, now) || Jobs::revive_job(job, now + std::chrono::hours{1});
    }
  };
};

struct DeadExpire : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    std::size_t delete_expired_jobs(UtcTime now, std::size_t limit) override {
      return Jobs::delete_expired_jobs(now, limit) + Jobs::delete_dead_jobs(now, limit);
    }
  };
};

struct DeadByAge : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    bool bury_job(const JobId& job, const LeaseId& lease, const std::string& reason,
                  UtcTime now) override {
      // Only where it was written earlier by more than a moment: the cutoff itself is right.
      for (const auto& one : Jobs::list_jobs(JobState::pending, 100)) {
        if (one.id == job && now - one.created_at > std::chrono::hours{1}) now = one.created_at;
      }
      return Jobs::bury_job(job, lease, reason, now);
    }
  };
};

struct SharedLease : Sound {
  struct KeysPart : Keys {
    using Keys::Part;
    bool acquire_lease(std::string_view name, const LeaseId& /*holder*/, UtcTime now,
                       UtcTime until) override {
      return Keys::acquire_lease(name, LeaseId{}, now, until);
    }
  };
};

}  // namespace

struct ResealsAnyKey : Sound {
  struct KeysPart : Keys {
    using Keys::Part;
    bool reseal_key(std::string_view kid, const std::string& /*from*/,
                    const std::string& to) override {
      for (const auto& one : list_keys()) {
        if (one.kid == kid) return Keys::reseal_key(kid, one.sealed_private, to);
      }
      return false;
    }
  };
};

struct ResealsAnyMail : Sound {
  struct JobsPart : Jobs {
    using Jobs::Part;
    bool reseal_job(const JobId& job, const std::string& /*from*/, const std::string& to) override {
      for (const auto& one : list_sealed_jobs(JobId{}, 100)) {
        if (one.id == job) return Jobs::reseal_job(job, one.sealed_payload, to);
      }
      return false;
    }
  };
};

REJECTED("that lets a key of another algorithm verify for ever", KeysThatNeverRetire, key_contract)
REJECTED("that keeps a revoked key", KeysThatStay, key_contract)
REJECTED("that gives one job to two workers", ClaimsTwice, outbox_contract)
REJECTED("that gives a worker the jobs of another channel", ClaimsAnyChannel, outbox_contract)
REJECTED("that says of a channel that another's job is due", AnyChannelIsDue, outbox_contract)
REJECTED("that takes every sealed job for a mail", ListsMailsAlone, outbox_contract)
REJECTED("that believes a stale lease", StaleLease, outbox_contract)
REJECTED("that counts a claim as a try", ClaimsAsTries, outbox_contract)
REJECTED("that counts what was given back", CountedRelease, outbox_contract)
REJECTED("that keeps a mail whose delivery it hears of late", LateNewsLost, outbox_contract)
REJECTED("that revives a mail in a worker's hands", RevivedFromHands, outbox_contract)
REJECTED("that deletes dead mails with the expired ones", DeadExpire, outbox_contract)
REJECTED("that deletes dead mails by when they were written", DeadByAge, outbox_contract)
REJECTED("that gives one lease to two holders", SharedLease, key_contract)
REJECTED("that seals another key's content anew", ResealsAnyKey, reseal_contract)
REJECTED("that seals another mail's content anew", ResealsAnyMail, reseal_contract)

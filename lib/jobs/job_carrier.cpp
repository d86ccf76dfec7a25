#include <chrono>
#include <utility>

#include "lib/jobs/carrier.hpp"
#include "lib/mail/sealed_job.hpp"

namespace coffeeauth::jobs {
namespace {

/// As a Mailer waits that cannot do anything beforehand.
constexpr std::chrono::seconds longest_wait_for_turn{30};

class JobCarrier final : public Carrier {
 public:
  JobCarrier(Services& services, JobHandler& handler) : s_(services), handler_(handler) {}

  std::optional<Try> carry(const NewJob& job, DeliveryTurn& turn) override {
    auto payload = open_job(job, s_.vault);
    if (!payload) return std::nullopt;
    try {
      if (!turn.take(longest_wait_for_turn)) return Try{};
      return Try{handler_.deliver({.id = job.id,
                                   .kind = job.kind,
                                   .payload = *std::move(payload),
                                   .created_at = job.created_at,
                                   .expires_at = job.expires_at})};
    } catch (...) {
      // Its text could quote the payload, and so a code.
      s_.parts.diagnostics->tell({"job handler", job.kind, "an exception"});
      return Try{{DeliveryVerdict::retry_later, "the job handler failed", DeliveryProblem::local},
                 "handler"};
    }
  }

 private:
  Services& s_;
  JobHandler& handler_;
};

}  // namespace

std::unique_ptr<Carrier> make_job_carrier(Services& services, JobHandler& handler) {
  return std::make_unique<JobCarrier>(services, handler);
}

}  // namespace coffeeauth::jobs

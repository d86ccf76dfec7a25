#pragma once
/// JobHandler: hands a job of a feature over for delivery, as a Mailer does with a mail.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/ports/mailer.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A job to write to the outbox: Kernel::enqueue_job().
struct JobRequest {
  /// Selects the workers: a snake_case word such as `push`, not mail_channel.
  std::string_view channel;
  /// The kind within the channel: a stable snake_case word, shown by events and `outbox list`.
  std::string_view kind;
  /// Bytes, which the outbox keeps encrypted.
  std::string_view payload;
  /// When the job becomes useless: it is then dropped, not delivered.
  std::optional<UtcTime> expires_at{};
};

/// A job to deliver.
struct Job {
  /// Constant across attempts, so that the receiving side can drop duplicates.
  JobId id;
  /// JobRequest::kind.
  std::string kind;
  /// JobRequest::payload.
  Secret payload;
  /// When the job was enqueued.
  UtcTime created_at{};
  /// JobRequest::expires_at.
  std::optional<UtcTime> expires_at{};
};

/// Delivers the jobs of one channel; passed to a jobs::JobWorker. Must be thread-safe.
class JobHandler {
 public:
  virtual ~JobHandler() = default;
  JobHandler(const JobHandler&) = delete;
  JobHandler& operator=(const JobHandler&) = delete;

  /// Tries to hand one job over, and returns how to proceed. Must not throw; an exception is
  /// treated as `retry_later`. Called at least once for a job that has not expired: if the result
  /// is uncertain, return `retry_later`.
  [[nodiscard]] virtual Delivery deliver(const Job& job) = 0;

 protected:
  JobHandler() = default;
};

}  // namespace coffeeauth

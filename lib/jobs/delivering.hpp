#pragma once
/// Delivering: one claimed job from its sealed parameters to a verdict, without the Store. Private
/// to the library.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <vector>

#include "coffeeauth/ports/mailer.hpp"
#include "lib/auth/services.hpp"
#include "lib/jobs/carrier.hpp"
#include "lib/jobs/hands.hpp"
#include "lib/jobs/turns.hpp"

namespace coffeeauth::jobs {

/// What is told of the server that the jobs of a worker go to.
struct ServerEvents {
  EventKind failing;
  EventKind recovered;
  std::vector<EventDetail> details;
};

/// Callable from many threads.
class Delivering {
 public:
  /// Borrows the services.
  Delivering(Services& services, std::unique_ptr<Carrier> carrier, ServerEvents events);

  /// Never throws: whatever goes wrong on the way is a try that failed.
  [[nodiscard]] Outcome deal_with(const ClaimedJob& claimed, JobTurn& turn) noexcept;

 private:
  /// What is known of the mail server.
  enum class Server {
    unknown,
    /// The last thing seen that tells is a mail that it took.
    well,
    /// It answers, and will not send for this service.
    unwilling,
    /// It cannot be reached or used.
    failing,
  };

  [[nodiscard]] Outcome judge(const ClaimedJob& claimed, Try tried);
  [[nodiscard]] static Server after(Server before, const Delivery& delivery, bool tried_before);
  [[nodiscard]] bool note(const ClaimedJob& claimed, const Delivery& delivery);
  [[nodiscard]] bool is_told(const JobId& job, const Delivery& delivery);

  Services& s_;
  const std::unique_ptr<Carrier> carrier_;
  const ServerEvents events_;
  std::mutex mutex_;
  Server server_ = Server::unknown;
  /// Why the server is bad, in each way that it was since it was well.
  std::set<DeliveryProblem> told_of_server_;
  /// Mails that the server refused because of the service when they were tried last, and why.
  std::map<JobId, DeliveryProblem> told_of_mails_;
};

}  // namespace coffeeauth::jobs

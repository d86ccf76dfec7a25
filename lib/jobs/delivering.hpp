#pragma once
/// Delivering: one claimed job from its sealed parameters to a verdict, without the Store. Private
/// to the library.

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>

#include "coffeeauth/ports/mailer.hpp"
#include "lib/auth/services.hpp"
#include "lib/jobs/hands.hpp"
#include "lib/jobs/turns.hpp"
#include "lib/mail/mail_job.hpp"

namespace coffeeauth::jobs {

/// Callable from many threads.
class Delivering {
 public:
  /// Borrows both.
  Delivering(Services& services, Mailer& mailer);

  /// Never throws: whatever goes wrong on the way is a try that failed.
  [[nodiscard]] Outcome deal_with(const ClaimedJob& claimed, JobTurn& turn) noexcept;

 private:
  /// A try that failed before it came to the Mailer has a reason of its own.
  struct Try {
    Delivery delivery;
    std::string_view reason{};
  };

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
  [[nodiscard]] std::optional<MailContent> render(std::string_view kind,
                                                  const MailParameters& parameters) const;
  [[nodiscard]] Try send(const NewJob& job, const MailParameters& parameters, DeliveryTurn& turn);
  [[nodiscard]] static Server after(Server before, const Delivery& delivery, bool tried_before);
  [[nodiscard]] bool note(const ClaimedJob& claimed, const Delivery& delivery);
  [[nodiscard]] bool is_told(const JobId& job, const Delivery& delivery);

  Services& s_;
  Mailer& mailer_;
  /// For the kinds that the templates in use do not know; made for the first of these.
  mutable std::unique_ptr<MailTemplates> own_words_;
  mutable std::once_flag own_words_made_;
  std::mutex mutex_;
  Server server_ = Server::unknown;
  /// Why the server is bad, in each way that it was since it was well.
  std::set<DeliveryProblem> told_of_server_;
  /// Mails that the server refused because of the service when they were tried last, and why.
  std::map<JobId, DeliveryProblem> told_of_mails_;
};

}  // namespace coffeeauth::jobs

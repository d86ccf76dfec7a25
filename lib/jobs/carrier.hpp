#pragma once
/// Carrier: what becomes of one opened job of a channel: a mail, or a job of a feature. Private to
/// the library.

#include <memory>
#include <optional>
#include <string_view>

#include "coffeeauth/ports/job_handler.hpp"
#include "coffeeauth/ports/mailer.hpp"
#include "coffeeauth/ports/outbox.hpp"
#include "lib/auth/services.hpp"

namespace coffeeauth::jobs {

/// A try that failed before it came to the Mailer or JobHandler has a reason of its own.
struct Try {
  Delivery delivery;
  std::string_view reason{};
};

/// Callable from many threads.
class Carrier {
 public:
  virtual ~Carrier() = default;
  Carrier(const Carrier&) = delete;
  Carrier& operator=(const Carrier&) = delete;

  /// Nothing when the payload cannot be opened. Throws without memory alone.
  [[nodiscard]] virtual std::optional<Try> carry(const NewJob& job, DeliveryTurn& turn) = 0;

 protected:
  Carrier() = default;
};

/// Borrow all of it.
[[nodiscard]] std::unique_ptr<Carrier> make_mail_carrier(Services& services, Mailer& mailer);
[[nodiscard]] std::unique_ptr<Carrier> make_job_carrier(Services& services, JobHandler& handler);

}  // namespace coffeeauth::jobs

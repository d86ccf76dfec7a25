#pragma once
/// One SMTP conversation (RFC 5321): from the greeting to QUIT, for any number of mails.

#include <optional>
#include <string>
#include <string_view>

#include "channel.hpp"
#include "wire.hpp"

namespace coffeeauth::smtp {

/// Belongs to one thread at a time. What throws SessionFailed leaves a session that is of no use.
class Session {
 public:
  /// Connects, secures and logs in, by `deadline`. `options` must outlive the session; `context` is
  /// null when there is to be no TLS.
  Session(const SmtpOptions& options, const Poco::Net::Context::Ptr& context, Deadline deadline);

  /// Ends whatever was begun, and finds out whether the server is still there.
  void reset(Deadline deadline);

  /// One mail; `data` as of to_data(). The session stays of use whatever the verdict is.
  [[nodiscard]] Delivery send(std::string_view to, std::string_view data, Deadline deadline);

  /// Says goodbye, and waits a moment for the answer: some servers read nothing of a client that
  /// has gone (RFC 5321 4.1.1.10).
  void quit() noexcept;

  /// Whether the server may have taken the last mail without our hearing of it.
  [[nodiscard]] bool content_is_out() const noexcept { return content_is_out_; }
  /// Whether the server hung up or said what it was not asked.
  [[nodiscard]] bool is_stale() noexcept { return !buffer_.empty() || channel_.has_news(); }
  [[nodiscard]] std::size_t mails() const noexcept { return mails_; }

 private:
  [[nodiscard]] Deadline step(Deadline deadline) const;
  void say(std::string_view step_name, std::string_view bytes, Deadline deadline);
  [[nodiscard]] Reply read_reply(std::string_view step_name, Deadline deadline);
  [[nodiscard]] Reply ask(std::string_view step_name, std::string_view line, Deadline deadline);
  void require(std::string_view step_name, std::string_view line, int code, Deadline deadline);
  [[nodiscard]] Capabilities greet(Deadline deadline);
  void secure(const Poco::Net::Context::Ptr& context, std::string_view step_name,
              Deadline deadline);
  void log_in(const Capabilities& can, Deadline deadline);

  const SmtpOptions& options_;
  Channel channel_;
  /// What came and was not yet read as a reply.
  std::string buffer_;
  std::size_t mails_ = 0;
  bool content_is_out_ = false;
};

}  // namespace coffeeauth::smtp

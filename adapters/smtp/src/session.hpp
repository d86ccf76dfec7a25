#pragma once
/// One SMTP conversation (RFC 5321): from the greeting to QUIT, for any number of mails.

#include <exception>
#include <optional>
#include <string>
#include <string_view>

#include "adapters/net/src/channel.hpp"
#include "coffeeauth/smtp/smtp.hpp"
#include "judgement.hpp"
#include "wire.hpp"

namespace coffeeauth::smtp {

using net::Deadline;

/// The conversation cannot go on, and its connection must not be used again.
class SessionFailed : public std::exception {
 public:
  /// `reason`: fixed words; nothing that the server said beyond a code.
  explicit SessionFailed(std::string reason, DeliveryProblem problem = DeliveryProblem::unreachable,
                         bool turned_away = false)
      : reason_(std::move(reason)), problem_(problem), turned_away_(turned_away) {}
  [[nodiscard]] const char* what() const noexcept override { return reason_.c_str(); }
  [[nodiscard]] DeliveryProblem problem() const noexcept { return problem_; }
  /// Delivery::turned_away.
  [[nodiscard]] bool turned_away() const noexcept { return turned_away_; }

 private:
  std::string reason_;
  DeliveryProblem problem_;
  bool turned_away_;
};

/// The mail was not handed over because its turn did not come; its connection is of no use.
class NoTurn : public std::exception {};

/// Belongs to one thread at a time. What throws leaves a session that is of no use.
class Session {
 public:
  /// Connects, secures and logs in, by `deadline`. `options` must outlive the session; `tls` is
  /// null when there is to be no TLS.
  Session(const SmtpOptions& options, net::Resolver& resolver, const net::TlsContext* tls,
          Deadline deadline);

  /// One mail; `data` as of to_data(). The session stays of use whatever the verdict is. On a
  /// connection that carried a mail before, what was begun is ended first, and the answer to that,
  /// which proves that the server is still there, is waited for until `proof_of_life` at most.
  ///
  /// Where the server offers PIPELINING (RFC 2920), all that comes before the message goes out at
  /// once: two round trips a mail in place of five.
  ///
  /// All goes out at once but the final dot, which makes the mail the server's: that waits for
  /// `turn`, for half of the time that is left, so that the answer has the other half. Throws
  /// NoTurn when it does not come.
  [[nodiscard]] Delivery send(std::string_view to, std::string_view data, DeliveryTurn& turn,
                              Deadline deadline,
                              std::optional<Deadline> proof_of_life = std::nullopt);

  /// Says goodbye, and waits a moment for the answer: some servers read nothing of a client that
  /// has gone (RFC 5321 4.1.1.10).
  void quit() noexcept;

  /// Whether the server may have taken the last mail without our hearing of it.
  [[nodiscard]] bool content_is_out() const noexcept { return content_is_out_; }
  /// Whether the server hung up or said what it was not asked.
  [[nodiscard]] bool is_stale() noexcept { return !buffer_.empty() || channel_.has_news(); }
  [[nodiscard]] std::size_t mails() const noexcept { return mails_; }

 private:
  /// The commands before DATA, as lines; `reset` is empty for the first mail.
  struct Envelope {
    std::string reset;
    std::string sender;
    std::string recipient;
  };

  /// When a step that begins now must be over.
  [[nodiscard]] Deadline by(Deadline deadline) const;
  void say(Step step, std::string_view bytes, Deadline deadline);
  [[nodiscard]] Reply read_reply(Step step, Deadline deadline);
  [[nodiscard]] Reply ask(Step step, std::string_view line, Deadline deadline);
  void require(Step step, std::string_view line, int code, Deadline deadline);
  void greet(Deadline deadline);
  void secure(const net::TlsContext& tls, const char* step_name, Deadline deadline);
  void log_in(Deadline deadline);
  void log_in_by_password(Deadline deadline);
  void log_in_by_token(Deadline deadline);
  /// The reply to an initial response, which goes with the command where that is short enough (RFC
  /// 4954 4).
  [[nodiscard]] Reply authenticate(std::string_view mechanism, const Secret& message,
                                   Deadline deadline);
  /// What came of the message, which the server waits for.
  [[nodiscard]] Delivery send_message(std::string_view data, DeliveryTurn& turn, Deadline deadline);
  /// Nothing when the server waits for the message; else what became of the mail.
  [[nodiscard]] std::optional<Delivery> send_in_turn(const Envelope& envelope, Deadline deadline,
                                                     Deadline proof_of_life);
  [[nodiscard]] std::optional<Delivery> send_together(const Envelope& envelope, Deadline deadline,
                                                      Deadline proof_of_life);

  const SmtpOptions& options_;
  net::Channel channel_;
  /// As of the last EHLO.
  Capabilities can_;
  /// What came and was not yet read as a reply.
  std::string buffer_;
  std::size_t mails_ = 0;
  bool content_is_out_ = false;
};

}  // namespace coffeeauth::smtp

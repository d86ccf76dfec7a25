#include "session.hpp"

#include <algorithm>
#include <array>

namespace coffeeauth::smtp {
namespace {

constexpr int closing = 421;
constexpr std::size_t longest_command = 512;

std::string reason_for(std::string_view step_name, const Reply& reply) {
  return std::string{step_name} + " " + std::to_string(reply.code);
}

/// Permanent replies that are about us and not about this recipient or message: unknown or
/// misplaced commands, and a login that is missing or not liked.
bool blames_the_client(int code) {
  static constexpr std::array<int, 6> codes{500, 502, 503, 530, 535, 538};
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

Delivery not_delivered(std::string_view step_name, const Reply& reply) {
  const bool refused = reply.is_permanent() && !blames_the_client(reply.code);
  return {refused ? DeliveryVerdict::refused : DeliveryVerdict::retry_later,
          reason_for(step_name, reply)};
}

}  // namespace

Session::Session(const SmtpOptions& options, const Poco::Net::Context::Ptr& context,
                 Deadline deadline)
    : options_(options), channel_(options.host, options.port, step(deadline)) {
  if (options_.security == SmtpSecurity::implicit_tls) secure(context, "TLS", deadline);
  const auto greeting = read_reply("greeting", step(deadline));
  if (greeting.code != 220) throw SessionFailed(reason_for("greeting", greeting));
  auto can = greet(deadline);
  if (options_.security == SmtpSecurity::starttls) {
    if (!can.starttls) throw SessionFailed("STARTTLS is not offered");
    require("STARTTLS", "STARTTLS\r\n", 220, deadline);
    // What came in clear behind the reply would be taken for what the secured server says.
    if (!buffer_.empty()) throw SessionFailed("STARTTLS: octets in clear behind the reply");
    secure(context, "STARTTLS", deadline);
    // What was offered in clear may have been anybody's offer (RFC 3207 4.2).
    can = greet(deadline);
  }
  if (!options_.username.empty()) log_in(can, deadline);
}

Deadline Session::step(Deadline deadline) const {
  return std::min(deadline, std::chrono::steady_clock::now() + options_.timeout);
}

Reply Session::read_reply(std::string_view step_name, Deadline deadline) try {
  for (;;) {
    auto outcome = parse_reply(buffer_);
    if (std::holds_alternative<Malformed>(outcome)) throw SessionFailed("not an SMTP reply");
    if (auto* const parsed = std::get_if<Parsed>(&outcome)) {
      buffer_.erase(0, parsed->size);
      if (parsed->reply.code == closing) throw SessionFailed("421");
      return std::move(parsed->reply);
    }
    channel_.receive_into(buffer_, deadline);
  }
} catch (const SessionFailed& e) {
  const auto* const between = std::string_view{e.what()} == "421" ? " " : ": ";
  throw SessionFailed(std::string{step_name} + between + e.what());
}

Reply Session::ask(std::string_view step_name, std::string_view line, Deadline deadline) {
  // A reply that was not asked for would be taken for the answer to this.
  if (!buffer_.empty()) {
    throw SessionFailed(std::string{step_name} + ": a reply that was not asked for");
  }
  const auto by = step(deadline);
  say(step_name, line, by);
  return read_reply(step_name, by);
}

void Session::say(std::string_view step_name, std::string_view bytes, Deadline deadline) {
  try {
    channel_.send(bytes, deadline);
  } catch (const SessionFailed& e) {
    throw SessionFailed(std::string{step_name} + ": " + e.what());
  }
}

void Session::require(std::string_view step_name, std::string_view line, int code,
                      Deadline deadline) {
  const auto reply = ask(step_name, line, deadline);
  if (reply.code != code) throw SessionFailed(reason_for(step_name, reply));
}

Capabilities Session::greet(Deadline deadline) {
  const auto name = options_.client_name.empty() ? channel_.local_literal() : options_.client_name;
  const auto reply = ask("EHLO", "EHLO " + name + "\r\n", deadline);
  if (reply.code != 250) throw SessionFailed(reason_for("EHLO", reply));
  return read_capabilities(reply);
}

void Session::secure(const Poco::Net::Context::Ptr& context, std::string_view step_name,
                     Deadline deadline) {
  try {
    channel_.secure(context, options_.host, step(deadline));
  } catch (const SessionFailed& e) {
    throw SessionFailed(std::string{step_name} + ": " + e.what());
  }
}

void Session::log_in(const Capabilities& can, Deadline deadline) {
  const auto prove = [&](const Secret& line, int code) {
    require("AUTH", line.expose_secret(), code, deadline);
  };
  if (can.plain) {
    const auto message = plain_message(options_.username, options_.password);
    auto line = secret_line("AUTH PLAIN ", message);
    if (line.size() > longest_command) {
      require("AUTH", "AUTH PLAIN\r\n", 334, deadline);
      line = secret_line("", message);
    }
    prove(line, 235);
  } else if (can.login) {
    require("AUTH", "AUTH LOGIN\r\n", 334, deadline);
    prove(secret_line("", Secret{options_.username}), 334);
    prove(secret_line("", options_.password), 235);
  } else {
    throw SessionFailed("AUTH: neither PLAIN nor LOGIN is offered");
  }
}

void Session::reset(Deadline deadline) {
  content_is_out_ = false;
  require("RSET", "RSET\r\n", 250, deadline);
}

Delivery Session::send(std::string_view to, std::string_view data, Deadline deadline) {
  content_is_out_ = false;
  ++mails_;
  const auto from = ask("MAIL FROM", "MAIL FROM:<" + options_.from.address + ">\r\n", deadline);
  // A sender that is refused is a mistake in the configuration, and would be for every mail.
  if (!from.is_success()) return {DeliveryVerdict::retry_later, reason_for("MAIL FROM", from)};
  const auto recipient = ask("RCPT TO", "RCPT TO:<" + std::string{to} + ">\r\n", deadline);
  if (!recipient.is_success()) return not_delivered("RCPT TO", recipient);
  const auto go = ask("DATA", "DATA\r\n", deadline);
  if (go.is_success()) throw SessionFailed(reason_for("DATA", go));
  if (go.code != 354) return not_delivered("DATA", go);

  if (!buffer_.empty()) throw SessionFailed("DATA: a reply that was not asked for");
  content_is_out_ = true;
  say("message", data, step(deadline));
  const auto taken = read_reply("message", deadline);
  content_is_out_ = false;
  if (taken.is_success()) return {DeliveryVerdict::delivered, {}};
  return not_delivered("message", taken);
}

void Session::quit() noexcept {
  try {
    using namespace std::chrono_literals;
    const auto deadline = std::chrono::steady_clock::now() + 100ms;
    channel_.send("QUIT\r\n", deadline);
    channel_.receive_into(buffer_, deadline);
  } catch (const std::exception&) {
    // It is being closed anyway.
  }
}

}  // namespace coffeeauth::smtp

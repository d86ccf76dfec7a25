#include "session.hpp"

#include <algorithm>

#include "address.hpp"
#include "token.hpp"

namespace coffeeauth::smtp {
namespace {

constexpr int closing = 421;
constexpr std::size_t longest_command = 512;
constexpr std::string_view final_dot = ".\r\n";
constexpr const char* unasked = "a reply that was not asked for";

[[noreturn]] void fail(Step step, const Reply& reply) {
  throw SessionFailed(reason_for(step, reply), problem_of(step, reply), turns_away(step, reply));
}

[[noreturn]] void fail(Step step, const char* why, DeliveryProblem problem) {
  throw SessionFailed(std::string{name_of(step)} + ": " + why, problem);
}

Secret take_token(const TokenSource& source, bool refused) {
  try {
    auto token = source(refused);
    if (is_bearer_token(token)) return token;
  } catch (...) {
    // An embedder's; whatever it says may hold the token.
  }
  fail(Step::login, "no token is to be had", DeliveryProblem::login);
}

DeliveryProblem problem_of(const net::ConnectionFailed& why) noexcept {
  const bool tls =
      why.failure() == net::Failure::untrusted || why.failure() == net::Failure::handshake;
  return tls ? DeliveryProblem::tls : DeliveryProblem::unreachable;
}

/// Says at which step it was.
[[noreturn]] void fail(Step step, const net::ConnectionFailed& why) {
  fail(step, why.what(), problem_of(why));
}

net::Channel connect(const SmtpOptions& options, net::Resolver& resolver, Deadline deadline) try {
  return {resolver.resolve(options.host, deadline), options.port, deadline};
} catch (const net::ConnectionFailed& why) {
  throw SessionFailed(why.what(), problem_of(why));
}

}  // namespace

Session::Session(const SmtpOptions& options, net::Resolver& resolver, const net::TlsContext* tls,
                 Deadline deadline)
    : options_(options), channel_(connect(options, resolver, by(deadline))) {
  if (options_.security == SmtpSecurity::implicit_tls) secure(*tls, "TLS", deadline);
  const auto greeting = read_reply(Step::greeting, by(deadline));
  if (greeting.code != 220) fail(Step::greeting, greeting);
  greet(deadline);
  if (options_.security == SmtpSecurity::starttls) {
    if (!can_.starttls) throw SessionFailed("STARTTLS is not offered", DeliveryProblem::tls);
    require(Step::starttls, "STARTTLS\r\n", 220, deadline);
    // What came in clear behind the reply would be taken for what the secured server says.
    if (!buffer_.empty()) {
      fail(Step::starttls, "octets in clear behind the reply", DeliveryProblem::tls);
    }
    secure(*tls, "STARTTLS", deadline);
    // What was offered in clear may have been anybody's offer (RFC 3207 4.2).
    greet(deadline);
  }
  if (!options_.username.empty()) log_in(deadline);
}

Deadline Session::by(Deadline deadline) const {
  return std::min(deadline, std::chrono::steady_clock::now() + options_.timeout);
}

Reply Session::read_reply(Step step, Deadline deadline) {
  for (;;) {
    auto outcome = parse_reply(buffer_);
    if (std::holds_alternative<Malformed>(outcome)) {
      fail(step, "not an SMTP reply", DeliveryProblem::protocol);
    }
    if (auto* const parsed = std::get_if<Parsed>(&outcome)) {
      buffer_.erase(0, parsed->size);
      if (parsed->reply.code == closing) fail(step, parsed->reply);
      return std::move(parsed->reply);
    }
    try {
      channel_.receive_into(buffer_, deadline);
    } catch (const net::ConnectionFailed& e) {
      fail(step, e);
    }
  }
}

void Session::say(Step step, std::string_view bytes, Deadline deadline) {
  // It would be taken for the answer to this.
  if (!buffer_.empty()) fail(step, unasked, DeliveryProblem::protocol);
  try {
    channel_.send(bytes, deadline);
  } catch (const net::ConnectionFailed& e) {
    fail(step, e);
  }
}

Reply Session::ask(Step step, std::string_view line, Deadline deadline) {
  const auto until = by(deadline);
  say(step, line, until);
  return read_reply(step, until);
}

void Session::require(Step step, std::string_view line, int code, Deadline deadline) {
  const auto reply = ask(step, line, deadline);
  if (reply.code != code) fail(step, reply);
}

void Session::greet(Deadline deadline) {
  auto name = host_name(options_.client_name, options_.from);
  // A name of one label is nobody's in the DNS; an address is at least true.
  if (options_.client_name.empty() && name.find('.') == std::string::npos) {
    try {
      name = address_literal(channel_.local_address());
    } catch (const net::ConnectionFailed& e) {
      fail(Step::hello, e);
    }
  }
  auto reply = ask(Step::hello, "EHLO " + name + "\r\n", deadline);
  const bool unknown = reply.code == 500 || reply.code == 502 || reply.code == 504;
  if (unknown && options_.security == SmtpSecurity::none && options_.username.empty()) {
    // A server from before extensions (RFC 5321 3.2); what they are for is not asked of it.
    reply = ask(Step::hello, "HELO " + name + "\r\n", deadline);
    reply.lines.clear();
  }
  if (reply.code != 250) fail(Step::hello, reply);
  can_ = read_capabilities(reply);
}

void Session::secure(const net::TlsContext& tls, const char* step_name, Deadline deadline) try {
  channel_.secure(tls, by(deadline));
} catch (const net::ConnectionFailed& why) {
  throw SessionFailed(std::string{step_name} + ": " + why.what(), problem_of(why));
}

void Session::log_in(Deadline deadline) {
  if (options_.login == SmtpLogin::xoauth2) {
    log_in_by_token(deadline);
  } else {
    log_in_by_password(deadline);
  }
}

Reply Session::authenticate(std::string_view mechanism, const Secret& message, Deadline deadline) {
  const auto command = "AUTH " + std::string{mechanism};
  auto line = secret_line(command + " ", message);
  if (line.size() > longest_command) {
    require(Step::login, command + "\r\n", 334, deadline);
    line = secret_line("", message);
  }
  return ask(Step::login, line.expose_secret(), deadline);
}

void Session::log_in_by_password(Deadline deadline) {
  if (can_.plain) {
    const auto reply =
        authenticate("PLAIN", plain_message(options_.username, options_.password), deadline);
    if (reply.code != 235) fail(Step::login, reply);
  } else if (can_.login) {
    require(Step::login, "AUTH LOGIN\r\n", 334, deadline);
    const auto name = secret_line("", Secret{options_.username});
    require(Step::login, name.expose_secret(), 334, deadline);
    const auto password = secret_line("", options_.password);
    require(Step::login, password.expose_secret(), 235, deadline);
  } else {
    fail(Step::login, "neither PLAIN nor LOGIN is offered", DeliveryProblem::login);
  }
}

void Session::log_in_by_token(Deadline deadline) {
  if (!can_.xoauth2) fail(Step::login, "XOAUTH2 is not offered", DeliveryProblem::login);
  // A token that has run out since it was fetched is refused once, and a fresh one is not.
  for (const bool refused : {false, true}) {
    const auto message = xoauth2_message(options_.username, take_token(options_.token, refused));
    auto reply = authenticate("XOAUTH2", message, deadline);
    // What is wrong with the token comes as a challenge; an empty answer ends it.
    if (reply.code == 334) reply = ask(Step::login, "\r\n", deadline);
    if (reply.code == 235) return;
    if (refused || !reply.is_permanent()) fail(Step::login, reply);
  }
}

Delivery Session::send(std::string_view to, std::string_view data, DeliveryTurn& turn,
                       Deadline deadline, std::optional<Deadline> proof_of_life) {
  content_is_out_ = false;
  const bool first = mails_++ == 0;
  const Envelope envelope{
      .reset = first ? std::string{} : "RSET\r\n",
      .sender = "MAIL FROM:<" + options_.from.address + ">\r\n",
      .recipient = "RCPT TO:<" + std::string{to} + ">\r\n",
  };
  const auto life = std::min(deadline, proof_of_life.value_or(deadline));
  const auto refusal = can_.pipelining ? send_together(envelope, deadline, life)
                                       : send_in_turn(envelope, deadline, life);
  return refusal ? *refusal : send_message(data, turn, deadline);
}

Delivery Session::send_message(std::string_view data, DeliveryTurn& turn, Deadline deadline) {
  if (!buffer_.empty()) fail(Step::data, unasked, DeliveryProblem::protocol);
  say(Step::message, data.substr(0, data.size() - final_dot.size()), by(deadline));
  const auto left = deadline - std::chrono::steady_clock::now();
  if (!turn.take(std::chrono::duration_cast<std::chrono::milliseconds>(left / 2))) throw NoTurn{};
  // A server that did not want to wait says so, or hangs up; it has not taken the mail.
  if (is_stale()) fail(Step::message, read_reply(Step::message, by(deadline)));
  content_is_out_ = true;
  say(Step::message, final_dot, by(deadline));
  const auto taken = read_reply(Step::message, deadline);
  content_is_out_ = false;
  if (taken.is_success()) return {DeliveryVerdict::delivered, {}};
  return judge(Step::message, taken);
}

std::optional<Delivery> Session::send_in_turn(const Envelope& envelope, Deadline deadline,
                                              Deadline proof_of_life) {
  if (!envelope.reset.empty()) require(Step::reset, envelope.reset, 250, proof_of_life);
  const auto sender = ask(Step::sender, envelope.sender, deadline);
  if (!sender.is_success()) return judge(Step::sender, sender);
  const auto recipient = ask(Step::recipient, envelope.recipient, deadline);
  if (!recipient.is_success()) return judge(Step::recipient, recipient);
  const auto go = ask(Step::data, "DATA\r\n", deadline);
  if (go.code == 354) return std::nullopt;
  if (go.is_success()) fail(Step::data, go);
  return judge(Step::data, go);
}

std::optional<Delivery> Session::send_together(const Envelope& envelope, Deadline deadline,
                                               Deadline proof_of_life) {
  const auto first = envelope.reset.empty() ? Step::sender : Step::reset;
  say(first, envelope.reset + envelope.sender + envelope.recipient + "DATA\r\n", by(deadline));
  if (!envelope.reset.empty()) {
    const auto reset = read_reply(Step::reset, by(proof_of_life));
    if (reset.code != 250) fail(Step::reset, reset);
  }
  const auto sender = read_reply(Step::sender, by(deadline));
  const auto recipient = read_reply(Step::recipient, by(deadline));
  const auto go = read_reply(Step::data, by(deadline));
  const bool wanted = sender.is_success() && recipient.is_success();
  if (go.is_success()) fail(Step::data, go);
  if (wanted && go.code == 354) return std::nullopt;
  if (go.code == 354) {
    // A server may wait for the message of a mail that it has just refused; the lone dot ends that
    // (RFC 2920 3.1), whatever it says to it.
    say(Step::data, ".\r\n", by(deadline));
    static_cast<void>(read_reply(Step::data, by(deadline)));
  }
  if (!sender.is_success()) return judge(Step::sender, sender);
  if (!recipient.is_success()) return judge(Step::recipient, recipient);
  return judge(Step::data, go);
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

#include "connection.hpp"

#include <string>
#include <utility>

#include "coffeeauth/wipe.hpp"

namespace coffeeauth::redis {
namespace {

DownReason reason_of(net::Failure failure) noexcept {
  switch (failure) {
    case net::Failure::name_lookup_timed_out:
    case net::Failure::name_not_found:
      return DownReason::name_not_found;
    case net::Failure::connecting_timed_out:
    case net::Failure::timed_out:
      return DownReason::timed_out;
    case net::Failure::untrusted:
    case net::Failure::handshake:
      return DownReason::tls;
    case net::Failure::refused:
    case net::Failure::unreachable:
    case net::Failure::closed:
    case net::Failure::lost:
      break;
  }
  return DownReason::unreachable;
}

/// A command of which one carries the password.
struct Wiped {
  std::string text;
  ~Wiped() { wipe(text); }
};

}  // namespace

Connection::Connection(const RedisOptions& options, net::Resolver& resolver,
                       const net::TlsContext* tls, net::Deadline deadline) try
    : channel_(resolver.resolve(options.host, deadline), options.port, deadline) {
  if (tls != nullptr) secure(*tls, deadline);
  if (!options.password.empty()) {
    std::vector<std::string_view> words{"AUTH"};
    if (!options.username.empty()) words.emplace_back(options.username);
    words.push_back(options.password.expose_secret());
    require_ok(words, deadline, DownReason::credentials);
  }
  if (options.database != 0) {
    const auto number = std::to_string(options.database);
    require_ok({"SELECT", number}, deadline, DownReason::no_database);
  }
} catch (const net::ConnectionFailed& failed) {
  throw ConnectionFailed{reason_of(failed.failure())};
}

void Connection::secure(const net::TlsContext& tls, net::Deadline deadline) try {
  channel_.secure(tls, deadline);
} catch (const net::ConnectionFailed& failed) {
  // A server that speaks no TLS may just hang up.
  throw ConnectionFailed{failed.failure() == net::Failure::timed_out ? DownReason::timed_out
                                                                     : DownReason::tls};
}

void Connection::require_ok(const std::vector<std::string_view>& words, net::Deadline deadline,
                            DownReason otherwise) {
  const auto reply = exchange(words, deadline);
  if (reply.kind == Reply::Kind::status && reply.text == "OK") return;
  const auto reason = reason_of(reply);
  throw ConnectionFailed{reason == DownReason::other ? otherwise : reason};
}

Reply Connection::exchange(const std::vector<std::string_view>& words, net::Deadline deadline) try {
  {
    const Wiped command{serialise_command(words)};
    channel_.send(command.text, deadline);
  }
  std::string buffer;
  for (;;) {
    channel_.receive_into(buffer, deadline);
    auto outcome = parse_reply(buffer);
    if (std::holds_alternative<Malformed>(outcome)) throw ConnectionFailed{DownReason::other};
    if (auto* const parsed = std::get_if<Parsed>(&outcome)) {
      // Octets beyond the reply belong to nothing that was asked.
      if (parsed->size != buffer.size()) throw ConnectionFailed{DownReason::other};
      return std::move(parsed->reply);
    }
  }
} catch (const net::ConnectionFailed& failed) {
  throw ConnectionFailed{reason_of(failed.failure())};
}

}  // namespace coffeeauth::redis

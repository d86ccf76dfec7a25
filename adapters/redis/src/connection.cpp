#include "connection.hpp"

#include <utility>

namespace coffeeauth::redis {

Connection::Connection(const RedisOptions& options, Resolver& resolver,
                       const Poco::Net::Context::Ptr& context, Deadline deadline)
    : channel_(options, resolver, context, deadline) {
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
}

void Connection::require_ok(const std::vector<std::string_view>& words, Deadline deadline,
                            DownReason otherwise) {
  const auto reply = exchange(words, deadline);
  if (reply.kind == Reply::Kind::status && reply.text == "OK") return;
  const auto reason = reason_of(reply);
  throw ConnectionFailed{reason == DownReason::other ? otherwise : reason};
}

Reply Connection::exchange(const std::vector<std::string_view>& words, Deadline deadline) {
  channel_.send(serialise_command(words), deadline);
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
}

}  // namespace coffeeauth::redis

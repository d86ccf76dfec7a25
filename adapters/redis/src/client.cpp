#include "client.hpp"

#include <utility>

namespace coffeeauth::redis {

std::optional<PooledClient::Ticket> PooledClient::take() noexcept {
  const std::lock_guard lock{mutex_};
  if (retry_at_ && (probing_ || Clock::now() < *retry_at_)) return std::nullopt;
  if (in_use_ >= options_.connections) return std::nullopt;
  probing_ = retry_at_.has_value();
  ++in_use_;
  Ticket ticket;
  if (!idle_.empty()) {
    ticket.connection = std::move(idle_.back());
    idle_.pop_back();
  }
  return ticket;
}

void PooledClient::give_back(std::unique_ptr<Connection> connection) noexcept {
  const std::lock_guard lock{mutex_};
  --in_use_;
  probing_ = false;
  retry_at_.reset();
  try {
    idle_.push_back(std::move(connection));
  } catch (const std::bad_alloc&) {
    // The connection is closed instead of kept.
  }
}

void PooledClient::failed() noexcept {
  ++failures_;
  std::vector<std::unique_ptr<Connection>> dropped;
  const std::lock_guard lock{mutex_};
  --in_use_;
  probing_ = false;
  retry_at_ = Clock::now() + options_.pause_after_failure;
  // What broke one connection broke the others too, as a rule; a fresh one costs little.
  dropped.swap(idle_);
}

std::optional<Reply> PooledClient::ask(const std::vector<std::string_view>& words) noexcept {
  auto ticket = take();
  if (!ticket) {
    ++skipped_;
    return std::nullopt;
  }
  ++commands_;
  try {
    const auto deadline = Clock::now() + options_.timeout;
    auto& connection = ticket->connection;
    if (connection && connection->is_stale()) connection.reset();
    if (!connection) connection = std::make_unique<Connection>(options_, deadline);
    auto reply = connection->exchange(words, deadline);
    give_back(std::move(connection));
    if (reply.kind == Reply::Kind::error) {
      ++failures_;
      return std::nullopt;
    }
    return reply;
  } catch (const std::exception&) {
    failed();
    return std::nullopt;
  }
}

bool PooledClient::ping() noexcept {
  const auto reply = ask({"PING"});
  return reply && reply->text == "PONG";
}

RedisStatistics PooledClient::statistics() const noexcept {
  const std::lock_guard lock{mutex_};
  return {.commands = commands_,
          .failures = failures_,
          .skipped = skipped_,
          .damaged = damaged_,
          .healthy = !retry_at_.has_value()};
}

std::shared_ptr<RedisClient> make_redis_client(RedisOptions options) {
  return std::make_shared<PooledClient>(std::move(options));
}

}  // namespace coffeeauth::redis

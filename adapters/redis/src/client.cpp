#include "client.hpp"

#include <stdexcept>
#include <utility>

namespace coffeeauth::redis {
namespace {

/// What a server says that was the master once, on its own or for a script. Its name or address may
/// lead to the new one, and this connection never will.
bool is_a_replicas(const Reply& error) noexcept {
  return error.text.find("READONLY ") != std::string::npos;
}

}  // namespace

std::optional<PooledClient::Ticket> PooledClient::take() noexcept {
  std::unique_lock lock{mutex_};
  const auto is_down = [&] { return retry_at_ && (probing_ || Clock::now() < *retry_at_); };
  const auto is_decided = [&] { return is_down() || in_use_ < options_.connections; };
  if (!changed_.wait_for(lock, options_.pool_timeout, is_decided) || is_down()) {
    return std::nullopt;
  }
  probing_ = retry_at_.has_value();
  ++in_use_;
  Ticket ticket;
  if (!idle_.empty()) {
    ticket.connection = std::move(idle_.back());
    idle_.pop_back();
  }
  return ticket;
}

void PooledClient::give_back(std::unique_ptr<Connection> connection,
                             std::optional<DownReason> trouble) noexcept {
  const std::lock_guard lock{mutex_};
  --in_use_;
  changed_.notify_one();
  probing_ = false;
  trouble_ = trouble;
  retry_at_.reset();
  try {
    if (connection) idle_.push_back(std::move(connection));
  } catch (const std::bad_alloc&) {
    // The connection is closed instead of kept.
  }
}

void PooledClient::failed(DownReason reason) noexcept {
  ++failures_;
  std::vector<std::unique_ptr<Connection>> dropped;
  const std::lock_guard lock{mutex_};
  --in_use_;
  // Nobody waits for a server that does not answer.
  changed_.notify_all();
  probing_ = false;
  trouble_ = reason;
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
    if (!connection) {
      connection = std::make_unique<Connection>(options_, resolver_, tls_.get(), deadline);
    }
    auto reply = connection->exchange(words, deadline);
    const bool well = reply.kind != Reply::Kind::error;
    if (!well) ++failures_;
    if (!well && is_a_replicas(reply)) connection.reset();
    give_back(std::move(connection), well ? std::nullopt : std::optional{reason_of(reply)});
    if (!well) return std::nullopt;
    return reply;
  } catch (const ConnectionFailed& failure) {
    failed(failure.reason());
  } catch (const std::exception&) {
    failed(DownReason::other);
  }
  return std::nullopt;
}

bool PooledClient::ping() noexcept {
  try {
    // PING alone is allowed to users who may do nothing else.
    const auto key = options_.key_prefix + "ping";
    const auto reply = ask({"EVAL", "return redis.call('EXISTS', KEYS[1])", "1", key});
    const bool well = reply && reply->kind == Reply::Kind::integer;
    if (well) generations_.settle_some();
    return well;
  } catch (const std::exception&) {
    return false;
  }
}

RedisStatistics PooledClient::statistics() const noexcept {
  const std::lock_guard lock{mutex_};
  return {.commands = commands_,
          .failures = failures_,
          .skipped = skipped_,
          .damaged = damaged_,
          .healthy = !trouble_,
          .trouble = trouble_};
}

std::shared_ptr<PooledClient> pooled(std::shared_ptr<RedisClient> client) {
  auto ours = std::dynamic_pointer_cast<PooledClient>(std::move(client));
  if (!ours) throw std::invalid_argument("no client that make_redis_client() made");
  return ours;
}

std::shared_ptr<RedisClient> make_redis_client(RedisOptions options) {
  return std::make_shared<PooledClient>(std::move(options));
}

}  // namespace coffeeauth::redis

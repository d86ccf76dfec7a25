#pragma once
/// PooledClient: the RedisClient that the cache and the counters are made over.

#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connection.hpp"
#include "generations.hpp"

namespace coffeeauth::redis {

class PooledClient final : public RedisClient {
 public:
  /// Throws as make_redis_client().
  explicit PooledClient(RedisOptions options)
      : options_(std::move(options)),
        tls_(options_.tls ? std::make_unique<net::TlsContext>(options_.host, options_.ca_file,
                                                              "the Redis server")
                          : nullptr) {}

  /// One command and its reply; nothing when the server could not be asked or answered with an
  /// error.
  [[nodiscard]] std::optional<Reply> ask(const std::vector<std::string_view>& words) noexcept;

  [[nodiscard]] const std::string& prefix() const noexcept { return options_.key_prefix; }
  void note_damaged() noexcept { ++damaged_; }
  /// Of every cache over this client.
  [[nodiscard]] Generations& generations() noexcept { return generations_; }

  [[nodiscard]] RedisStatistics statistics() const noexcept override;
  [[nodiscard]] bool ping() noexcept override;

 private:
  using Clock = std::chrono::steady_clock;

  /// A connection to use, an idle one or room for a new one; nothing when none gets free in time or
  /// the server is being left alone.
  struct Ticket {
    std::unique_ptr<Connection> connection;
  };
  [[nodiscard]] std::optional<Ticket> take() noexcept;
  /// The server answered; `connection` is kept if there is one. `trouble`: with that error.
  void give_back(std::unique_ptr<Connection> connection,
                 std::optional<DownReason> trouble) noexcept;
  void failed(DownReason reason) noexcept;

  const RedisOptions options_;
  /// Null without TLS.
  const std::unique_ptr<const net::TlsContext> tls_;
  Generations generations_{*this};
  net::Resolver resolver_;
  mutable std::mutex mutex_;
  /// One got free, or the server does not answer.
  std::condition_variable changed_;
  std::vector<std::unique_ptr<Connection>> idle_;
  std::size_t in_use_ = 0;
  /// While set, the server is left alone until then, and afterwards tried by one caller at a time.
  std::optional<Clock::time_point> retry_at_;
  bool probing_ = false;
  /// Why the last exchange did not go well; nothing when it did.
  std::optional<DownReason> trouble_;
  std::atomic<std::uint64_t> commands_{0};
  std::atomic<std::uint64_t> failures_{0};
  std::atomic<std::uint64_t> skipped_{0};
  std::atomic<std::uint64_t> damaged_{0};
};

/// Throws std::invalid_argument unless `client` is one that make_redis_client() made.
[[nodiscard]] std::shared_ptr<PooledClient> pooled(std::shared_ptr<RedisClient> client);

}  // namespace coffeeauth::redis

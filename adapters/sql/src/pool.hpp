#pragma once
/// ConnectionPool and ConnectionSource: where a query gets its connection from.

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "adapters/sql/src/connection.hpp"
#include "coffeeauth/part_down.hpp"
#include "coffeeauth/sql/sql.hpp"

namespace coffeeauth::sql {

class ConnectionPool;

/// A connection in one thread's hands. Gives it back when it goes, unless it only borrowed it from
/// a transaction.
class Lease {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Lease(Connection& of_transaction) : connection_(&of_transaction) {}
  Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
      : pool_(&pool),
        since_(Clock::now()),
        owned_(std::move(connection)),
        connection_(owned_.get()) {}
  Lease(Lease&& other) noexcept
      : pool_(std::exchange(other.pool_, nullptr)),
        since_(other.since_),
        owned_(std::move(other.owned_)),
        connection_(std::exchange(other.connection_, nullptr)) {}
  Lease& operator=(Lease&&) = delete;
  ~Lease();

  Connection& operator*() const noexcept { return *connection_; }
  Connection* operator->() const noexcept { return connection_; }

 private:
  ConnectionPool* pool_ = nullptr;
  Clock::time_point since_{};
  std::unique_ptr<Connection> owned_;
  Connection* connection_;
};

/// Gives the connection to run the next statement on: the pool's for plain reads, the transaction's
/// own inside one.
class ConnectionSource {
 public:
  virtual ~ConnectionSource() = default;
  [[nodiscard]] virtual Lease lease() = 0;

 protected:
  ConnectionSource() = default;
  ConnectionSource(const ConnectionSource&) = default;
  ConnectionSource& operator=(const ConnectionSource&) = default;
};

/// How long the pool leaves a database alone that could not be reached: twice as long each time.
struct Backoff {
  std::chrono::milliseconds first{0};
  std::chrono::milliseconds most{0};
};

/// At most `size` connections, handed out first come first served and opened when they are needed.
/// One whose state is in doubt, or that was hung up, is closed and another opened in its place.
/// While the database cannot be reached, one caller at a time tries it, after a pause; the others
/// are turned away at once.
class ConnectionPool final : public ConnectionSource {
 public:
  using Open = std::function<std::unique_ptr<Connection>()>;

  ConnectionPool(std::size_t size, std::chrono::milliseconds patience, Open open,
                 Backoff backoff = {});

  /// Throws Unavailable when none gets free within the patience, or none can be opened.
  [[nodiscard]] Lease lease() override;

  /// The counts as they are now.
  [[nodiscard]] PoolStatistics statistics() const;

 private:
  friend class Lease;
  struct Waiter {
    std::condition_variable changed;
    bool has_turn = false;
  };

  void wait_for_turn();
  std::unique_ptr<Connection> take_idle();
  std::unique_ptr<Connection> open();
  void enter_open();
  void note_failure(DownReason reason) noexcept;
  void pass_turn() noexcept;
  void give_back(std::unique_ptr<Connection> connection, std::chrono::nanoseconds used) noexcept;

  const std::size_t size_;
  const std::chrono::milliseconds patience_;
  const Open open_;
  const Backoff backoff_;
  mutable std::mutex mutex_;
  std::size_t free_turns_;
  std::list<Waiter*> queue_;
  std::vector<std::unique_ptr<Connection>> idle_;
  // Zero while the database can be reached.
  std::chrono::milliseconds pause_{0};
  std::chrono::steady_clock::time_point try_again_at_{};
  bool is_trying_ = false;
  // Whether the last try to open one failed, and why.
  std::optional<DownReason> down_;
  std::uint64_t failures_ = 0;
  std::uint64_t waits_ = 0;
  std::chrono::nanoseconds waited_{0};
  std::chrono::nanoseconds used_{0};
};

}  // namespace coffeeauth::sql

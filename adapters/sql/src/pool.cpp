#include "adapters/sql/src/pool.hpp"

#include <algorithm>

namespace coffeeauth::sql {

Lease::~Lease() {
  if (pool_ != nullptr) pool_->give_back(std::move(owned_), Clock::now() - since_);
}

ConnectionPool::ConnectionPool(std::size_t size, std::chrono::milliseconds patience, Open open,
                               Backoff backoff)
    : size_(size),
      patience_(patience),
      open_(std::move(open)),
      backoff_(backoff),
      free_turns_(size) {
  // So that giving back never has to allocate.
  idle_.reserve(size);
}

Lease ConnectionPool::lease() {
  wait_for_turn();
  try {
    auto connection = take_idle();
    if (!connection) connection = open();
    return {*this, std::move(connection)};
  } catch (...) {
    pass_turn();
    throw;
  }
}

std::unique_ptr<Connection> ConnectionPool::take_idle() {
  for (;;) {
    std::unique_ptr<Connection> connection;
    {
      const std::lock_guard lock(mutex_);
      if (idle_.empty()) return nullptr;
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
    // One that was hung up while it was idle is nobody's failure.
    if (connection->alive()) return connection;
  }
}

std::unique_ptr<Connection> ConnectionPool::open() {
  enter_open();
  try {
    // Outside the lock: it can take as long as another process holds the file, or the network is
    // slow.
    auto connection = open_();
    const std::lock_guard lock(mutex_);
    is_trying_ = false;
    pause_ = {};
    down_.reset();
    return connection;
  } catch (const PartDown& failure) {
    note_failure(failure.reason());
    throw;
  } catch (...) {
    note_failure(DownReason::other);
    throw;
  }
}

void ConnectionPool::note_failure(DownReason reason) noexcept {
  const std::lock_guard lock(mutex_);
  is_trying_ = false;
  pause_ = std::min(std::max(pause_ * 2, backoff_.first), backoff_.most);
  try_again_at_ = std::chrono::steady_clock::now() + pause_;
  down_ = reason;
  ++failures_;
}

PoolStatistics ConnectionPool::statistics() const {
  const std::lock_guard lock(mutex_);
  return {.size = size_,
          .in_use = size_ - free_turns_,
          .waiting = queue_.size(),
          .waits = waits_,
          .waited = waited_,
          .used = used_,
          .failures = failures_,
          .down = down_};
}

void ConnectionPool::enter_open() {
  const std::lock_guard lock(mutex_);
  if (pause_.count() == 0) return;
  if (is_trying_ || std::chrono::steady_clock::now() < try_again_at_) {
    throw PartDown(down_.value_or(DownReason::other),
                   "the database could not be reached a moment ago");
  }
  is_trying_ = true;
}

void ConnectionPool::wait_for_turn() {
  std::unique_lock lock(mutex_);
  if (free_turns_ > 0) {
    --free_turns_;
    return;
  }
  // A queue and not a bare condition, because under load a bare one lets some wait for ever.
  Waiter self;
  const auto place = queue_.insert(queue_.end(), &self);
  const auto begin = std::chrono::steady_clock::now();
  self.changed.wait_for(lock, patience_, [&] { return self.has_turn; });
  ++waits_;
  waited_ += std::chrono::steady_clock::now() - begin;
  if (self.has_turn) return;
  queue_.erase(place);
  throw PartDown(DownReason::full, "no connection to the database got free in time");
}

void ConnectionPool::pass_turn() noexcept {
  const std::lock_guard lock(mutex_);
  if (queue_.empty()) {
    ++free_turns_;
    return;
  }
  auto* next = queue_.front();
  queue_.pop_front();
  next->has_turn = true;
  next->changed.notify_one();
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection,
                               std::chrono::nanoseconds used) noexcept {
  const bool usable = connection->usable();
  if (!usable) connection.reset();
  {
    const std::lock_guard lock(mutex_);
    used_ += used;
    if (usable) idle_.push_back(std::move(connection));
  }
  pass_turn();
}

}  // namespace coffeeauth::sql

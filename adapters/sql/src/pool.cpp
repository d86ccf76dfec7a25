#include "adapters/sql/src/pool.hpp"

namespace coffeeauth::sql {

Lease::~Lease() {
  if (pool_ != nullptr) pool_->give_back(std::move(owned_));
}

ConnectionPool::ConnectionPool(std::size_t size, std::chrono::milliseconds patience, Open open)
    : patience_(patience), open_(std::move(open)), free_turns_(size) {
  // So that giving back never has to allocate.
  idle_.reserve(size);
}

Lease ConnectionPool::lease() {
  wait_for_turn();
  std::unique_ptr<Connection> connection;
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      connection = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!connection) {
    try {
      // Outside the lock: opening can take as long as another process holds the file.
      connection = open_();
    } catch (...) {
      pass_turn();
      throw;
    }
  }
  return {*this, std::move(connection)};
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
  self.changed.wait_for(lock, patience_, [&] { return self.has_turn; });
  if (self.has_turn) return;
  queue_.erase(place);
  throw Unavailable("no connection to the data base got free in time");
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

void ConnectionPool::give_back(std::unique_ptr<Connection> connection) noexcept {
  if (connection->usable()) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(connection));
  } else {
    connection.reset();
  }
  pass_turn();
}

}  // namespace coffeeauth::sql

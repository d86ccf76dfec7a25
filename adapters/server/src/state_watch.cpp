#include "state_watch.hpp"

#include <utility>

namespace coffeeauth::server {

StateWatch::StateWatch(Log& log, std::vector<WatchedPart> parts, std::chrono::milliseconds pause)
    : log_(log), parts_(std::move(parts)), pause_(pause), known_(parts_.size()), thread_([this] {
        work();
      }) {}

StateWatch::~StateWatch() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void StateWatch::work() {
  std::unique_lock lock{mutex_};
  while (!stopping_) {
    lock.unlock();
    for (std::size_t i = 0; i < parts_.size(); ++i) look_at(parts_[i], known_[i]);
    lock.lock();
    changed_.wait_for(lock, pause_, [&] { return stopping_; });
  }
}

void StateWatch::look_at(const WatchedPart& part, std::optional<DownReason>& known) {
  const auto now = part.trouble();
  if (now == known) return;
  known = now;
  if (now) {
    log_.write(LogLevel::error, std::string{part.name} + "_down",
               {{"reason", std::string{wire_name(*now)}}});
  } else {
    log_.info(std::string{part.name} + "_back", {});
  }
}

}  // namespace coffeeauth::server

#include "pipe_signal.hpp"

#include <ctime>

namespace coffeeauth::net {
namespace {

sigset_t pipe_signal() noexcept {
  sigset_t set{};
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  return set;
}

}  // namespace

PipeSignalBlocked::PipeSignalBlocked() noexcept {
  sigset_t pending{};
  sigpending(&pending);
  was_pending_ = sigismember(&pending, SIGPIPE) == 1;
  const auto set = pipe_signal();
  pthread_sigmask(SIG_BLOCK, &set, &before_);
}

PipeSignalBlocked::~PipeSignalBlocked() {
  // One that was raised meanwhile is taken away, or it would be delivered as soon as the mask is
  // back; one that had been pending before stays.
  if (!was_pending_) {
    const auto set = pipe_signal();
    const timespec at_once{};
    sigtimedwait(&set, nullptr, &at_once);
  }
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace coffeeauth::net

#include "stop_signal.hpp"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <system_error>

namespace coffeeauth::server {
namespace {

constexpr unsigned grace_seconds = 10;

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  return set;
}

extern "C" void end_now(int) { ::_exit(1); }

std::string_view name_of(int signal) { return signal == SIGTERM ? "SIGTERM" : "SIGINT"; }

/// Says so where there is room for it; nobody may be reading.
[[noreturn]] void end_start(int signal) {
  const auto text = "coffeeauth: " + std::string{name_of(signal)} + " came while starting\n";
  pollfd room{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (::poll(&room, 1, 0) > 0) {
    static_cast<void>(!::write(STDERR_FILENO, text.data(), text.size()));
  }
  ::_exit(0);
}

}  // namespace

StopSignal::StopSignal() {
  const auto set = stop_signals();
  const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  if (error != 0) throw std::system_error(error, std::generic_category(), "pthread_sigmask");
  watcher_ = std::thread{[this] { watch(); }};
}

StopSignal::~StopSignal() {
  over_ = true;
  ::pthread_kill(watcher_.native_handle(), SIGHUP);
  watcher_.join();
}

void StopSignal::watch() {
  const auto set = stop_signals();
  while (!over_) {
    int signal = 0;
    if (::sigwait(&set, &signal) != 0 || signal == SIGHUP) continue;
    const std::lock_guard lock{mutex_};
    if (starting_) end_start(signal);
    if (name_.empty()) name_ = name_of(signal);
    came_.notify_all();
  }
}

void StopSignal::started() {
  const std::lock_guard lock{mutex_};
  starting_ = false;
}

std::string_view StopSignal::wait() {
  started();
  std::unique_lock lock{mutex_};
  came_.wait(lock, [&] { return !name_.empty(); });
  struct sigaction action {};
  action.sa_handler = end_now;
  ::sigaction(SIGALRM, &action, nullptr);
  ::alarm(grace_seconds);
  return name_;
}

}  // namespace coffeeauth::server

#include "stop_signal.hpp"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

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

}  // namespace

StopSignal::StopSignal() {
  const auto set = stop_signals();
  const int error = ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  if (error != 0) throw std::system_error(error, std::generic_category(), "pthread_sigmask");
}

std::string_view StopSignal::wait() {
  const auto set = stop_signals();
  int signal = 0;
  while (::sigwait(&set, &signal) != 0) {
  }
  struct sigaction action {};
  action.sa_handler = end_now;
  ::sigaction(SIGALRM, &action, nullptr);
  ::alarm(grace_seconds);
  return signal == SIGTERM ? "SIGTERM" : signal == SIGINT ? "SIGINT" : "SIGHUP";
}

}  // namespace coffeeauth::server

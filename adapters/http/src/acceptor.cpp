#include "adapters/http/src/acceptor.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <stdexcept>
#include <utility>

#include <Poco/Exception.h>
#include <Poco/Net/NetException.h>

namespace coffeeauth::http_poco {
namespace {

using std::chrono::milliseconds;

constexpr int backlog = 1024;
// How long a stop goes on accepting after all who had connected were taken in.
constexpr milliseconds last_call{50};
// Without a descriptor or memory accept() fails at once, over and over.
constexpr milliseconds pause_after_failure{20};

}  // namespace

Acceptor::Acceptor() : stopping_(::eventfd(0, EFD_CLOEXEC)) {
  if (stopping_ < 0) throw std::runtime_error("no descriptor is left for an eventfd");
}

Acceptor::~Acceptor() {
  stop();
  ::close(stopping_);
}

void Acceptor::listen(const std::string& host, std::uint16_t port) {
  const auto refuse = [&](const std::string& why) {
    throw std::runtime_error("cannot listen on " + host + " port " + std::to_string(port) + ": " +
                             why);
  };
  try {
    // Never SO_REUSEPORT, which Poco sets by default: with it a second server on the port would
    // start without an error and take half of the clients.
    listener_.bind(Poco::Net::SocketAddress(host, port), true, false);
    listener_.listen(backlog);
    listener_.setBlocking(false);
  } catch (const Poco::Net::DNSException&) {
    refuse("the name is not known");
  } catch (const Poco::Exception& failure) {
    refuse(failure.message());
  }
}

std::uint16_t Acceptor::port() const { return listener_.address().port(); }

void Acceptor::start(Taker taker) {
  taker_ = std::move(taker);
  thread_ = std::thread([this] { run(); });
}

void Acceptor::stop() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  // Cannot fail: the counter of an eventfd is far from full.
  static_cast<void>(!::write(stopping_, &one, sizeof one));
  thread_.join();
}

void Acceptor::close() { listener_.close(); }

void Acceptor::run() {
  while (await_peer(-1, true)) accept_one();
  take_in_the_last();
}

// The kernel hands connections over in the order in which they came about. So once the queue was
// empty, or a queue's length was accepted, everyone is in who had connected before the stop.
void Acceptor::take_in_the_last() {
  const auto end = std::chrono::steady_clock::now() + last_call;
  for (int taken = 0; taken < backlog; ++taken) {
    const auto left =
        std::chrono::duration_cast<milliseconds>(end - std::chrono::steady_clock::now());
    if (!await_peer(static_cast<int>(std::max(left, milliseconds{0}).count()), false)) return;
    accept_one();
  }
}

bool Acceptor::await_peer(int milliseconds, bool stoppable) const noexcept {
  std::array<pollfd, 2> watched{{{listener_.impl()->sockfd(), POLLIN, 0}, {stopping_, POLLIN, 0}}};
  int ready = 0;
  do {
    ready = ::poll(watched.data(), stoppable ? 2 : 1, milliseconds);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && watched[1].revents == 0;
}

void Acceptor::accept_one() noexcept {
  try {
    taker_(listener_.acceptConnection());
  } catch (const std::exception&) {
    // The peer left meanwhile, or no descriptor is free.
    std::this_thread::sleep_for(pause_after_failure);
  }
}

}  // namespace coffeeauth::http_poco

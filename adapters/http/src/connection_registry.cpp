#include "adapters/http/src/connection_registry.hpp"

#include <sys/resource.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>

#include <Poco/Exception.h>
#include <Poco/Net/IPAddress.h>

#include "coffeeauth/rate_limiter.hpp"

namespace coffeeauth::http_poco {
namespace {

// Descriptors that the rest of the process needs: database, logs, mail, refused sockets.
constexpr std::size_t descriptors_kept_free = 128;
constexpr std::size_t max_refused_kept = 64;

// Accepting beyond the limit of open files would fail in accept() over and over, with the peers
// waiting in the dark; so the limit is met by a 503 first.
std::size_t affordable_connections(std::size_t wanted) noexcept {
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur == RLIM_INFINITY) return wanted;
  const auto limit = static_cast<std::size_t>(files.rlim_cur);
  const std::size_t affordable =
      limit > 2 * descriptors_kept_free ? limit - descriptors_kept_free : limit / 2;
  return std::min(wanted, std::max<std::size_t>(affordable, 1));
}

// ::ffff:192.0.2.1 is the same client as 192.0.2.1.
Poco::Net::IPAddress unmapped(const Poco::Net::IPAddress& address) {
  // Poco calls every IPv4 address mapped, too.
  if (address.family() == Poco::Net::IPAddress::IPv4 || !address.isIPv4Mapped()) return address;
  const auto* octets = static_cast<const unsigned char*>(address.addr());
  return {octets + 12, 4};
}

enum class Direction { receive, both };

void shut_down(Poco::Net::StreamSocket& socket, Direction direction) noexcept {
  try {
    if (direction == Direction::receive) {
      socket.shutdownReceive();
    } else {
      socket.shutdown();
    }
  } catch (const Poco::Exception&) {
    // The peer was faster; its thread wakes up all the same.
  }
}

// Whether the peer of a refused socket has closed; takes in what it sent meanwhile.
bool is_finished(Poco::Net::StreamSocket& socket) noexcept {
  std::array<char, 4096> unwanted;
  try {
    for (int reads = 0; reads < 16; ++reads) {
      const int received = socket.receiveBytes(unwanted.data(), static_cast<int>(unwanted.size()));
      if (received <= 0) return received == 0;
    }
    return false;
  } catch (const Poco::Exception&) {
    return true;
  }
}

}  // namespace

ConnectionRegistry::ConnectionRegistry(const Options& options)
    : options_(options),
      max_connections_(affordable_connections(options.max_connections)),
      counts_(options, max_connections_) {
  const auto shortest = std::min({options.head_timeout, options.body_timeout, options.idle_timeout,
                                  options.write_timeout, options.drain_timeout});
  tick_ = std::clamp(shortest / 4, std::chrono::milliseconds{5}, std::chrono::milliseconds{250});
}

ConnectionRegistry::~ConnectionRegistry() {
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  stopping_.notify_all();
  if (reaper_.joinable()) reaper_.join();
}

void ConnectionRegistry::start() {
  reaper_ = std::thread([this] { reap(); });
}

bool ConnectionRegistry::admit(const Poco::Net::StreamSocket& socket) {
  auto peer = text_of(unmapped(socket.peerAddress().host()));
  auto networks = rate_limit_networks(peer);

  const std::lock_guard lock(mutex_);
  if (entries_.size() >= max_connections_ || !counts_.add(networks)) {
    ++statistics_.refused;
    return false;
  }
  entries_.try_emplace(socket.impl(), socket, std::move(peer), std::move(networks));
  ++statistics_.accepted;
  return true;
}

void ConnectionRegistry::let_go(const Poco::Net::StreamSocket& socket) {
  const std::lock_guard lock(mutex_);
  if (refused_.size() == max_refused_kept) refused_.pop_front();
  refused_.push_back({socket, SteadyClock::now() + options_.drain_timeout});
}

ConnectionRegistry::Entry& ConnectionRegistry::claim(const Poco::Net::StreamSocket& socket) {
  const std::lock_guard lock(mutex_);
  Entry& entry = entries_.at(socket.impl());
  entry.claimed = true;
  changed_.notify_all();
  return entry;
}

void ConnectionRegistry::release(Entry& entry) noexcept {
  const std::lock_guard lock(mutex_);
  if (entry.timed_out) ++statistics_.timed_out;
  // Here, not when the last of Poco's handles goes: so it is closed when a stop says it is.
  entry.socket.close();
  erase(entries_.find(entry.socket.impl()));
}

void ConnectionRegistry::erase(Entries::iterator position) noexcept {
  counts_.remove(position->second.networks);
  entries_.erase(position);
  changed_.notify_all();
}

void ConnectionRegistry::drain() {
  draining_ = true;
  const std::lock_guard lock(mutex_);
  for (auto& [key, entry] : entries_) {
    // What the kernel already holds of a request can still be received, and is then served.
    if (entry.watch.phase() == Phase::idle) shut_down(entry.socket, Direction::receive);
  }
}

bool ConnectionRegistry::wait_claimed(SteadyClock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [this] {
    return std::all_of(entries_.begin(), entries_.end(),
                       [](const auto& item) { return item.second.claimed; });
  });
}

bool ConnectionRegistry::wait_empty(SteadyClock::time_point deadline) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, deadline, [this] { return entries_.empty(); });
}

void ConnectionRegistry::wait_empty() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return entries_.empty(); });
}

void ConnectionRegistry::wait_refused(SteadyClock::time_point deadline) {
  std::unique_lock lock(mutex_);
  changed_.wait_until(lock, deadline, [this] { return refused_.empty(); });
}

void ConnectionRegistry::cut(std::string_view answer) {
  const std::lock_guard lock(mutex_);
  for (auto& [key, entry] : entries_) {
    if (entry.watch.take_over()) {
      // Nothing else is on its way to this peer, so there is room for it.
      static_cast<void>(!::send(entry.socket.impl()->sockfd(), answer.data(), answer.size(),
                                MSG_DONTWAIT | MSG_NOSIGNAL));
    }
    shut_down(entry.socket, Direction::both);
  }
}

Statistics ConnectionRegistry::statistics() const {
  const std::lock_guard lock(mutex_);
  Statistics now = statistics_;
  now.open = entries_.size();
  return now;
}

void ConnectionRegistry::reap() {
  std::unique_lock lock(mutex_);
  while (!stopping_.wait_for(lock, tick_, [this] { return stopped_; })) {
    const auto now = SteadyClock::now();
    end_overdue(now);
    drop_abandoned();
    discard_refused(now);
  }
}

void ConnectionRegistry::end_overdue(SteadyClock::time_point now) {
  for (auto& [key, entry] : entries_) {
    const auto phase = entry.watch.overdue(now);
    if (!phase) continue;
    entry.timed_out = true;
    // A request that came too slowly still gets its 408, so only the receiving half goes.
    shut_down(entry.socket, phase == Phase::sending ? Direction::both : Direction::receive);
  }
}

// Poco drops a queued connection when it can start no thread, and tells nobody; then the only
// handle left is ours.
void ConnectionRegistry::drop_abandoned() {
  for (auto position = entries_.begin(); position != entries_.end();) {
    const auto current = position++;
    if (!current->second.claimed && current->first->referenceCount() == 1) erase(current);
  }
}

void ConnectionRegistry::discard_refused(SteadyClock::time_point now) {
  const auto gone = std::erase_if(refused_, [&](Refused& refused) {
    return now >= refused.deadline || is_finished(refused.socket);
  });
  if (gone > 0) changed_.notify_all();
}

}  // namespace coffeeauth::http_poco

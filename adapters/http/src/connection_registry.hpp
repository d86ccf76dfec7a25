#pragma once
/// Every open connection: how many there may be, how long each may take, and how they end.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include <Poco/Net/StreamSocket.h>

#include "adapters/http/src/connection_watch.hpp"
#include "adapters/http/src/network_counts.hpp"
#include "coffeeauth/http_poco/http_poco.hpp"

namespace coffeeauth::http_poco {

/// Thread-safe. Its reaper thread ends what is overdue by shutting the socket down, which wakes the
/// connection's thread out of recv or send; no socket carries a timeout of its own, since those
/// start anew with every octet.
class ConnectionRegistry {
 public:
  /// One connection. Keeps the socket open while registered, so that the reaper can never hit
  /// a descriptor that was closed and given to another.
  struct Entry {
    Entry(const Poco::Net::StreamSocket& accepted, std::string peer,
          std::vector<std::string> counted_in)
        : socket(accepted), peer_address(std::move(peer)), networks(std::move(counted_in)) {}

    Poco::Net::StreamSocket socket;
    std::string peer_address;
    /// The networks that it is counted in, the narrowest first.
    std::vector<std::string> networks;
    ConnectionWatch watch;
    /// Set before the socket is shut down because a deadline passed.
    std::atomic<bool> timed_out{false};
    /// Whether a thread has taken the connection up; under the registry's mutex.
    bool claimed = false;
  };

  explicit ConnectionRegistry(const Options& options);
  ~ConnectionRegistry();
  ConnectionRegistry(const ConnectionRegistry&) = delete;
  ConnectionRegistry& operator=(const ConnectionRegistry&) = delete;

  void start();

  /// Registers an accepted socket, unless that would break a limit.
  [[nodiscard]] bool admit(const Poco::Net::StreamSocket& socket);

  /// Keeps a refused socket, to which an answer was written, until its peer had time to read it.
  void let_go(const Poco::Net::StreamSocket& socket);

  /// The entry of an admitted socket, for its thread. Valid until release().
  [[nodiscard]] Entry& claim(const Poco::Net::StreamSocket& socket);
  /// Closes the socket and forgets it.
  void release(Entry& entry) noexcept;

  /// Closes connections that wait for a request, and has the others end after their answer.
  void drain();
  [[nodiscard]] bool draining() const noexcept { return draining_.load(); }

  /// Waits until every admitted connection has its thread. False when `deadline` came first.
  bool wait_claimed(SteadyClock::time_point deadline);
  /// Waits until no connection is left. False when `deadline` came first.
  bool wait_empty(SteadyClock::time_point deadline);
  void wait_empty();
  /// Waits until every refused peer has closed, or had its time to.
  void wait_refused(SteadyClock::time_point deadline);

  /// Ends every connection, whatever it is doing; one whose handler is still at work is sent
  /// `answer` first, in its place.
  void cut(std::string_view answer);

  [[nodiscard]] Statistics statistics() const;

 private:
  using Key = const Poco::Net::SocketImpl*;
  using Entries = std::unordered_map<Key, Entry>;

  struct Refused {
    Poco::Net::StreamSocket socket;
    SteadyClock::time_point deadline;
  };

  void reap();
  void end_overdue(SteadyClock::time_point now);
  void drop_abandoned();
  void discard_refused(SteadyClock::time_point now);
  void erase(Entries::iterator position) noexcept;

  const Options options_;
  std::size_t max_connections_;
  NetworkCounts counts_;
  std::chrono::milliseconds tick_;
  std::atomic<bool> draining_{false};

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::condition_variable stopping_;
  Entries entries_;
  std::deque<Refused> refused_;
  Statistics statistics_;
  bool stopped_ = false;
  std::thread reaper_;
};

}  // namespace coffeeauth::http_poco

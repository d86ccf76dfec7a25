#pragma once
/// Resolver: name lookups that end in time.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "failure.hpp"

namespace coffeeauth::net {

/// IP addresses as text; `parse_network_address()` reads each, for a client that must not be led
/// into its own network.
using Addresses = std::vector<std::string>;

/// Asks for addresses, however long the system's resolver takes. It takes no deadline and may take
/// half a minute when its servers are away; so a thread asks it, and a caller whose time is over
/// leaves. That thread goes on, at most one for each host, and the next caller waits for it instead
/// of starting another. Callable from any thread.
class Resolver {
 public:
  /// May take its time, and throw what is a std::exception.
  using LookUp = std::function<Addresses(const std::string& host)>;

  /// Asks the system.
  Resolver();
  /// Asks `look_up`. An answer that came after its caller had left is used once more if it is
  /// younger than `late_answers`.
  explicit Resolver(LookUp look_up,
                    std::chrono::milliseconds late_answers = std::chrono::seconds{30});

  /// The addresses of `host`, at least one; `host` itself if it is one. Nothing is cached. Throws
  /// ConnectionFailed when there are none or no answer came before `deadline`, std::system_error
  /// when no thread is to be had.
  [[nodiscard]] Addresses resolve(const std::string& host, Deadline deadline);

 private:
  struct Lookup;
  /// The lookup for `host` that is under way or whose answer nobody took, or else a new one.
  [[nodiscard]] std::shared_ptr<Lookup> current(const std::string& host);
  void forget(const std::string& host, const std::shared_ptr<Lookup>& lookup);

  const LookUp look_up_;
  const std::chrono::milliseconds late_answers_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Lookup>> lookups_;
};

}  // namespace coffeeauth::net

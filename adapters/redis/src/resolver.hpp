#pragma once
/// Name lookups that end in time.

#include <Poco/Net/IPAddress.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace coffeeauth::redis {

using Deadline = std::chrono::steady_clock::time_point;

/// Asks for the addresses of one host, however long the system's resolver takes: at most one
/// lookup is on its way at any time, and who has no more time leaves it to the next. Callable from
/// any thread.
class Resolver {
 public:
  using Addresses = std::vector<Poco::Net::IPAddress>;
  /// May take its time, and throw what is a std::exception.
  using LookUp = std::function<Addresses(const std::string& host)>;

  explicit Resolver(std::string host);
  Resolver(std::string host, LookUp look_up);

  /// At least one address: the host itself if it is one. Throws ConnectionFailed when there are
  /// none, or the resolver does not say so in time.
  [[nodiscard]] Addresses addresses(Deadline deadline);

 private:
  struct Lookup;
  [[nodiscard]] std::shared_ptr<Lookup> current();
  void forget(const std::shared_ptr<Lookup>& lookup);

  const std::string host_;
  const LookUp look_up_;
  std::mutex mutex_;
  std::shared_ptr<Lookup> pending_;
};

}  // namespace coffeeauth::redis

#include "resolver.hpp"

#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>

#include <condition_variable>
#include <optional>
#include <thread>
#include <utility>

#include "ip_address.hpp"

namespace coffeeauth::net {
namespace {

using Clock = std::chrono::steady_clock;

Addresses ask_system(const std::string& host) {
  Addresses addresses;
  const auto entry = Poco::Net::DNS::hostByName(host);
  for (const auto& address : entry.addresses()) addresses.push_back(address.toString());
  return addresses;
}

}  // namespace

/// Outlives whichever of its threads is done last.
struct Resolver::Lookup {
  std::mutex mutex;
  std::condition_variable done;
  std::optional<Clock::time_point> done_at;
  Addresses addresses;

  void answer(Addresses found) {
    const std::lock_guard lock{mutex};
    addresses = std::move(found);
    done_at = Clock::now();
    done.notify_all();
  }
  [[nodiscard]] bool was_done_before(Clock::time_point time) {
    const std::lock_guard lock{mutex};
    return done_at && *done_at <= time;
  }
};

Resolver::Resolver() : Resolver(ask_system) {}

Resolver::Resolver(LookUp look_up, std::chrono::milliseconds late_answers)
    : look_up_(std::move(look_up)), late_answers_(late_answers) {}

Addresses Resolver::resolve(const std::string& host, Deadline deadline) {
  if (is_ip_address(host)) return {host};
  const auto lookup = current(host);
  std::unique_lock lock{lookup->mutex};
  const auto is_done = [&] { return lookup->done_at.has_value(); };
  if (!lookup->done.wait_until(lock, deadline, is_done)) {
    throw ConnectionFailed{Failure::name_lookup_timed_out};
  }
  auto addresses = lookup->addresses;
  lock.unlock();
  forget(host, lookup);
  if (addresses.empty()) throw ConnectionFailed{Failure::name_not_found};
  return addresses;
}

std::shared_ptr<Resolver::Lookup> Resolver::current(const std::string& host) {
  const std::lock_guard lock{mutex_};
  const auto oldest = Clock::now() - late_answers_;
  std::erase_if(lookups_, [&](const auto& each) { return each.second->was_done_before(oldest); });
  if (const auto found = lookups_.find(host); found != lookups_.end()) return found->second;
  const auto lookup = std::make_shared<Lookup>();
  const auto place = lookups_.emplace(host, lookup).first;
  try {
    std::thread{[lookup, look_up = look_up_, host] {
      try {
        lookup->answer(look_up(host));
      } catch (const std::exception&) {
        lookup->answer({});
      }
    }}.detach();
  } catch (...) {
    lookups_.erase(place);
    throw;
  }
  return lookup;
}

void Resolver::forget(const std::string& host, const std::shared_ptr<Lookup>& lookup) {
  const std::lock_guard lock{mutex_};
  const auto found = lookups_.find(host);
  if (found != lookups_.end() && found->second == lookup) lookups_.erase(found);
}

}  // namespace coffeeauth::net

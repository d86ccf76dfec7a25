#include "resolver.hpp"

#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>

#include <condition_variable>
#include <thread>
#include <utility>

#include "channel.hpp"

namespace coffeeauth::redis {

/// Outlives whichever of its threads is done last.
struct Resolver::Lookup {
  std::mutex mutex;
  std::condition_variable done;
  bool is_done = false;
  Addresses addresses;
};

Resolver::Resolver(std::string host)
    : Resolver(std::move(host), [](const std::string& name) -> Addresses {
        return Poco::Net::DNS::hostByName(name).addresses();
      }) {}

Resolver::Resolver(std::string host, LookUp look_up)
    : host_(std::move(host)), look_up_(std::move(look_up)) {}

Resolver::Addresses Resolver::addresses(Deadline deadline) {
  Poco::Net::IPAddress literal;
  if (Poco::Net::IPAddress::tryParse(host_, literal)) return {literal};
  const auto lookup = current();
  std::unique_lock lock{lookup->mutex};
  if (!lookup->done.wait_until(lock, deadline, [&] { return lookup->is_done; })) {
    throw ConnectionFailed{DownReason::name_not_found};
  }
  auto addresses = lookup->addresses;
  lock.unlock();
  forget(lookup);
  if (addresses.empty()) throw ConnectionFailed{DownReason::name_not_found};
  return addresses;
}

std::shared_ptr<Resolver::Lookup> Resolver::current() {
  const std::lock_guard lock{mutex_};
  if (pending_) return pending_;
  auto lookup = std::make_shared<Lookup>();
  // The system's resolver takes no deadline and may take half a minute when its servers are away;
  // it ends by itself, so the thread that waits for it does.
  std::thread{[lookup, look_up = look_up_, host = host_] {
    Addresses addresses;
    try {
      addresses = look_up(host);
    } catch (const std::exception&) {
      // None.
    }
    const std::lock_guard done{lookup->mutex};
    lookup->addresses = std::move(addresses);
    lookup->is_done = true;
    lookup->done.notify_all();
  }}.detach();
  pending_ = lookup;
  return lookup;
}

void Resolver::forget(const std::shared_ptr<Lookup>& lookup) {
  const std::lock_guard lock{mutex_};
  if (pending_ == lookup) pending_.reset();
}

}  // namespace coffeeauth::redis

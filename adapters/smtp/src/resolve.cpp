#include "resolve.hpp"

#include <Poco/Net/DNS.h>
#include <Poco/Net/HostEntry.h>

#include <condition_variable>
#include <mutex>
#include <thread>

namespace coffeeauth::smtp {
namespace {

using Addresses = std::vector<Poco::Net::IPAddress>;

/// Outlives whichever of the two threads is done first.
struct Lookup {
  std::mutex mutex;
  std::condition_variable done;
  bool is_done = false;
  Addresses addresses;
};

Addresses look_up(const std::string& host) noexcept {
  try {
    return Poco::Net::DNS::hostByName(host).addresses();
  } catch (const std::exception&) {
    return {};
  }
}

}  // namespace

Addresses resolve(const std::string& host, Deadline deadline) {
  Poco::Net::IPAddress literal;
  if (Poco::Net::IPAddress::tryParse(host, literal)) return {literal};
  const auto lookup = std::make_shared<Lookup>();
  // The system's resolver takes no deadline and may take half a minute when its servers are away;
  // it ends by itself, so the thread that waits for it does.
  std::thread{[lookup, host] {
    auto addresses = look_up(host);
    const std::lock_guard lock{lookup->mutex};
    lookup->addresses = std::move(addresses);
    lookup->is_done = true;
    lookup->done.notify_one();
  }}.detach();
  std::unique_lock lock{lookup->mutex};
  if (!lookup->done.wait_until(lock, deadline, [&] { return lookup->is_done; })) {
    throw SessionFailed("name lookup timed out");
  }
  if (lookup->addresses.empty()) throw SessionFailed("host name not found");
  return std::move(lookup->addresses);
}

}  // namespace coffeeauth::smtp

#pragma once
/// Name lookups that end in time.

#include <Poco/Net/IPAddress.h>

#include <string>
#include <vector>

#include "channel.hpp"

namespace coffeeauth::smtp {

/// The addresses of `host`, or itself if it is one; at least one. Throws SessionFailed when there
/// are none or the resolver does not say so in time.
[[nodiscard]] std::vector<Poco::Net::IPAddress> resolve(const std::string& host, Deadline deadline);

}  // namespace coffeeauth::smtp

#include "ip_address.hpp"

#include <Poco/Net/IPAddress.h>

namespace coffeeauth::net {

bool is_ip_address(const std::string& host) {
  Poco::Net::IPAddress ignored;
  return Poco::Net::IPAddress::tryParse(host, ignored);
}

}  // namespace coffeeauth::net

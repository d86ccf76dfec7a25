#pragma once
/// A port of 127.0.0.1 where no connection is refused and none is accepted.

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <Poco/Net/StreamSocket.h>

#include <cstdint>
#include <vector>

namespace coffeeauth::testing {

/// As behind a firewall that drops packets: so many connections wait already that the kernel
/// answers no further one.
class Swallowing {
 public:
  Swallowing() : listener_(Poco::Net::SocketAddress{"127.0.0.1", 0}, 0) {
    for (int i = 0; i < 8; ++i) {
      waiting_.emplace_back();
      waiting_.back().connectNB(listener_.address());
    }
  }
  [[nodiscard]] std::uint16_t port() const { return listener_.address().port(); }

 private:
  Poco::Net::ServerSocket listener_;
  std::vector<Poco::Net::StreamSocket> waiting_;
};

}  // namespace coffeeauth::testing

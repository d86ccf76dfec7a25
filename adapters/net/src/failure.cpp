#include "failure.hpp"

namespace coffeeauth::net {

const char* ConnectionFailed::what() const noexcept {
  switch (failure_) {
    case Failure::name_lookup_timed_out:
      return "name lookup timed out";
    case Failure::name_not_found:
      return "host name not found";
    case Failure::refused:
      return "connection refused";
    case Failure::connecting_timed_out:
      return "connecting timed out";
    case Failure::unreachable:
      return "host not reachable";
    case Failure::timed_out:
      return "timed out";
    case Failure::closed:
    case Failure::lost:
      return "connection lost";
    case Failure::untrusted:
      return "certificate not trusted";
    case Failure::handshake:
      return "TLS handshake failed";
  }
  return "connection failed";
}

}  // namespace coffeeauth::net

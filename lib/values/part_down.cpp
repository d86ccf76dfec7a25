#include "coffeeauth/part_down.hpp"

namespace coffeeauth {

std::string_view wire_name(DownReason reason) noexcept {
  switch (reason) {
    case DownReason::other:
      return "other";
    case DownReason::unreachable:
      return "unreachable";
    case DownReason::name_not_found:
      return "name_not_found";
    case DownReason::timed_out:
      return "timed_out";
    case DownReason::tls:
      return "tls";
    case DownReason::credentials:
      return "credentials";
    case DownReason::no_database:
      return "no_database";
    case DownReason::not_permitted:
      return "not_permitted";
    case DownReason::full:
      return "full";
    case DownReason::starting:
      return "starting";
    case DownReason::read_only:
      return "read_only";
  }
  return "other";
}

}  // namespace coffeeauth

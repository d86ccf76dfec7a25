#pragma once
/// RouteTable: the routes of the library and those of others put together, as ApiOptions says.
/// Private to the library.

#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/http/route.hpp"

namespace coffeeauth::http {

/// `prefix` as ApiOptions::prefix, checked. Throws std::invalid_argument.
[[nodiscard]] std::string checked_prefix(std::string prefix);

class RouteTable {
 public:
  /// As of ApiOptions; the prefix is a checked one.
  RouteTable(std::string prefix, std::vector<std::string> leave_out);

  /// Adds routes, without those that are left out. Throws std::invalid_argument for one that is to
  /// replace what is not there.
  void add(std::vector<Route> routes);

  /// What was added, below the prefix. Throws std::invalid_argument when something was to be left
  /// out that never came.
  [[nodiscard]] std::vector<Route> take();

 private:
  [[nodiscard]] bool is_left_out(const Route& route);
  void replace(Route route);
  void place(Route& route) const;

  struct LeftOut {
    std::string what;
    bool found = false;
  };
  std::string prefix_;
  std::vector<LeftOut> left_out_;
  std::vector<Route> routes_;
};

}  // namespace coffeeauth::http

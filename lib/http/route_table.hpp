#pragma once
/// RouteTable: combines the routes of the library with those of features and embedders, as
/// ApiOptions defines. Private to the library.

#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/http/route.hpp"

namespace coffeeauth::http {

/// Validates ApiOptions::prefix and returns it. Throws std::invalid_argument.
[[nodiscard]] std::string checked_prefix(std::string prefix);

class RouteTable {
 public:
  /// Takes checked_prefix() and ApiOptions::leave_out.
  RouteTable(std::string prefix, std::vector<std::string> leave_out);

  /// Adds routes, except those to leave out. Throws std::invalid_argument when a route with
  /// Route::replaces has no route to replace.
  void add(std::vector<Route> routes);

  /// Returns the added routes, below the prefix. Throws std::invalid_argument when a route to leave
  /// out was never added.
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

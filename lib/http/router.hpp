#pragma once
/// Router: finds the routes of a path. Private to the library.

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "coffeeauth/http/route.hpp"

namespace coffeeauth::http {

/// Every route of one path.
struct RoutedPath {
  std::string pattern;
  std::vector<const Route*> routes;
  /// The value of the Allow field: HEAD beside GET, and OPTIONS, which every path answers.
  std::string allow;

  /// The route that serves `method`; null when none does. HEAD is served by GET.
  [[nodiscard]] const Route* find(std::string_view method) const noexcept;
};

/// A fixed table, split when it is made, so that finding a path without parameters is one look-up
/// and no allocation. Literal parts compare octet by octet: `/api/%6De` is no spelling of
/// `/api/me`, for the rules of a proxy in front would not see it as one either.
class Router {
 public:
  /// Throws std::invalid_argument for a path or method that cannot be, and for two routes of one
  /// method and path.
  explicit Router(std::vector<Route> routes);
  Router(const Router&) = delete;
  Router& operator=(const Router&) = delete;

  /// Finds `path` (no query), with or without one trailing slash, and fills `parameters`; null for
  /// a path that is not served. A parameter is one whole segment (the last one of `{name...}` is
  /// the rest), decoded; no segment may decode to an empty one, a dot segment, or one with a slash,
  /// a backslash or a control character.
  [[nodiscard]] const RoutedPath* find(std::string_view path, Parameters& parameters) const;

  [[nodiscard]] const std::vector<Route>& routes() const noexcept { return routes_; }

 private:
  struct Pattern {
    std::vector<std::string> segments;
    std::size_t path = 0;
  };

  std::size_t add_path(const std::string& pattern);
  [[nodiscard]] static bool match(const Pattern& pattern, std::string_view path,
                                  Parameters& parameters);

  std::vector<Route> routes_;
  std::vector<RoutedPath> paths_;
  /// Keys point into routes_.
  std::unordered_map<std::string_view, std::size_t> literals_;
  std::vector<Pattern> patterns_;
};

/// The names of the parameters of a path pattern, in order.
[[nodiscard]] std::vector<std::string> parameter_names(std::string_view pattern);

}  // namespace coffeeauth::http

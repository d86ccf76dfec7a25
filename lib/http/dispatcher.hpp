#pragma once
/// Dispatcher: takes a request through routing, limits, authorisation and validation to its
/// handler. Private to the library.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/http/api.hpp"
#include "lib/http/cors.hpp"
#include "lib/http/perimeter.hpp"
#include "lib/http/router.hpp"

namespace coffeeauth::http {

/// Immutable once made, so any thread may use it.
class Dispatcher {
 public:
  /// Borrows `auth`. Throws std::invalid_argument as Api does.
  Dispatcher(Auth& auth, const ApiOptions& options, std::vector<Route> routes);

  /// Answers; notes in `record` which route it was, and for whom. May throw what services and
  /// handlers throw.
  /// `for_all` says whether web pages of other origins may read the answer; it is set before
  /// anything is thrown that depends on the route.
  [[nodiscard]] Response dispatch(const Request& request, const Origin& origin,
                                  AccessRecord& record, bool& for_all) const;

  [[nodiscard]] const CorsPolicy& cors() const noexcept { return cors_; }
  [[nodiscard]] const Router& router() const noexcept { return router_; }
  [[nodiscard]] const Perimeter& perimeter() const noexcept { return perimeter_; }

 private:
  [[nodiscard]] Response serve(const Route& route, const Request& request, const Origin& origin,
                               const Parameters& path_parameters, std::string_view query,
                               AccessRecord& record) const;
  [[nodiscard]] bool is_visible(const Route& route, const Request& request,
                                const Origin& origin) const;
  [[nodiscard]] const RoutedPath* visible_path(const Request& request, const Origin& origin,
                                               Parameters& parameters) const;
  [[nodiscard]] Result<void> count(const Route& route, const Origin& origin,
                                   const std::optional<Principal>& principal) const;
  [[nodiscard]] Result<void> count_allowed(const Route& route,
                                           const std::optional<Principal>& principal) const;
  [[nodiscard]] Result<nlohmann::json> read_body(const Route& route, const Request& request) const;

  Auth& auth_;
  std::size_t max_body_;
  std::size_t max_depth_;
  Router router_;
  Perimeter perimeter_;
  CorsPolicy cors_;
  Secret link_token_;
  std::function<Result<std::optional<StepUp>>(const Principal&)> step_up_;
};

}  // namespace coffeeauth::http

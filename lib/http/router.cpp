#include "lib/http/router.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <utility>

#include "lib/http/access.hpp"
#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

constexpr std::array<std::string_view, 5> methods{"GET", "POST", "PATCH", "PUT", "DELETE"};

bool is_parameter(std::string_view segment) noexcept {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}
bool takes_rest(std::string_view segment) noexcept {
  return is_parameter(segment) && segment.ends_with("...}");
}
std::string parameter_name(std::string_view segment) {
  const std::size_t behind = takes_rest(segment) ? 4 : 1;
  return std::string{segment.substr(1, segment.size() - 1 - behind)};
}

std::vector<std::string> split(std::string_view path) {
  std::vector<std::string> segments;
  while (!path.empty()) {
    path.remove_prefix(1);
    const auto end = std::min(path.find('/'), path.size());
    segments.emplace_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return segments;
}

[[noreturn]] void refuse(const Route& route, const char* why) {
  throw std::invalid_argument("route " + route.method + " " + route.path + ": " + why);
}

void check(const Route& route) {
  if (std::find(methods.begin(), methods.end(), route.method) == methods.end()) {
    refuse(route, "unknown method");
  }
  if (!route.handler) refuse(route, "no handler");
  if (route.permission && route.access != Access::admin) {
    refuse(route, "a permission is for Access::admin");
  }
  if (route.recent != Recent::not_needed && !needs_token(route)) {
    refuse(route, "a recent login is for Access::user and Access::admin");
  }
  const auto& path = route.path;
  if (!path.starts_with('/') || (path.size() > 1 && path.ends_with('/'))) {
    refuse(route, "a path begins with a slash and does not end in one");
  }
  const auto segments = split(path);
  for (std::size_t i = 0; i < segments.size(); ++i) {
    if (takes_rest(segments[i]) && i + 1 < segments.size()) refuse(route, "{...} is the last part");
  }
}

std::string allow_of(const std::vector<const Route*>& routes) {
  std::set<std::string_view> allowed{"OPTIONS"};
  for (const auto* route : routes) {
    allowed.insert(route->method);
    if (route->method == "GET") allowed.insert("HEAD");
  }
  std::string list;
  for (const auto method : allowed) list.append(list.empty() ? "" : ", ").append(method);
  return list;
}

bool is_sound_segment(std::string_view text) noexcept {
  return !text.empty() && text != "." && text != ".." &&
         text.find_first_of("/\\") == std::string_view::npos && !has_ascii_controls(text) &&
         count_code_points(text).has_value();
}

std::optional<std::string> decode_segment(std::string_view segment) {
  auto decoded = percent_decode(segment, Plus::is_plus);
  if (!decoded || !is_sound_segment(*decoded)) return std::nullopt;
  return decoded;
}

std::optional<std::string> decode_rest(std::string_view rest) {
  std::string decoded;
  for (std::size_t begin = 0; begin <= rest.size();) {
    const auto end = std::min(rest.find('/', begin), rest.size());
    const auto segment = decode_segment(rest.substr(begin, end - begin));
    if (!segment) return std::nullopt;
    if (begin > 0) decoded.push_back('/');
    decoded.append(*segment);
    begin = end + 1;
  }
  return decoded;
}

}  // namespace

const Route* RoutedPath::find(std::string_view method) const noexcept {
  const auto wanted = method == "HEAD" ? std::string_view{"GET"} : method;
  for (const auto* route : routes) {
    if (route->method == wanted) return route;
  }
  return nullptr;
}

Router::Router(std::vector<Route> routes) : routes_(std::move(routes)) {
  for (const auto& route : routes_) {
    check(route);
    auto& path = paths_[add_path(route.path)];
    if (path.find(route.method) != nullptr) refuse(route, "is there twice");
    path.routes.push_back(&route);
  }
  for (auto& path : paths_) path.allow = allow_of(path.routes);
}

std::size_t Router::add_path(const std::string& pattern) {
  const auto found = std::find_if(paths_.begin(), paths_.end(),
                                  [&](const RoutedPath& p) { return p.pattern == pattern; });
  if (found != paths_.end()) return static_cast<std::size_t>(found - paths_.begin());
  const auto index = paths_.size();
  paths_.push_back({.pattern = pattern, .routes = {}, .allow = {}});
  auto segments = split(pattern);
  if (std::any_of(segments.begin(), segments.end(), is_parameter)) {
    patterns_.push_back({std::move(segments), index});
  } else {
    literals_.emplace(pattern, index);
  }
  return index;
}

const RoutedPath* Router::find(std::string_view path, Parameters& parameters) const {
  if (path.size() > 1 && path.ends_with('/')) {
    path.remove_suffix(1);
    if (path == "/") return nullptr;
  }
  if (const auto found = literals_.find(path); found != literals_.end()) {
    return &paths_[found->second];
  }
  for (const auto& pattern : patterns_) {
    if (match(pattern, path, parameters)) return &paths_[pattern.path];
    parameters.clear();
  }
  return nullptr;
}

bool Router::match(const Pattern& pattern, std::string_view path, Parameters& parameters) {
  for (const auto& segment : pattern.segments) {
    if (!path.starts_with('/')) return false;
    path.remove_prefix(1);
    if (takes_rest(segment)) {
      auto rest = decode_rest(path);
      if (!rest) return false;
      parameters.insert_or_assign(parameter_name(segment), *std::move(rest));
      return true;
    }
    const auto part = path.substr(0, path.find('/'));
    path.remove_prefix(part.size());
    if (!is_parameter(segment)) {
      if (part != segment) return false;
      continue;
    }
    auto value = decode_segment(part);
    if (!value) return false;
    parameters.insert_or_assign(parameter_name(segment), *std::move(value));
  }
  return path.empty();
}

std::vector<std::string> parameter_names(std::string_view pattern) {
  std::vector<std::string> names;
  for (const auto& segment : split(pattern)) {
    if (is_parameter(segment)) names.push_back(parameter_name(segment));
  }
  return names;
}

}  // namespace coffeeauth::http

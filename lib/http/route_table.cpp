#include "lib/http/route_table.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace coffeeauth::http {
namespace {

/// As every path in the table is written.
constexpr std::string_view written_prefix = "/api";

bool is_prefix_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view{"-._~/"}.find(c) != std::string_view::npos;
}

std::string name_of(const Route& route) { return route.method + " " + route.path; }

bool is_below_prefix(std::string_view path) noexcept {
  if (!path.starts_with(written_prefix)) return false;
  path.remove_prefix(written_prefix.size());
  return path.empty() || path.front() == '/';
}

/// The paths that a text for the document names in code: `/api/auth/login`.
void place_in_text(std::string& text, const std::string& prefix) {
  constexpr std::string_view mark = "`/api/";
  for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) {
    text.replace(at + 1, written_prefix.size(), prefix);
  }
}

}  // namespace

std::string checked_prefix(std::string prefix) {
  const bool sound =
      prefix.empty() ||
      (prefix.front() == '/' && prefix.back() != '/' &&
       std::all_of(prefix.begin(), prefix.end(), is_prefix_character) &&
       prefix.find("//") == std::string::npos && (prefix + "/").find("/./") == std::string::npos &&
       (prefix + "/").find("/../") == std::string::npos);
  if (!sound) throw std::invalid_argument("not a prefix of paths (like /api): " + prefix);
  return prefix;
}

RouteTable::RouteTable(std::string prefix, std::vector<std::string> leave_out)
    : prefix_(std::move(prefix)) {
  for (auto& what : leave_out) left_out_.push_back({.what = std::move(what)});
}

void RouteTable::add(std::vector<Route> routes) {
  for (auto& route : routes) {
    if (route.replaces) {
      replace(std::move(route));
    } else if (!is_left_out(route)) {
      routes_.push_back(std::move(route));
    }
  }
}

std::vector<Route> RouteTable::take() {
  for (const auto& [what, found] : left_out_) {
    if (!found) throw std::invalid_argument("no route to leave out: " + what);
  }
  for (auto& route : routes_) place(route);
  return std::move(routes_);
}

bool RouteTable::is_left_out(const Route& route) {
  bool left_out = false;
  for (auto& [what, found] : left_out_) {
    if (what.empty() || (what != route.operation_id && what != name_of(route))) continue;
    found = true;
    left_out = true;
  }
  return left_out;
}

void RouteTable::replace(Route route) {
  const auto replaced = std::find_if(routes_.begin(), routes_.end(), [&](const Route& there) {
    return there.method == route.method && there.path == route.path;
  });
  if (replaced == routes_.end()) {
    throw std::invalid_argument("no route to replace: " + name_of(route));
  }
  *replaced = std::move(route);
}

void RouteTable::place(Route& route) const {
  if (prefix_ == written_prefix) return;
  place_in_text(route.summary, prefix_);
  place_in_text(route.description, prefix_);
  if (!is_below_prefix(route.path)) return;
  route.path.replace(0, written_prefix.size(), prefix_);
  if (route.path.empty()) route.path = "/";
}

}  // namespace coffeeauth::http

#include "lib/http/perimeter.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <stdexcept>
#include <utility>

#include "lib/http/bearer.hpp"
#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

constexpr std::array<std::string_view, 4> forwarding_fields{"X-Forwarded-For", "Forwarded",
                                                            "X-Real-IP", "Via"};

bool is_loopback(const Origin& origin) noexcept {
  static const NetworkRange v4{"127.0.0.0/8"};
  static const NetworkRange v6{"::1"};
  return origin.parsed && (v4.contains(*origin.parsed) || v6.contains(*origin.parsed));
}

/// Some proxies write the port too: `192.0.2.1:4711`, `[2001:db8::1]:4711`.
std::string_view without_port(std::string_view hop) noexcept {
  if (hop.starts_with('[')) {
    const auto end = hop.find(']');
    return end == std::string_view::npos ? hop : hop.substr(1, end - 1);
  }
  const auto colon = hop.find(':');
  const bool only_one = colon != std::string_view::npos && hop.rfind(':') == colon;
  return only_one ? hop.substr(0, colon) : hop;
}

Origin hop_of(std::string_view text) {
  const auto address = text.substr(0, text.find('%'));  // a zone means nothing off its machine
  return {.address = std::string{address}, .parsed = parse_network_address(address)};
}

/// Every X-Forwarded-For of the request as one list, in order (RFC 9110 5.3).
std::string forwarded_for(const Request& request) {
  std::string all;
  for (const auto& field : request.headers) {
    if (!equal_ignoring_case(field.name, "X-Forwarded-For")) continue;
    if (!all.empty()) all.push_back(',');
    all.append(field.value);
  }
  return all;
}

bool claims_forwarding(const Request& request) noexcept {
  return std::any_of(request.headers.begin(), request.headers.end(), [](const Header& field) {
    return std::any_of(
        forwarding_fields.begin(), forwarding_fields.end(),
        [&](std::string_view name) { return equal_ignoring_case(field.name, name); });
  });
}

/// Whether no stranger can have the name. Empty as well: what asks without one is no browser.
bool is_local_name(std::string_view host) noexcept {
  const auto name = without_port(host);
  return name.find('.') == std::string_view::npos || parse_network_address(name).has_value();
}

bool any_contains(const std::vector<NetworkRange>& ranges,
                  const std::optional<NetworkAddress>& address) noexcept {
  return address && std::any_of(ranges.begin(), ranges.end(),
                                [&](const NetworkRange& r) { return r.contains(*address); });
}

std::string clean_user_agent(std::string_view text) {
  static constexpr std::size_t longest = 256;
  std::string clean{text.substr(0, longest)};
  for (char& c : clean) {
    if (c < 0x20 || c > 0x7E) c = '?';
  }
  return clean;
}

/// The first language of Accept-Language: clients write the one they prefer in front.
std::string preferred_language(std::string_view field) {
  auto first = take_item(field, ',');
  const auto tag = take_item(first, ';');
  const bool sound = tag.size() <= 35 && std::all_of(tag.begin(), tag.end(), [](char c) {
                       return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                              (c >= '0' && c <= '9') || c == '-';
                     });
  return sound ? std::string{tag} : std::string{};
}

}  // namespace

Perimeter::Perimeter(const std::vector<std::string>& trusted_proxies,
                     const std::vector<std::string>& operator_networks, Secret operator_token)
    : proxies_(trusted_proxies.begin(), trusted_proxies.end()),
      operators_(operator_networks.begin(), operator_networks.end()),
      operator_token_(std::move(operator_token)) {}

Origin Perimeter::origin_of(const Request& request) const {
  auto origin = traced(request);
  origin.asked_by_local_name = is_local_name(request.header("Host"));
  return origin;
}

Origin Perimeter::traced(const Request& request) const {
  auto origin = hop_of(request.peer_address);
  if (!claims_forwarding(request)) {
    // A proxy that does not say for whom it asks: anybody.
    origin.hidden = is_trusted(origin);
    return origin;
  }
  if (!is_trusted(origin)) {
    origin.hidden = true;
    return origin;
  }
  // Forwarded in a dialect that is not read, it names no client either.
  const auto list = forwarded_for(request);
  std::string_view rest = list;
  while (!rest.empty() && is_trusted(origin)) {
    const auto comma = rest.rfind(',');
    const bool last = comma == std::string_view::npos;
    auto hop = hop_of(without_port(trim(last ? rest : rest.substr(comma + 1))));
    rest = last ? std::string_view{} : rest.substr(0, comma);
    if (!hop.parsed) {
      // A trusted proxy that passes on what is no address leaves the client unknown.
      origin.hidden = true;
      return origin;
    }
    origin = std::move(hop);
  }
  // A proxy that passes on what the client wrote can be made to say that it asks for itself, or for
  // its own machine.
  origin.hidden = is_trusted(origin) || is_loopback(origin);
  return origin;
}

bool Perimeter::is_trusted(const Origin& hop) const noexcept {
  return any_contains(proxies_, hop.parsed);
}

bool Perimeter::is_operator(const Origin& origin) const noexcept {
  return !origin.hidden && origin.asked_by_local_name && any_contains(operators_, origin.parsed);
}

bool Perimeter::is_operator(const Request& request, const Origin& origin) const noexcept {
  if (is_operator(origin)) return true;
  const auto bearer = read_bearer(request);
  return !operator_token_.empty() && bearer.state == BearerState::present &&
         equal_in_constant_time(operator_token_.expose_secret(), bearer.token);
}

ClientContext describe_client(const Request& request, const Origin& origin) {
  return {.address = origin.parsed ? origin.address : std::string{},
          .user_agent = clean_user_agent(request.header("User-Agent")),
          .language = preferred_language(request.header("Accept-Language"))};
}

}  // namespace coffeeauth::http

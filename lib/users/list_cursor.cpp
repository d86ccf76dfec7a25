#include "lib/users/list_cursor.hpp"

#include <nlohmann/json.hpp>

#include "lib/tokens/base64url.hpp"

namespace coffeeauth {
namespace {

constexpr std::size_t tag_size = 16;
constexpr std::size_t longest_cursor = 1'024;

/// What a cursor is bound to: the list it was made for.
std::string list_of(const ListUsersRequest& request) {
  const auto flag = [](const std::optional<bool>& value) {
    return value ? (*value ? '1' : '0') : '-';
  };
  std::string list;
  list += std::to_string(static_cast<int>(request.order));
  list += std::to_string(static_cast<int>(request.direction));
  list += request.filter.role ? wire_name(*request.filter.role) : "-";
  list += flag(request.filter.is_verified);
  list += flag(request.filter.is_active);
  list += request.filter.search;
  return list;
}

std::string tag_for(std::string_view payload, const ListUsersRequest& request, const Vault& vault) {
  const auto mac = vault.mac("list_cursor", {payload, list_of(request)});
  return {reinterpret_cast<const char*>(mac.data()), tag_size};
}

std::optional<std::int64_t> millis_of(const User& user, UserOrder order) {
  if (order == UserOrder::date_joined) return to_unix_millis(user.date_joined);
  if (user.last_login) return to_unix_millis(*user.last_login);
  return std::nullopt;
}

}  // namespace

std::string make_list_cursor(const User& last, const ListUsersRequest& request,
                             const Vault& vault) {
  nlohmann::json position = {{"i", last.id.str()}};
  if (request.order == UserOrder::email) {
    position["e"] = last.email.canonical();
  } else if (const auto millis = millis_of(last, request.order)) {
    position["m"] = *millis;
  }
  const auto payload = position.dump();
  return base64url_encode(tag_for(payload, request, vault) + payload);
}

std::optional<UserPosition> parse_list_cursor(std::string_view text,
                                              const ListUsersRequest& request, const Vault& vault) {
  if (text.size() > longest_cursor) return std::nullopt;
  const auto bytes = base64url_decode(text);
  if (!bytes || bytes->size() <= tag_size) return std::nullopt;
  const auto payload = std::string_view{*bytes}.substr(tag_size);
  if (!equal_in_constant_time(std::string_view{*bytes}.substr(0, tag_size),
                              tag_for(payload, request, vault))) {
    return std::nullopt;
  }
  // Authentic from here on: we wrote it.
  const auto position = nlohmann::json::parse(payload, nullptr, false);
  if (!position.is_object()) return std::nullopt;
  const auto id = UserId::parse(position.value("i", std::string{}));
  if (!id) return std::nullopt;
  UserPosition result{.email = position.value("e", std::string{}), .id = *id};
  if (position.contains("m")) result.millis = position["m"].get<std::int64_t>();
  return result;
}

}  // namespace coffeeauth

#include "lib/users/list_cursor.hpp"

#include <array>
#include <cstring>
#include <span>

#include <nlohmann/json.hpp>

#include "coffeeauth/base64url.hpp"
#include "coffeeauth/error.hpp"

namespace coffeeauth {
namespace {

constexpr std::string_view purpose = "list_cursor";
/// What a cursor holds is filled up to a multiple of this, so that its length does not tell how
/// long an address is.
constexpr std::size_t padding = 64;
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

/// The nonce of a cursor, made from all that it says: a cursor is the same each time, or the ETag
/// of a list that has not changed would be another one.
class SyntheticNonce final : public RandomSource {
 public:
  SyntheticNonce(std::string_view payload, std::string_view list, const Vault& vault)
      : bytes_(vault.mac("list_cursor_nonce", {payload, list})) {}

  void fill(std::span<std::byte> out) override {
    if (out.size() > bytes_.size()) throw Unavailable("a nonce of that size cannot be made");
    std::memcpy(out.data(), bytes_.data(), out.size());
  }

 private:
  std::array<std::uint8_t, 32> bytes_;
};

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
  auto payload = position.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  payload.append(padding - payload.size() % padding, ' ');
  const auto list = list_of(request);
  SyntheticNonce nonce{payload, list, vault};
  return base64url_encode(vault.seal(purpose, list, payload, nonce));
}

std::optional<UserPosition> parse_list_cursor(std::string_view text,
                                              const ListUsersRequest& request, const Vault& vault) {
  if (text.size() > longest_cursor) return std::nullopt;
  const auto bytes = base64url_decode(text);
  if (!bytes) return std::nullopt;
  const auto payload = vault.open(purpose, list_of(request), *bytes);
  if (!payload) return std::nullopt;
  // Authentic from here on: we wrote it.
  const auto position = nlohmann::json::parse(payload->expose_secret(), nullptr, false);
  if (!position.is_object()) return std::nullopt;
  const auto id = UserId::parse(position.value("i", std::string{}));
  if (!id) return std::nullopt;
  UserPosition result{.email = position.value("e", std::string{}), .id = *id};
  if (position.contains("m")) result.millis = position["m"].get<std::int64_t>();
  return result;
}

}  // namespace coffeeauth

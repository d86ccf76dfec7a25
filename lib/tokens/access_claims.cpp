#include "lib/tokens/access_claims.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "lib/tokens/strict_json.hpp"

namespace coffeeauth {
namespace {

/// 9999-12-31T23:59:59Z; with it no arithmetic on dates can overflow.
constexpr std::int64_t last_second = 253'402'300'799;
constexpr std::chrono::hours longest_life{24};

/// RFC 7519 4.1, RFC 9068 2.2, and those that only this library has.
constexpr std::array<std::string_view, 14> own_claims{
    "iss",       "sub", "aud",  "exp", "nbf",       "iat", "jti",
    "client_id", "sid", "role", "ver", "auth_time", "acr", "amr"};

std::int64_t whole_seconds(UtcTime time) {
  return std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
}

std::optional<UtcTime> read_date(const JsonMembers& members, std::string_view name) {
  const auto seconds = members.integer(name);
  if (!seconds || *seconds < 0 || *seconds > last_second) return std::nullopt;
  return UtcTime{std::chrono::seconds{*seconds}};
}

template <class IdType>
std::optional<IdType> read_id(const JsonMembers& members, std::string_view name) {
  const auto text = members.text(name);
  return text ? IdType::parse(*text) : std::nullopt;
}

std::optional<Role> read_role(const JsonMembers& members) {
  const auto text = members.text("role");
  return text ? parse_role(*text) : std::nullopt;
}

}  // namespace

bool is_own_claim(std::string_view name) noexcept {
  return std::find(own_claims.begin(), own_claims.end(), name) != own_claims.end();
}

std::string encode_claims(const AccessClaims& claims) {
  nlohmann::json members{
      {"iss", claims.issuer},
      {"sub", claims.subject.str()},
      {"aud", claims.audience},
      {"client_id", claims.client_id},
      {"iat", whole_seconds(claims.issued_at)},
      {"exp", whole_seconds(claims.expires_at)},
      {"jti", claims.token_id},
      {"sid", claims.session.str()},
      {"role", wire_name(claims.role)},
      {"ver", claims.version},
  };
  if (claims.authenticated_at) {
    members["auth_time"] = whole_seconds(*claims.authenticated_at);
    members["acr"] = claims.assurance;
    members["amr"] = claims.methods;
  }
  for (const auto& [name, value] : claims.extra) {
    std::visit([&members, &name = name](const auto& plain) { members[name] = plain; }, value);
  }
  return members.dump();
}

std::optional<DecodedClaims> decode_claims(std::string_view json) {
  auto members = JsonMembers::parse(json);
  if (!members) return std::nullopt;
  auto issuer = members->text("iss");
  auto audience = members->text("aud");
  auto client_id = members->text("client_id");
  auto token_id = members->text("jti");
  const auto subject = read_id<UserId>(*members, "sub");
  const auto session = read_id<SessionId>(*members, "sid");
  const auto issued_at = read_date(*members, "iat");
  const auto expires_at = read_date(*members, "exp");
  const auto role = read_role(*members);
  const auto version = members->integer("ver");
  if (!issuer || !audience || !token_id || !subject || !session || !issued_at || !expires_at ||
      !role || !version) {
    return std::nullopt;
  }
  // Tokens of before it was written are good until they expire.
  if (!client_id && members->has("client_id")) return std::nullopt;
  if (token_id->empty() || *version < 0) return std::nullopt;
  if (*expires_at <= *issued_at || *expires_at - *issued_at > longest_life) return std::nullopt;

  DecodedClaims decoded{AccessClaims{.issuer = std::move(*issuer),
                                     .subject = *subject,
                                     .audience = std::move(*audience),
                                     .client_id = std::move(client_id).value_or(std::string{}),
                                     .issued_at = *issued_at,
                                     .expires_at = *expires_at,
                                     .token_id = std::move(*token_id),
                                     .session = *session,
                                     .role = *role,
                                     .version = *version,
                                     .authenticated_at = read_date(*members, "auth_time"),
                                     .assurance = members->text("acr").value_or(std::string{}),
                                     .methods = members->texts("amr"),
                                     .extra = {}}};
  if (members->has("nbf")) {
    decoded.not_before = read_date(*members, "nbf");
    if (!decoded.not_before) return std::nullopt;
  }
  decoded.claims.extra =
      members->take_claims([](std::string_view name) { return !is_own_claim(name); });
  return decoded;
}

}  // namespace coffeeauth

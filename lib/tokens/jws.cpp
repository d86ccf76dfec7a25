#include "lib/tokens/jws.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

#include "coffeeauth/base64url.hpp"
#include "lib/tokens/strict_json.hpp"

namespace coffeeauth {
namespace {

constexpr std::array<std::string_view, 6> refused_members{"b64", "crit", "jku",
                                                          "jwk", "x5c",  "x5u"};

struct Parts {
  std::string_view header;
  std::string_view payload;
  std::string_view signature;
};

std::optional<Parts> split(std::string_view token) {
  const auto first = token.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const auto second = token.find('.', first + 1);
  if (second == std::string_view::npos) return std::nullopt;
  // A third dot, if any, stays in the signature, where base64url has no room for it.
  return Parts{token.substr(0, first), token.substr(first + 1, second - first - 1),
               token.substr(second + 1)};
}

/// An absent member is an empty text; one of another kind refuses the header.
bool read_optional_text(const JsonMembers& members, std::string_view name, std::string& out) {
  if (!members.has(name)) return true;
  auto text = members.text(name);
  if (!text) return false;
  out = std::move(*text);
  return true;
}

std::optional<JwsHeader> read_header(std::string_view json) {
  const auto members = JsonMembers::parse(json);
  if (!members) return std::nullopt;
  if (std::any_of(refused_members.begin(), refused_members.end(),
                  [&](std::string_view name) { return members->has(name); })) {
    return std::nullopt;
  }
  auto algorithm = members->text("alg");
  if (!algorithm) return std::nullopt;
  JwsHeader header{.algorithm = std::move(*algorithm)};
  if (!read_optional_text(*members, "kid", header.key_id)) return std::nullopt;
  if (!read_optional_text(*members, "typ", header.type)) return std::nullopt;
  return header;
}

}  // namespace

std::optional<UnverifiedJws> UnverifiedJws::parse(std::string_view token, std::size_t max_size) {
  if (token.size() > max_size) return std::nullopt;
  const auto parts = split(token);
  if (!parts) return std::nullopt;
  const auto header_json = base64url_decode(parts->header);
  auto payload = base64url_decode(parts->payload);
  auto signature = base64url_decode(parts->signature);
  if (!header_json || !payload || !signature) return std::nullopt;
  auto header = read_header(*header_json);
  if (!header) return std::nullopt;
  UnverifiedJws jws;
  jws.header_ = std::move(*header);
  jws.signing_input_ = token.substr(0, token.size() - parts->signature.size() - 1);
  jws.payload_ = std::move(*payload);
  jws.signature_ = std::move(*signature);
  return jws;
}

std::optional<std::string> UnverifiedJws::payload_signed_by(const SigningKey& key) const {
  if (header_.algorithm != wire_name(key.algorithm())) return std::nullopt;
  if (!key.verify(signing_input_, signature_)) return std::nullopt;
  return payload_;
}

std::string sign_jws(std::string_view key_id, std::string_view type, std::string_view payload,
                     const SigningKey& key) {
  const nlohmann::json header = {
      {"alg", wire_name(key.algorithm())}, {"kid", key_id}, {"typ", type}};
  auto token = base64url_encode(header.dump());
  token += '.';
  token += base64url_encode(payload);
  const auto signature = key.sign(token);
  token += '.';
  token += base64url_encode(signature);
  return token;
}

}  // namespace coffeeauth

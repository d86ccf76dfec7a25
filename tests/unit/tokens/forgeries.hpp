#pragma once
/// What a forger may try on a token, for any algorithm.

#include <nlohmann/json.hpp>

#include <functional>

#include "tests/exposed.hpp"
#include "tests/unit/tokens/fixture.hpp"

namespace coffeeauth {

using namespace std::string_literals;

/// All texts at the distance of one character: each replaced by every other of `letters`, each left
/// out, and one of `letters` put in at each place.
inline void for_each_neighbour(const std::string& token, std::string_view letters,
                               const std::function<void(const std::string&)>& visit) {
  for (std::size_t i = 0; i <= token.size(); ++i) {
    for (const char letter : letters) {
      auto longer = token;
      visit(longer.insert(i, 1, letter));
      if (i == token.size() || token[i] == letter) continue;
      auto changed = token;
      changed[i] = letter;
      visit(changed);
    }
    if (i < token.size()) visit(std::string{token}.erase(i, 1));
  }
}

/// The same with one bit turned over.
inline void for_each_bit_flip(const std::string& token,
                              const std::function<void(const std::string&)>& visit) {
  for (std::size_t i = 0; i < token.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      auto changed = token;
      changed[i] = static_cast<char>(static_cast<unsigned char>(token[i]) ^ (1U << bit));
      visit(changed);
    }
  }
}

/// Counts texts that `service` takes and must not.
class AcceptedForgeries {
 public:
  explicit AcceptedForgeries(TokenService& service) : service_(service) {}

  void try_one(const std::string& forgery) {
    ++tried_;
    if (failure(service_.verify(forgery)) != ErrorCode::token_invalid) accepted_.push_back(forgery);
  }
  [[nodiscard]] std::size_t tried() const { return tried_; }
  [[nodiscard]] const std::vector<std::string>& accepted() const { return accepted_; }

 private:
  TokenService& service_;
  std::size_t tried_ = 0;
  std::vector<std::string> accepted_;
};

/// Variants of a good header and a good payload that must not pass even when they are rightly
/// signed with the service's own key.
struct SignedForgery {
  std::string header;
  std::string payload;
};

inline std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const auto at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

inline std::vector<SignedForgery> header_forgeries(const std::string& header,
                                                   const std::string& payload) {
  const auto good = nlohmann::json::parse(header);
  const auto kid = good.at("kid").get<std::string>();
  std::vector<SignedForgery> list;
  const auto with = [&](const char* name, const nlohmann::json& value) {
    auto changed = good;
    changed[name] = value;
    list.push_back({changed.dump(), payload});
  };
  for (const auto* type :
       {"", "JWT", "at+JWT", "AT+JWT", "application/at+jwt", "rt+jwt", "at+jwt "})
    with("typ", type);
  with("typ", nullptr);
  for (const auto* alg : {"none", "None", "NONE", "", "HS384", "HS512", "RS512", "PS256", "ES384"})
    with("alg", alg);
  for (const auto* alg : {"HS256", "RS256", "ES256", "EdDSA"})
    if (good.at("alg") != alg) with("alg", alg);
  for (const auto& other :
       std::vector<std::string>{std::string{}, "../" + kid, kid + "/../" + kid, "/etc/passwd",
                                "file:///dev/null", "' OR '1'='1", kid + " ", " " + kid,
                                kid + std::string(1, '\0'), kid.substr(1), "*", "%"})
    with("kid", other);
  with("kid", nullptr);
  with("kid", nlohmann::json::array({kid}));
  with("crit", nlohmann::json::array({"exp"}));
  with("jwk", nlohmann::json::object());
  with("jku", "https://example.org/keys");
  with("x5u", "https://example.org/chain");
  with("b64", false);
  for (const auto* name : {"alg", "kid", "typ"}) {
    auto without = good;
    without.erase(name);
    list.push_back({without.dump(), payload});
    auto twice = header;
    const auto member = nlohmann::json(name).dump() + ":" + good.at(name).dump();
    list.push_back({replaced(twice, "{", "{" + member + ","), payload});
  }
  list.push_back({"", payload});
  list.push_back({header + " x", payload});
  return list;
}

inline std::vector<SignedForgery> payload_forgeries(const std::string& header,
                                                    const std::string& payload) {
  const auto good = nlohmann::json::parse(payload);
  std::vector<SignedForgery> list;
  const auto raw = [&](const std::string& text) { list.push_back({header, text}); };
  const auto with = [&](const char* name, const nlohmann::json& value) {
    auto changed = good;
    changed[name] = value;
    raw(changed.dump());
  };
  for (const auto* name : {"iss", "sub", "aud", "iat", "exp", "jti", "sid", "role", "ver"}) {
    auto without = good;
    without.erase(name);
    raw(without.dump());
    raw(replaced(payload, "{",
                 "{" + nlohmann::json(name).dump() + ":" + good.at(name).dump() + ","));
    with(name, nullptr);
    with(name, true);
    with(name, nlohmann::json::object());
    with(name, nlohmann::json::array({good.at(name)}));
  }
  for (const auto* name : {"iss", "aud"}) {
    const auto text = good.at(name).get<std::string>();
    for (const auto& other : {std::string{}, text + " ", text + "/", text + "x", text.substr(1)})
      with(name, other);
  }
  for (const auto* name : {"iat", "exp", "nbf"}) {
    const auto date = good.at("exp").get<std::int64_t>() - 1;
    for (const auto& value :
         {nlohmann::json(static_cast<double>(date) + 0.5), nlohmann::json("soon"),
          nlohmann::json(std::to_string(date)), nlohmann::json(-1), nlohmann::json(INT64_MIN),
          nlohmann::json(INT64_MAX), nlohmann::json(UINT64_MAX), nlohmann::json(1e18)})
      with(name, value);
    auto exponent = good;
    exponent[name] = "@";
    raw(replaced(exponent.dump(), "\"@\"", std::to_string(date) + "e0"));
    raw(replaced(exponent.dump(), "\"@\"", std::to_string(date) + ".0"));
  }
  with("exp", good.at("iat"));
  with("exp", good.at("iat").get<std::int64_t>() + 24 * 3600 + 1);
  with("exp", 253'402'300'800);
  for (const auto* id : {"sub", "sid"}) {
    with(id, "");
    with(id, good.at(id).get<std::string>().substr(1));
    with(id, "1' OR '1'='1");
  }
  for (const auto* role : {"", "root", "Admin", "admin "}) with("role", role);
  with("role", 1);
  with("jti", "");
  with("ver", "7");
  with("ver", 7.5);
  with("ver", -1);
  with("note", "a\0b"s);
  with("note", nlohmann::json::parse("[[[[[[[[[]]]]]]]]]"));
  for (const auto& text :
       {std::string{}, "null"s, "[]"s, "7"s, "[" + payload + "]", payload + payload, payload + " x",
        payload + std::string(1, '\0'), "\xEF\xBB\xBF" + payload,
        payload.substr(0, payload.size() - 1), nlohmann::json(payload).dump()})
    raw(text);
  return list;
}

/// Tries everything on a token of `world`; the token itself passes before and after.
inline void check_that_no_forgery_passes(TokenWorld& world, std::string_view letters) {
  const auto service = world.service();
  const std::string token{exposed(service->issue(world.live()))};
  const TokenParts parts{token};
  const auto header = *base64url_decode(parts.header);
  const auto payload = *base64url_decode(parts.payload);
  REQUIRE_OK(service->verify(token));
  REQUIRE_OK(service->verify(world.sign(header, payload)));

  AcceptedForgeries forgeries{*service};
  const auto try_one = [&](const std::string& text) { forgeries.try_one(text); };
  for_each_neighbour(token, letters, try_one);
  for_each_bit_flip(token, try_one);
  for (std::size_t size = 0; size < token.size(); ++size) try_one(token.substr(0, size));
  for (const auto& tail : {"."s, ".."s, "="s, "=="s, " "s, "\n"s, "\r\n"s, "."s + parts.signature,
                           std::string(1, '\0'), std::string(4'096, 'A')}) {
    try_one(token + tail);
    try_one(tail + token);
    try_one(parts.header + tail + "." + parts.payload + "." + parts.signature);
    try_one(parts.header + "." + parts.payload + tail + "." + parts.signature);
  }
  try_one(parts.header + "." + parts.payload + ".");
  try_one("Bearer " + token);
  for (const auto& forgery : header_forgeries(header, payload))
    try_one(world.sign(forgery.header, forgery.payload));
  for (const auto& forgery : payload_forgeries(header, payload))
    try_one(world.sign(forgery.header, forgery.payload));

  CHECK(forgeries.tried() > 1'000);
  for (const auto& accepted : forgeries.accepted()) {
    CAPTURE(accepted);
    CHECK_MESSAGE(false, "a forgery was accepted");
  }
  CHECK_OK(service->verify(token));
}

}  // namespace coffeeauth

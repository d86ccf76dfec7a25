// What the other files here do wrong, done right.
#include <cstdio>
#include <string_view>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/digest.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/token.hpp"

using namespace coffeeauth;

bool same(const CodeDigest& a, const CodeDigest& b) { return a == b; }
Result<int> number();

void right(const VerifiedToken& token, Secret secret, AuthParts parts) {
  const Secret moved = std::move(secret);
  const Secret copied = moved.clone();
  std::printf("%zu %d\n", copied.size(), same(CodeDigest{}, CodeDigest{}));
  const std::string_view opened = copied.expose_secret();
  std::printf("%zu\n", opened.size() + token.claims().token_id.size());
  if (const auto result = number()) std::printf("%d\n", *result);
  const AuthParts all{.store = parts.store,
                      .cache = parts.cache,
                      .counters = parts.counters,
                      .clock = parts.clock,
                      .random = parts.random,
                      .judge = parts.judge,
                      .hasher = parts.hasher,
                      .keys = parts.keys,
                      .templates = parts.templates,
                      .events = parts.events};
  const Auth auth{Config{}, copied.clone(), all};
}

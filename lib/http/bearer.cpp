#include "lib/http/bearer.hpp"

#include "coffeeauth/bearer.hpp"

namespace coffeeauth::http {

Bearer read_bearer(const Request& request) noexcept {
  if (request.header_count("Authorization") > 1) return {BearerState::malformed, {}};
  const auto token = bearer_token(request.header("Authorization"));
  if (token) return {BearerState::present, *token};
  const bool absent = token.error().code == ErrorCode::not_authenticated;
  return {absent ? BearerState::absent : BearerState::malformed, {}};
}

}  // namespace coffeeauth::http

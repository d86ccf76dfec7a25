#include "guard.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "coffeeauth/error.hpp"

namespace ca = coffeeauth;
using Poco::Net::HTTPResponse;

namespace {

/// `challenge` is the value of WWW-Authenticate (RFC 6750 3); empty for none.
void refuse(Poco::Net::HTTPServerResponse& response, HTTPResponse::HTTPStatus status,
            ca::ErrorCode why, const std::string& challenge) {
  response.setStatusAndReason(status);
  response.setContentType("text/plain; charset=utf-8");
  if (!challenge.empty()) response.set("WWW-Authenticate", challenge);
  const auto text = ca::message(why);
  response.sendBuffer(text.data(), text.size());
}

}  // namespace

std::optional<ca::Principal> Guard::admit(const Poco::Net::HTTPServerRequest& request,
                                          Poco::Net::HTTPServerResponse& response,
                                          ca::Role needed) try {
  // Without a proxy in front, the peer is the client.
  auto principal = sessions_.authenticate(request.get("Authorization", {}),
                                          {.address = request.clientAddress().host().toString()});
  if (!principal) {
    const auto why = principal.error().code;
    if (why == ca::ErrorCode::rate_limited) {
      const auto wait = principal.error().retry_after.value_or(std::chrono::seconds{1});
      response.set("Retry-After", std::to_string(wait.count()));
      refuse(response, HTTPResponse::HTTP_TOO_MANY_REQUESTS, why, {});
      return std::nullopt;
    }
    // A request without a token gets a challenge without an error (RFC 6750 3.1).
    const auto* const challenge =
        why == ca::ErrorCode::not_authenticated ? "Bearer" : "Bearer error=\"invalid_token\"";
    refuse(response, HTTPResponse::HTTP_UNAUTHORIZED, why, challenge);
    return std::nullopt;
  }
  // The role comes from the live user, not from the token.
  if (needed == ca::Role::admin && principal->user.role != ca::Role::admin) {
    refuse(response, HTTPResponse::HTTP_FORBIDDEN, ca::ErrorCode::forbidden,
           "Bearer error=\"insufficient_scope\"");
    return std::nullopt;
  }
  return std::move(*principal);
} catch (const ca::Unavailable& error) {
  response.set("Retry-After", std::to_string(error.retry_after().count()));
  refuse(response, HTTPResponse::HTTP_SERVICE_UNAVAILABLE, ca::ErrorCode::unavailable, {});
  return std::nullopt;
}

#include "guard.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "coffeeauth/error.hpp"

namespace ca = coffeeauth;
using Poco::Net::HTTPResponse;

namespace {

/// `challenge` as RFC 6750 section 3 has it; empty for none.
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
  // The peer is the client, where no proxy stands in front.
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
    // Without a token nothing was wrong yet, so no error is named.
    const auto* const challenge =
        why == ca::ErrorCode::not_authenticated ? "Bearer" : "Bearer error=\"invalid_token\"";
    refuse(response, HTTPResponse::HTTP_UNAUTHORIZED, why, challenge);
    return std::nullopt;
  }
  // The role is that of the live user, not the one that is written in the token.
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

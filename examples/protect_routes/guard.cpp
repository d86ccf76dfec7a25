#include "guard.hpp"

#include <Poco/String.h>

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

/// The token, or empty. The scheme may be written in any letter case.
std::string bearer_token(const Poco::Net::HTTPServerRequest& request) {
  if (!request.hasCredentials()) return {};
  std::string scheme;
  std::string token;
  request.getCredentials(scheme, token);
  return Poco::icompare(scheme, "Bearer") == 0 ? token : std::string{};
}

}  // namespace

std::optional<ca::Principal> Guard::admit(const Poco::Net::HTTPServerRequest& request,
                                          Poco::Net::HTTPServerResponse& response,
                                          ca::Role needed) try {
  const auto token = bearer_token(request);
  if (token.empty()) {
    // Nothing was wrong yet, so no error is named.
    refuse(response, HTTPResponse::HTTP_UNAUTHORIZED, ca::ErrorCode::not_authenticated, "Bearer");
    return std::nullopt;
  }
  auto principal = sessions_.authorise(token);
  if (!principal) {
    refuse(response, HTTPResponse::HTTP_UNAUTHORIZED, principal.error().code,
           "Bearer error=\"invalid_token\"");
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

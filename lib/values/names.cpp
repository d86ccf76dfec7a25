// The stable words of enumerations that have no source file of their own.

#include "coffeeauth/event.hpp"
#include "coffeeauth/ports/mailer.hpp"
#include "coffeeauth/ports/signing_key.hpp"

namespace coffeeauth {

std::string_view wire_name(EventKind kind) noexcept {
  switch (kind) {
    case EventKind::signed_up:
      return "signed_up";
    case EventKind::sign_up_for_existing:
      return "sign_up_for_existing";
    case EventKind::code_queued:
      return "code_queued";
    case EventKind::code_rejected:
      return "code_rejected";
    case EventKind::user_verified:
      return "user_verified";
    case EventKind::logged_in:
      return "logged_in";
    case EventKind::login_failed:
      return "login_failed";
    case EventKind::login_throttled:
      return "login_throttled";
    case EventKind::session_refreshed:
      return "session_refreshed";
    case EventKind::refresh_token_reused:
      return "refresh_token_reused";
    case EventKind::session_ended:
      return "session_ended";
    case EventKind::user_updated:
      return "user_updated";
    case EventKind::user_deleted:
      return "user_deleted";
    case EventKind::role_changed:
      return "role_changed";
    case EventKind::user_disabled:
      return "user_disabled";
    case EventKind::user_enabled:
      return "user_enabled";
    case EventKind::unverified_users_deleted:
      return "unverified_users_deleted";
    case EventKind::mail_delivered:
      return "mail_delivered";
    case EventKind::mail_delayed:
      return "mail_delayed";
    case EventKind::mail_given_up:
      return "mail_given_up";
    case EventKind::mail_expired:
      return "mail_expired";
    case EventKind::mail_server_failing:
      return "mail_server_failing";
    case EventKind::mail_server_recovered:
      return "mail_server_recovered";
    case EventKind::background_failed:
      return "background_failed";
    case EventKind::background_recovered:
      return "background_recovered";
    case EventKind::signing_key_rotated:
      return "signing_key_rotated";
    case EventKind::signing_key_revoked:
      return "signing_key_revoked";
    case EventKind::login_code_queued:
      return "login_code_queued";
    case EventKind::login_code_rejected:
      return "login_code_rejected";
  }
  return "unknown";
}

std::string_view wire_name(DeliveryProblem problem) noexcept {
  switch (problem) {
    case DeliveryProblem::none:
      return "none";
    case DeliveryProblem::recipient:
      return "recipient";
    case DeliveryProblem::message:
      return "message";
    case DeliveryProblem::sender:
      return "sender";
    case DeliveryProblem::login:
      return "login";
    case DeliveryProblem::policy:
      return "policy";
    case DeliveryProblem::quota:
      return "quota";
    case DeliveryProblem::busy:
      return "busy";
    case DeliveryProblem::unreachable:
      return "unreachable";
    case DeliveryProblem::tls:
      return "tls";
    case DeliveryProblem::protocol:
      return "protocol";
    case DeliveryProblem::local:
      return "local";
  }
  return "unknown";
}

std::string_view wire_name(SigningAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case SigningAlgorithm::es256:
      return "ES256";
    case SigningAlgorithm::eddsa:
      return "EdDSA";
    case SigningAlgorithm::rs256:
      return "RS256";
    case SigningAlgorithm::hs256:
      return "HS256";
  }
  return "";
}

std::optional<SigningAlgorithm> parse_signing_algorithm(std::string_view name) noexcept {
  for (const auto algorithm : {SigningAlgorithm::es256, SigningAlgorithm::eddsa,
                               SigningAlgorithm::rs256, SigningAlgorithm::hs256}) {
    if (wire_name(algorithm) == name) return algorithm;
  }
  return std::nullopt;
}

}  // namespace coffeeauth

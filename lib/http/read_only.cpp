#include "lib/http/read_only.hpp"

#include <string>

#include "coffeeauth/http/fields.hpp"
#include "coffeeauth/time.hpp"

namespace coffeeauth::http {
namespace {

bool repeats(const nlohmann::json& body, const char* name, const nlohmann::json& shown) {
  const auto found = body.find(name);
  return found == body.end() || *found == shown;
}

bool repeats_moment(const nlohmann::json& body, const char* name, UtcTime moment) {
  return !body.contains(name) || parse_rfc3339(text_of(body, name)) == moment;
}

/// A login in between is no change by whoever edits, so an earlier `last_login` was read, too.
bool repeats_last_login(const nlohmann::json& body, const User& user) {
  const auto found = body.find("last_login");
  if (found == body.end() || found->is_null()) return true;
  const auto read = parse_rfc3339(text_of(body, "last_login"));
  return read && user.last_login && *read <= *user.last_login;
}

void check(Error& error, bool repeated, const char* name) {
  if (!repeated) error.fields.push_back({name, "read_only", "This field cannot be changed."});
}

void check_what_nobody_changes(Error& error, const nlohmann::json& body, const User& user) {
  check(error, repeats(body, "id", user.id.str()), "id");
  check(error, repeats_moment(body, "date_joined", user.date_joined), "date_joined");
  check(error, repeats_last_login(body, user), "last_login");
}

bool shows_another_version(const nlohmann::json& body, const User& user) {
  const auto version = body.find("version");
  return version != body.end() && *version != user.version;
}

Result<void> judged(const Error& error) {
  if (!error.fields.empty()) return error;
  return {};
}

}  // namespace

Result<void> check_read_only(const nlohmann::json& body, const User& user) {
  if (shows_another_version(body, user)) return ErrorCode::version_conflict;
  Error error{.code = ErrorCode::validation_failed};
  check_what_nobody_changes(error, body, user);
  check(error, repeats(body, "second_factor", user.second_factor), "second_factor");
  check(error, repeats(body, "email_ascii", user.email.canonical()), "email_ascii");
  return judged(error);
}

Result<void> check_read_only_of_owner(const nlohmann::json& body, const User& user) {
  Error error{.code = ErrorCode::validation_failed};
  check_what_nobody_changes(error, body, user);
  // Of another version they were what they say; the Store will tell that it has passed.
  if (shows_another_version(body, user)) return judged(error);
  check(error, repeats(body, "second_factor", user.second_factor), "second_factor");
  check(error, repeats(body, "email", user.email.display()), "email");
  check(error, repeats(body, "role", std::string{wire_name(user.role)}), "role");
  check(error, repeats(body, "is_verified", user.is_verified), "is_verified");
  check(error, repeats(body, "is_active", user.is_active), "is_active");
  return judged(error);
}

}  // namespace coffeeauth::http

#include "coffeeauth/config_fields.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <type_traits>

namespace coffeeauth {
namespace {

bool read(std::string_view text, std::chrono::milliseconds& out) {
  const auto parsed = parse_duration(text);
  if (parsed) out = *parsed;
  return parsed.has_value();
}

bool read(std::string_view text, std::chrono::seconds& out) {
  const auto parsed = parse_duration(text);
  if (!parsed || parsed->count() % 1'000 != 0) return false;
  out = std::chrono::duration_cast<std::chrono::seconds>(*parsed);
  return true;
}

bool read(std::string_view text, std::size_t& out) {
  std::size_t value = 0;
  const auto* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (text.empty() || error != std::errc{} || at != end) return false;
  out = value;
  return true;
}

bool read(std::string_view text, bool& out) {
  static constexpr std::array<std::string_view, 4> yes{"true", "1", "yes", "on"};
  static constexpr std::array<std::string_view, 4> no{"false", "0", "no", "off"};
  std::string lower{text};
  for (auto& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (std::find(yes.begin(), yes.end(), lower) != yes.end()) {
    out = true;
    return true;
  }
  if (std::find(no.begin(), no.end(), lower) == no.end()) return false;
  out = false;
  return true;
}

bool read(std::string_view text, std::string& out) {
  if (text.empty()) return false;
  out = text;
  return true;
}

bool read(std::string_view text, SigningAlgorithm& out) {
  const auto algorithm = parse_signing_algorithm(text);
  if (algorithm) out = *algorithm;
  return algorithm.has_value();
}

std::string write(std::chrono::milliseconds value) { return to_duration_text(value); }
std::string write(std::size_t value) { return std::to_string(value); }
std::string write(bool value) { return value ? "true" : "false"; }
std::string write(const std::string& value) { return value; }
std::string write(SigningAlgorithm value) { return std::string{wire_name(value)}; }

template <class T>
constexpr std::string_view expectation() {
  if constexpr (std::is_same_v<T, bool>) return "true or false";
  if constexpr (std::is_same_v<T, std::size_t>) return "a whole number";
  if constexpr (std::is_same_v<T, std::string>) return "some text";
  if constexpr (std::is_same_v<T, SigningAlgorithm>) return "ES256, EdDSA, RS256 or HS256";
  return "a duration such as 500ms, 90s, 10min, 1h or 14d";
}

/// A field from how it is reached: `access(config)` is a reference to it.
template <class Access>
ConfigField field(std::string_view name, std::string_view description, Access access) {
  using T = std::remove_cvref_t<std::invoke_result_t<Access, Config&>>;
  return {
      .name = name,
      .description = description,
      .get = [access](const Config& config) { return write(access(config)); },
      .set = [access](Config& config, std::string_view text) { return read(text, access(config)); },
      .expects = expectation<T>()};
}

// Reaches a member of Config and of const Config alike.
#define COFFEEAUTH_FIELD(name, description, member) \
  field(                                            \
      name, description, [](auto& config) -> auto& { return config.member; })

void add_codes(std::vector<ConfigField>& out) {
  out.insert(
      out.end(),
      {COFFEEAUTH_FIELD("CODE_LIFETIME", "How long a verification code is good; 5min to 24h.",
                        codes.lifetime),
       COFFEEAUTH_FIELD("CODE_ATTEMPTS", "Wrong guesses until a code is dead; 1 to 10.",
                        codes.attempts),
       COFFEEAUTH_FIELD("CODE_GUESSES_PER_DAY",
                        "Guesses evaluated for one account in 24 hours; 5 to 1000.",
                        codes.guesses_per_day),
       COFFEEAUTH_FIELD("CODE_RESEND_PAUSE",
                        "Least time between two mails to one account; 0s to 1h.",
                        codes.resend_pause),
       COFFEEAUTH_FIELD("CODE_MAILS_PER_HOUR", "Mails to one account in an hour; 1 to 1000.",
                        codes.mails_per_hour),
       COFFEEAUTH_FIELD("CODE_MAILS_PER_DAY", "Mails to one account in 24 hours; 1 to 1000.",
                        codes.mails_per_day),
       COFFEEAUTH_FIELD("PENDING_SIGN_UPS",
                        "Different sign-ups that may be pending for one address; 1 to 20.",
                        codes.pending_sign_ups),
       COFFEEAUTH_FIELD("UNVERIFIED_LIFETIME", "When an unverified account is deleted; 1h to 90d.",
                        codes.unverified_lifetime),
       COFFEEAUTH_FIELD("SIGNUP_REVEALS_EXISTING",
                        "Whether sign-up answers 409 for an address that has an account.",
                        codes.sign_up_reveals_existing)});
}

void add_tokens(std::vector<ConfigField>& out) {
  out.insert(
      out.end(),
      {COFFEEAUTH_FIELD("TOKEN_ISSUER", "The iss of every token.", tokens.issuer),
       COFFEEAUTH_FIELD("TOKEN_AUDIENCE", "The aud of every token.", tokens.audience),
       COFFEEAUTH_FIELD("TOKEN_ALGORITHM", "How tokens are signed: ES256, EdDSA, RS256 or HS256.",
                        tokens.algorithm),
       COFFEEAUTH_FIELD("ACCESS_TOKEN_LIFETIME", "How long an access token is good; 1min to 24h.",
                        tokens.access_lifetime),
       COFFEEAUTH_FIELD("TOKEN_LEEWAY", "Tolerated difference between clocks; 0s to 10min.",
                        tokens.leeway),
       COFFEEAUTH_FIELD("REFRESH_IDLE_LIFETIME",
                        "A session ends when it is not refreshed for this long; 1h to 365d.",
                        tokens.refresh_idle_lifetime),
       COFFEEAUTH_FIELD("REFRESH_ABSOLUTE_LIFETIME",
                        "A session ends this long after login; REFRESH_IDLE_LIFETIME to 3650d.",
                        tokens.refresh_absolute_lifetime),
       COFFEEAUTH_FIELD("REFRESH_GRACE",
                        "How long a spent refresh token is answered with its successor; 0s to 60s.",
                        tokens.refresh_grace),
       COFFEEAUTH_FIELD("KEY_OVERLAP",
                        "How long a retired key verifies beyond ACCESS_TOKEN_LIFETIME; 0s to 30d.",
                        tokens.key_overlap),
       COFFEEAUTH_FIELD("VERIFIED_TOKEN_CACHE", "Verified tokens kept in memory; 0 to 10000000.",
                        tokens.verified_cache_size)});
}

void add_passwords(std::vector<ConfigField>& out) {
  out.insert(
      out.end(),
      {COFFEEAUTH_FIELD("PASSWORD_MIN_LENGTH", "Least length of a new password; 8 to 64.",
                        passwords.min_length),
       COFFEEAUTH_FIELD("ARGON2_MEMORY_KIB", "Memory of a password hash in KiB; 8 to 1048576.",
                        passwords.argon2_memory_kib),
       COFFEEAUTH_FIELD("ARGON2_ITERATIONS", "Passes of a password hash; 1 to 20.",
                        passwords.argon2_iterations),
       COFFEEAUTH_FIELD("HASHING_THREADS", "Threads that hash; 0 for one a core, at most 256.",
                        passwords.hashing_threads),
       COFFEEAUTH_FIELD("HASHING_QUEUE", "Hashes that may wait; 1 to 100000.",
                        passwords.hashing_queue),
       COFFEEAUTH_FIELD("SERVICE_NAME", "The service's name, in mails and refused as a password.",
                        passwords.service_name)});
}

void add_limits(std::vector<ConfigField>& out) {
  out.insert(
      out.end(),
      {COFFEEAUTH_FIELD("RATE_LIMITS_ENABLED", "Whether the limits below hold.", limits.enabled),
       COFFEEAUTH_FIELD("LOGIN_FAILURE_LIMIT", "Failed logins of one account in a window.",
                        limits.login_failures.count),
       COFFEEAUTH_FIELD("LOGIN_FAILURE_WINDOW", "That window; 1s to 24h.",
                        limits.login_failures.window),
       COFFEEAUTH_FIELD("LOGIN_ADDRESS_LIMIT", "Logins from one address in a window.",
                        limits.login_address.count),
       COFFEEAUTH_FIELD("LOGIN_ADDRESS_WINDOW", "That window; 1s to 24h.",
                        limits.login_address.window),
       COFFEEAUTH_FIELD("SIGNUP_LIMIT", "Sign-ups from one address in a window.",
                        limits.sign_up_address.count),
       COFFEEAUTH_FIELD("SIGNUP_WINDOW", "That window; 1s to 24h.", limits.sign_up_address.window),
       COFFEEAUTH_FIELD("RESEND_LIMIT", "Codes asked for from one address in a window.",
                        limits.resend_address.count),
       COFFEEAUTH_FIELD("RESEND_WINDOW", "That window; 1s to 24h.", limits.resend_address.window),
       COFFEEAUTH_FIELD("VERIFY_LIMIT", "Codes tried from one address in a window.",
                        limits.verify_address.count),
       COFFEEAUTH_FIELD("VERIFY_WINDOW", "That window; 1s to 24h.", limits.verify_address.window),
       COFFEEAUTH_FIELD("REQUEST_LIMIT", "Any other requests of one user or address in a window.",
                        limits.any.count),
       COFFEEAUTH_FIELD("REQUEST_WINDOW", "That window; 1s to 24h.", limits.any.window)});
}

void add_lists_and_jobs(std::vector<ConfigField>& out) {
  out.insert(
      out.end(),
      {COFFEEAUTH_FIELD("LIST_PAGE_SIZE", "Users on a page unless asked otherwise; 1 to 1000.",
                        lists.page_size),
       COFFEEAUTH_FIELD("LIST_MAX_PAGE_SIZE", "Most users on a page; LIST_PAGE_SIZE to 1000.",
                        lists.max_page_size),
       COFFEEAUTH_FIELD("LIST_CACHE_LIFETIME",
                        "How long a list may be served from the cache; 0s to 24h.",
                        lists.cache_lifetime),
       COFFEEAUTH_FIELD("MAIL_BATCH", "Mails a worker takes at once; 1 to 1000.", jobs.batch),
       COFFEEAUTH_FIELD("MAIL_LEASE", "How long a worker may hold a mail; 65s to 1h.", jobs.lease),
       COFFEEAUTH_FIELD("MAIL_FIRST_BACKOFF", "The wait after a first failed delivery; 1s to 1h.",
                        jobs.first_backoff),
       COFFEEAUTH_FIELD("MAIL_MAX_BACKOFF", "The longest such wait; MAIL_FIRST_BACKOFF to 24h.",
                        jobs.max_backoff),
       COFFEEAUTH_FIELD("MAIL_MAX_ATTEMPTS", "Tries until a mail is given up; 1 to 100.",
                        jobs.max_attempts),
       COFFEEAUTH_FIELD("MAIL_POLL_INTERVAL",
                        "How often a worker looks for other processes' mails; 100ms to 1min.",
                        jobs.poll_interval),
       COFFEEAUTH_FIELD("CLEAN_UP_INTERVAL", "How often the scheduler cleans up; 1s to 24h.",
                        jobs.clean_up_interval),
       COFFEEAUTH_FIELD("CLEAN_UP_BATCH", "Rows deleted in one transaction; 1 to 10000.",
                        jobs.clean_up_batch)});
}

#undef COFFEEAUTH_FIELD

std::vector<ConfigField> make_fields() {
  std::vector<ConfigField> fields;
  add_codes(fields);
  add_tokens(fields);
  add_passwords(fields);
  add_limits(fields);
  add_lists_and_jobs(fields);
  return fields;
}

}  // namespace

const std::vector<ConfigField>& config_fields() {
  static const auto fields = make_fields();
  return fields;
}

}  // namespace coffeeauth

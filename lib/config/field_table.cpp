#include "lib/config/field_table.hpp"

#include "lib/config/field_row.hpp"
#include "lib/values/unicode.hpp"

namespace coffeeauth {
namespace {

using namespace std::chrono_literals;
using Rows = std::vector<FieldRow>;

constexpr std::chrono::seconds day{24h};
constexpr std::size_t most_octets_of_text = 200;
constexpr std::size_t most_requests = 1'000'000'000;

enum class Empty { refused, allowed };

/// Text that may stand in a token or in the header of a mail.
template <class Path>
FieldRow text_row(std::string_view name, std::string description, Path at,
                  Empty empty = Empty::refused) {
  auto made = row(name, std::move(description), at);
  made.check = [=](const Config& config) -> std::optional<FieldError> {
    const std::string& text = at(config);
    if (text.empty() && empty == Empty::allowed) return std::nullopt;
    if (text.empty()) return FieldError{std::string{name}, "required", "must not be empty"};
    if (text.size() > most_octets_of_text) {
      return FieldError{std::string{name}, "too_long", "must have at most 200 octets"};
    }
    if (unicode::is_valid(text) && !unicode::has_controls(text)) return std::nullopt;
    return FieldError{std::string{name}, "invalid", "must be UTF-8 without control characters"};
  };
  return made;
}

void add_codes(Rows& rows) {
  const auto in = [](auto member) { return path(&Config::codes, member); };
  using C = CodeConfig;
  rows.push_back(
      row("CODE_LIFETIME", "How long a verification code is good", in(&C::lifetime), 5min, 24h));
  rows.push_back(row("CODE_ATTEMPTS", "Wrong guesses until a code is dead, for each share",
                     in(&C::attempts), 1, 10));
  rows.push_back(row("CODE_GUESSES_PER_DAY",
                     "Guesses evaluated for one account in 24 hours, for each share",
                     in(&C::guesses_per_day), 5, 1'000));
  rows.push_back(row("CODE_NETWORKS",
                     "Networks with a share of their own in an account's guesses and mails",
                     in(&C::networks), 1, 20));
  rows.push_back(row("CODE_RESEND_PAUSE",
                     "Least time between two mails to one account, for each share",
                     in(&C::resend_pause), 0s, 1h));
  rows.push_back(row("CODE_MAILS_PER_HOUR", "Most mails to one account in an hour, for each share",
                     in(&C::mails_per_hour), 1, 1'000));
  rows.push_back(row("CODE_MAILS_PER_DAY", "Most mails to one account in 24 hours, for each share",
                     in(&C::mails_per_day), 1, 1'000));
  rows.push_back(row("PENDING_SIGN_UPS", "Different sign-ups that are kept for one address",
                     in(&C::pending_sign_ups), 1, 20));
  rows.push_back(row("LOGIN_CODE_LIFETIME", "How long a login code is good",
                     in(&C::login_code_lifetime), 1min, 1h));
  rows.push_back(row("UNVERIFIED_LIFETIME",
                     "When an unverified account is deleted, CODE_LIFETIME at least",
                     in(&C::unverified_lifetime), 1h, 90 * day));
  rows.push_back(row("SIGNUP_REVEALS_EXISTING",
                     "Whether sign-up answers 409 for an address that has an account.",
                     in(&C::sign_up_reveals_existing)));
}

void add_tokens(Rows& rows) {
  const auto in = [](auto member) { return path(&Config::tokens, member); };
  using T = TokenConfig;
  rows.push_back(text_row("TOKEN_ISSUER", "The iss of every token.", in(&T::issuer)));
  rows.push_back(text_row("TOKEN_AUDIENCE", "The aud of every token.", in(&T::audience)));
  rows.push_back(text_row("TOKEN_CLIENT_ID",
                          "The client_id of every token; TOKEN_AUDIENCE when it is not set.",
                          in(&T::client_id), Empty::allowed));
  rows.push_back(row("TOKEN_ALGORITHM",
                     "How tokens are signed: ES256, EdDSA, RS256 or HS256 (which no other service "
                     "can check: its key is not published).",
                     in(&T::algorithm)));
  rows.push_back(row("ACCESS_TOKEN_LIFETIME", "How long an access token is good",
                     in(&T::access_lifetime), 1min, 24h));
  rows.push_back(
      row("TOKEN_LEEWAY", "Tolerated difference between clocks", in(&T::leeway), 0s, 10min));
  rows.push_back(row("REFRESH_IDLE_LIFETIME", "A session ends when it is not refreshed for so long",
                     in(&T::refresh_idle_lifetime), 1h, 365 * day));
  rows.push_back(row("REFRESH_ABSOLUTE_LIFETIME",
                     "A session ends so long after login, REFRESH_IDLE_LIFETIME at least",
                     in(&T::refresh_absolute_lifetime), 1h, 3'650 * day));
  rows.push_back(row("REFRESH_GRACE",
                     "How long a spent refresh token is answered with its successor again",
                     in(&T::refresh_grace), 0s, 60s));
  rows.push_back(row("KEY_OVERLAP", "How long a retired key verifies beyond ACCESS_TOKEN_LIFETIME",
                     in(&T::key_overlap), 0s, 30 * day));
  rows.push_back(row("JWKS_MAX_AGE", "How long other services may keep the published keys",
                     in(&T::jwks_max_age), 0s, 24h));
  rows.push_back(row("KEY_PUBLICATION_MARGIN",
                     "How much later than JWKS_MAX_AGE a published key begins to sign",
                     in(&T::key_publication_margin), 0s, 1h));
  rows.push_back(row("SESSIONS_PER_USER",
                     "Sessions of one user; a login beyond ends the least recently used",
                     in(&T::sessions_per_user), 1, 100));
  rows.push_back(row("VERIFIED_TOKEN_CACHE", "Verified tokens kept in memory, 0 for none",
                     in(&T::verified_cache_size), 0, 10'000'000));
  rows.push_back(row("LIVE_USER_CACHE_LIFETIME",
                     "How late a change of a user made by another process may be noticed",
                     in(&T::live_user_lifetime), 0ms, 1s));
}

void add_passwords(Rows& rows) {
  const auto in = [](auto member) { return path(&Config::passwords, member); };
  using P = PasswordConfig;
  rows.push_back(row("PASSWORD_MIN_LENGTH", "Least length of a new password in characters",
                     in(&P::min_length), 8, 64));
  rows.push_back(row("ARGON2_MEMORY_KIB", "Memory that a password hash takes, in KiB",
                     in(&P::argon2_memory_kib), 8, 1'048'576));
  rows.push_back(row("ARGON2_ITERATIONS", "Passes that a password hash makes over that memory",
                     in(&P::argon2_iterations), 1, 20));
  rows.push_back(row("HASHING_THREADS", "Threads that hash passwords, 0 for one a core",
                     in(&P::hashing_threads), 0, 256));
  rows.push_back(row("HASHING_QUEUE", "Passwords that may wait to be hashed", in(&P::hashing_queue),
                     1, 100'000));
  rows.push_back(text_row("SERVICE_NAME", "The service's name, in mails and refused as a password.",
                          in(&P::service_name)));
}

void add_limits(Rows& rows) {
  using L = LimitConfig;
  rows.push_back(row("RATE_LIMITS_ENABLED", "Whether the limits on requests and logins hold.",
                     path(&Config::limits, &L::enabled)));
  const auto add = [&](std::string_view count, std::string_view window, const char* what,
                       Limit L::*limit) {
    rows.push_back(row(count, what + (" in one " + std::string{window}),
                       path(&Config::limits, limit, &Limit::count), 1, most_requests));
    rows.push_back(row(window, "The time over which " + std::string{count} + " counts",
                       path(&Config::limits, limit, &Limit::window), 1s, 24h));
  };
  rows.push_back(row("LOGIN_FAILURE_LIMIT", "Failed logins of one account without a wait",
                     path(&Config::limits, &L::login_failures, &Limit::count), 1, most_requests));
  rows.push_back(row("LOGIN_FAILURE_WINDOW", "The longest wait after a failed login",
                     path(&Config::limits, &L::login_failures, &Limit::window), 1s, 24h));
  rows.push_back(
      row("LOGIN_FIRST_WAIT",
          "The wait after LOGIN_FAILURE_LIMIT failed logins; each further one doubles it",
          path(&Config::limits, &L::login_first_wait), 1s, 1h));
  rows.push_back(row("LOGIN_FAILURE_MEMORY",
                     "How long failed logins of an account are remembered, LOGIN_FAILURE_WINDOW "
                     "and LOGIN_FIRST_WAIT at least",
                     path(&Config::limits, &L::login_failure_memory), 1min, 7 * day));
  add("LOGIN_ADDRESS_LIMIT", "LOGIN_ADDRESS_WINDOW", "Logins from one address", &L::login_address);
  add("SIGNUP_LIMIT", "SIGNUP_WINDOW", "Sign-ups from one address", &L::sign_up_address);
  add("RESEND_LIMIT", "RESEND_WINDOW", "Codes asked for from one address", &L::resend_address);
  add("VERIFY_LIMIT", "VERIFY_WINDOW", "Codes tried from one address", &L::verify_address);
  add("REQUEST_LIMIT", "REQUEST_WINDOW", "Other requests of one user, or else address", &L::any);
  rows.push_back(row("IPV6_56_FACTOR", "How many times a limit by address an IPv6 /56 is allowed",
                     path(&Config::limits, &L::ipv6_56_factor), 1, 256));
  rows.push_back(
      row("IPV6_48_FACTOR",
          "How many times a limit by address an IPv6 /48 is allowed; at least IPV6_56_FACTOR",
          path(&Config::limits, &L::ipv6_48_factor), 1, 65'536));
}

void add_lists_and_jobs(Rows& rows) {
  const auto list = [](auto member) { return path(&Config::lists, member); };
  const auto job = [](auto member) { return path(&Config::jobs, member); };
  using J = JobConfig;
  rows.push_back(row("LIST_PAGE_SIZE", "Users on a page unless asked otherwise",
                     list(&ListConfig::page_size), 1, 1'000));
  rows.push_back(row("LIST_MAX_PAGE_SIZE", "Most users on a page, LIST_PAGE_SIZE at least",
                     list(&ListConfig::max_page_size), 1, 1'000));
  rows.push_back(row("LIST_COUNTED_MATCHES",
                     "A search counts up to so many matches; beyond, `count` is null",
                     list(&ListConfig::counted_matches), 0, 1'000'000));
  rows.push_back(row("LIST_CACHE_LIFETIME",
                     "How long a list may be served from the cache, 0s for not at all; so late may "
                     "it show a last_login",
                     list(&ListConfig::cache_lifetime), 0s, 60s));
  rows.push_back(row("MAIL_CONCURRENCY", "Mails a worker delivers at the same time",
                     job(&J::concurrency), 1, 100));
  rows.push_back(row("MAIL_IN_DOUBT", "Mails that a killed worker may have sent twice",
                     job(&J::in_doubt), 1, 100));
  rows.push_back(row("MAIL_IN_DOUBT_AFTER",
                     "Mails of a queue until MAIL_IN_DOUBT applies; 1 may be sent twice before",
                     job(&J::in_doubt_after), 0, 10'000));
  rows.push_back(row("MAIL_LEASE", "How long after a worker died another takes its mails over",
                     job(&J::lease), 5s, 1h));
  rows.push_back(row("MAIL_FIRST_BACKOFF", "The wait after a first failed delivery",
                     job(&J::first_backoff), 1s, 1h));
  rows.push_back(row("MAIL_MAX_BACKOFF", "The longest such wait, MAIL_FIRST_BACKOFF at least",
                     job(&J::max_backoff), 1s, 24h));
  rows.push_back(
      row("MAIL_MAX_ATTEMPTS", "Tries until a mail is given up", job(&J::max_attempts), 1, 100));
  rows.push_back(row("MAIL_MAX_ABANDONED", "Workers that may die with a mail until it is given up",
                     job(&J::max_abandoned), 3, 100));
  rows.push_back(row("MAIL_ALONE_AFTER", "Workers that die with a mail until it is tried alone",
                     job(&J::alone_after), 1, 3));
  rows.push_back(row("MAIL_DEAD_LIFETIME", "How long a mail that was given up is kept",
                     job(&J::dead_lifetime), day, 3'650 * day));
  rows.push_back(row("MAIL_OVERDUE_AFTER",
                     "When /readyz says that mails which nobody takes are late",
                     job(&J::overdue_after), 10s, 24h));
  rows.push_back(row("MAIL_POLL_INTERVAL", "How often a worker looks for other processes' mails",
                     job(&J::poll_interval), 100ms, 1min));
  rows.push_back(row("CLEAN_UP_INTERVAL", "How often the scheduler cleans up",
                     job(&J::clean_up_interval), 1s, 24h));
  rows.push_back(row("CLEAN_UP_BATCH", "Rows deleted in one transaction of the clean-up",
                     job(&J::clean_up_batch), 1, 10'000));
}

Rows make_table() {
  Rows rows;
  add_codes(rows);
  add_tokens(rows);
  add_passwords(rows);
  add_limits(rows);
  add_lists_and_jobs(rows);
  return rows;
}

}  // namespace

const std::vector<FieldRow>& field_table() {
  static const auto table = make_table();
  return table;
}

}  // namespace coffeeauth

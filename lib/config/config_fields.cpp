#include "coffeeauth/config_fields.hpp"
#include "lib/config/notice_field.hpp"

namespace coffeeauth {
namespace {

using namespace std::chrono_literals;
using Fields = std::vector<ConfigField>;

constexpr std::chrono::seconds day{24h};
constexpr std::size_t most_requests = 1'000'000'000;

/// The algorithms by the names that tokens have for them.
std::vector<Word<SigningAlgorithm>> algorithms() {
  std::vector<Word<SigningAlgorithm>> words;
  using enum SigningAlgorithm;
  for (const auto each : {es256, eddsa, rs256, hs256}) words.push_back({wire_name(each), each});
  return words;
}

void add_codes(Fields& out, CodeConfig& codes) {
  out.push_back(
      field("CODE_LIFETIME", "How long a verification code is valid", codes.lifetime, {5min, 24h}));
  out.push_back(field("CODE_ATTEMPTS", "Wrong guesses that invalidate a code, per share",
                      codes.attempts, {1, 10}));
  out.push_back(
      field("CODE_GUESSES_PER_DAY",
            "Guesses evaluated for one account in 24 hours, per share; the codes of password "
            "resets and address changes share another limit of the same size",
            codes.guesses_per_day, {5, 1'000}));
  out.push_back(field("CODE_NETWORKS",
                      "Networks with their own share of an account's guesses and mails",
                      codes.networks, {1, 20}));
  out.push_back(field("CODE_RESEND_PAUSE",
                      "Minimum time between two mails to one account, per share",
                      codes.resend_pause, {0s, 1h}));
  out.push_back(field("CODE_MAILS_PER_HOUR", "Maximum mails to one account in an hour, per share",
                      codes.mails_per_hour, {1, 1'000}));
  out.push_back(field("CODE_MAILS_PER_DAY", "Maximum mails to one account in 24 hours, per share",
                      codes.mails_per_day, {1, 1'000}));
  out.push_back(field("PENDING_SIGN_UPS", "Different sign-ups kept for one address",
                      codes.pending_sign_ups, {1, 20}));
  out.push_back(field("LOGIN_CODE_LIFETIME", "How long a login code is valid",
                      codes.login_code_lifetime, {1min, 1h}));
  out.push_back(with_rule(
      field("UNVERIFIED_LIFETIME",
            "Age at which an unverified account is deleted, at least CODE_LIFETIME",
            codes.unverified_lifetime, {1h, 90 * day}),
      "at least CODE_LIFETIME", [&] { return codes.unverified_lifetime >= codes.lifetime; }));
  out.push_back(field("SIGNUP_REVEALS_EXISTING",
                      "Whether sign-up answers 409 for an address that has an account.",
                      codes.sign_up_reveals_existing));
}

void add_tokens(Fields& out, TokenConfig& tokens) {
  out.push_back(field("TOKEN_ISSUER", "The iss of every token.", tokens.issuer));
  out.push_back(field("TOKEN_AUDIENCE", "The aud of every token.", tokens.audience));
  out.push_back(field("TOKEN_CLIENT_ID",
                      "The client_id of every token; TOKEN_AUDIENCE when it is not set.",
                      tokens.client_id, {.least = 0}));
  out.push_back(field("TOKEN_ALGORITHM",
                      "Signature algorithm of tokens: ES256, EdDSA, RS256 or HS256 (which other "
                      "services cannot check, since its key is not published).",
                      tokens.algorithm, algorithms()));
  out.push_back(field("ACCESS_TOKEN_LIFETIME", "How long an access token is valid",
                      tokens.access_lifetime, {1min, 24h}));
  out.push_back(field("TOKEN_LEEWAY", "Tolerated clock difference", tokens.leeway, {0s, 10min}));
  out.push_back(field("REFRESH_IDLE_LIFETIME",
                      "A session ends when it is not refreshed for this long",
                      tokens.refresh_idle_lifetime, {1h, 365 * day}));
  out.push_back(
      with_rule(field("REFRESH_ABSOLUTE_LIFETIME",
                      "A session ends this long after login, at least REFRESH_IDLE_LIFETIME",
                      tokens.refresh_absolute_lifetime, {1h, 3'650 * day}),
                "at least REFRESH_IDLE_LIFETIME",
                [&] { return tokens.refresh_absolute_lifetime >= tokens.refresh_idle_lifetime; }));
  out.push_back(field("REFRESH_GRACE", "How long a used refresh token still returns its successor",
                      tokens.refresh_grace, {0s, 60s}));
  out.push_back(field("REAUTH_LIFETIME",
                      "How long after a login or re-authentication a session may make changes that "
                      "could take over the account",
                      tokens.reauth_lifetime, {1min, 1h}));
  out.push_back(field("KEY_OVERLAP",
                      "How long a retired key verifies in addition to ACCESS_TOKEN_LIFETIME",
                      tokens.key_overlap, {0s, 30 * day}));
  out.push_back(field("JWKS_MAX_AGE", "How long other services may cache the published keys",
                      tokens.jwks_max_age, {0s, 24h}));
  out.push_back(field("KEY_PUBLICATION_MARGIN",
                      "Delay after JWKS_MAX_AGE before a published key starts to sign",
                      tokens.key_publication_margin, {0s, 1h}));
  out.push_back(field("SESSIONS_PER_USER",
                      "Sessions of one user; one more login ends the least recently used",
                      tokens.sessions_per_user, {1, 100}));
  out.push_back(field("VERIFIED_TOKEN_CACHE", "Verified tokens kept in memory, 0 for none",
                      tokens.verified_cache_size, {0, 10'000'000}));
  out.push_back(field("LIVE_USER_CACHE_LIFETIME",
                      "How late this process may notice a change of a user by another one",
                      tokens.live_user_lifetime, {0ms, 1s}));
}

void add_passwords(Fields& out, PasswordConfig& passwords) {
  out.push_back(field("PASSWORD_MIN_LENGTH", "Minimum length of a new password in characters",
                      passwords.min_length, {8, 64}));
  out.push_back(field("ARGON2_MEMORY_KIB", "Memory of a password hash, in KiB",
                      passwords.argon2_memory_kib, {8, 1'048'576}));
  out.push_back(field("ARGON2_ITERATIONS", "Passes of a password hash over that memory",
                      passwords.argon2_iterations, {1, 20}));
  out.push_back(field("HASHING_THREADS", "Threads that hash passwords, 0 for one per core",
                      passwords.hashing_threads, {0, 256}));
  out.push_back(field("HASHING_QUEUE", "Passwords that may wait to be hashed",
                      passwords.hashing_queue, {1, 100'000}));
  out.push_back(field("SERVICE_NAME",
                      "The service's name, shown in mails and refused as a password.",
                      passwords.service_name));
}

void add_limits(Fields& out, LimitConfig& limits) {
  out.push_back(field("RATE_LIMITS_ENABLED", "Whether the limits on requests and logins apply.",
                      limits.enabled));
  const auto add = [&](const std::string& count, const std::string& window, const char* what,
                       Limit& limit) {
    out.push_back(field(count, what + (" in one " + window), limit.count, {1, most_requests}));
    out.push_back(
        field(window, "The time over which " + count + " counts", limit.window, {1s, 24h}));
  };
  out.push_back(field(
      "LOGIN_FAILURE_LIMIT",
      "Failed logins of one account without a wait; those that stop before a second step count "
      "until it is taken",
      limits.login_failures.count, {1, most_requests}));
  out.push_back(field("LOGIN_FAILURE_WINDOW", "The longest wait after a failed login",
                      limits.login_failures.window, {1s, 24h}));
  out.push_back(
      field("LOGIN_FIRST_WAIT",
            "The wait after LOGIN_FAILURE_LIMIT failed logins; each further one doubles it, unless "
            "it stops before a second step",
            limits.login_first_wait, {1s, 1h}));
  auto memory = field("LOGIN_FAILURE_MEMORY",
                      "How long failed logins of an account are remembered, at least "
                      "LOGIN_FAILURE_WINDOW and LOGIN_FIRST_WAIT",
                      limits.login_failure_memory, {1min, 7 * day});
  memory = with_rule(std::move(memory), "at least LOGIN_FAILURE_WINDOW",
                     [&] { return limits.login_failure_memory >= limits.login_failures.window; });
  out.push_back(with_rule(std::move(memory), "at least LOGIN_FIRST_WAIT",
                          [&] { return limits.login_failure_memory >= limits.login_first_wait; }));
  add("LOGIN_ADDRESS_LIMIT", "LOGIN_ADDRESS_WINDOW", "Logins from one IP address",
      limits.login_address);
  add("SIGNUP_LIMIT", "SIGNUP_WINDOW", "Sign-ups from one IP address", limits.sign_up_address);
  add("RESEND_LIMIT", "RESEND_WINDOW", "Codes requested from one IP address",
      limits.resend_address);
  add("VERIFY_LIMIT", "VERIFY_WINDOW", "Codes tried from one IP address", limits.verify_address);
  add("REQUEST_LIMIT", "REQUEST_WINDOW", "Other requests of one user or else IP address",
      limits.any);
  out.push_back(field("IPV6_56_FACTOR", "Limit of an IPv6 /56, as a multiple of the limit of a /64",
                      limits.ipv6_56_factor, {1, 256}));
  out.push_back(with_rule(
      field("IPV6_48_FACTOR", "Limit of an IPv6 /48, likewise, at least IPV6_56_FACTOR",
            limits.ipv6_48_factor, {1, 65'536}),
      "at least IPV6_56_FACTOR", [&] { return limits.ipv6_48_factor >= limits.ipv6_56_factor; }));
}

void add_lists(Fields& out, ListConfig& lists) {
  out.push_back(field("LIST_PAGE_SIZE", "Users on a page by default", lists.page_size, {1, 1'000}));
  out.push_back(
      with_rule(field("LIST_MAX_PAGE_SIZE", "Maximum users on a page, at least LIST_PAGE_SIZE",
                      lists.max_page_size, {1, 1'000}),
                "at least LIST_PAGE_SIZE", [&] { return lists.max_page_size >= lists.page_size; }));
  out.push_back(field("LIST_COUNTED_MATCHES",
                      "Matches that a search counts; beyond that `count` is null",
                      lists.counted_matches, {0, 1'000'000}));
  out.push_back(
      field("LIST_CACHE_LIFETIME",
            "How long a list may be served from the cache, 0s for no caching; a listed last_login "
            "may be this old",
            lists.cache_lifetime, {0s, 60s}));
}

void add_jobs(Fields& out, JobConfig& jobs) {
  out.push_back(field("MAIL_CONCURRENCY", "Mails that a worker delivers at the same time",
                      jobs.concurrency, {1, 100}));
  out.push_back(field("MAIL_IN_DOUBT", "Mails that may arrive twice when a worker is killed",
                      jobs.in_doubt, {1, 100}));
  out.push_back(field("MAIL_IN_DOUBT_AFTER",
                      "Mails of a queue sent one at a time, before MAIL_IN_DOUBT applies",
                      jobs.in_doubt_after, {0, 10'000}));
  out.push_back(field("MAIL_LEASE", "How long after a worker's death another takes over its mails",
                      jobs.lease, {5s, 1h}));
  out.push_back(field("MAIL_FIRST_BACKOFF", "The wait after the first failed delivery",
                      jobs.first_backoff, {1s, 1h}));
  out.push_back(with_rule(
      field("MAIL_MAX_BACKOFF", "The longest such wait, at least MAIL_FIRST_BACKOFF",
            jobs.max_backoff, {1s, 24h}),
      "at least MAIL_FIRST_BACKOFF", [&] { return jobs.max_backoff >= jobs.first_backoff; }));
  out.push_back(field("MAIL_MAX_ATTEMPTS", "Attempts before a mail is given up", jobs.max_attempts,
                      {1, 100}));
  // Else a mail that its workers die of would be given up with all that were in hand beside it.
  out.push_back(with_rule(
      field("MAIL_MAX_ABANDONED", "Workers that die with a mail before it is given up",
            jobs.max_abandoned, {3, 100}),
      "more than MAIL_ALONE_AFTER", [&] { return jobs.max_abandoned > jobs.alone_after; }));
  out.push_back(field("MAIL_ALONE_AFTER",
                      "Workers that die with a mail before it is delivered alone", jobs.alone_after,
                      {1, 3}));
  out.push_back(field("MAIL_DEAD_LIFETIME", "How long a mail that was given up is kept",
                      jobs.dead_lifetime, {day, 3'650 * day}));
  out.push_back(field("MAIL_OVERDUE_AFTER",
                      "How long a due mail may wait for a worker before /readyz reports it",
                      jobs.overdue_after, {10s, 24h}));
  out.push_back(field("MAIL_POLL_INTERVAL", "How often a worker looks for other processes' mails",
                      jobs.poll_interval, {100ms, 1min}));
  out.push_back(field("CLEAN_UP_INTERVAL", "How often the scheduler cleans up",
                      jobs.clean_up_interval, {1s, 24h}));
  out.push_back(field("CLEAN_UP_BATCH", "Rows deleted in one transaction of the clean-up",
                      jobs.clean_up_batch, {1, 10'000}));
}

}  // namespace

std::vector<ConfigField> config_fields(Config& config) {
  Fields out;
  add_codes(out, config.codes);
  add_tokens(out, config.tokens);
  add_passwords(out, config.passwords);
  add_limits(out, config.limits);
  add_lists(out, config.lists);
  out.push_back(notice_field(config.notices));
  add_jobs(out, config.jobs);
  return out;
}

}  // namespace coffeeauth

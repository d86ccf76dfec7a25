#pragma once
/// Config: every policy number of the library, with its unit in its type, its default and its
/// range.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/signing_key.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Verification codes and pending sign-ups.
struct CodeConfig {
  /// How long a code is valid; the two latest codes of an account are accepted. Range 5 min to 24
  /// h. Longer is kinder to slow mail servers; the limit on attempts is what stops guessing.
  std::chrono::seconds lifetime{std::chrono::hours{1}};
  /// Wrong guesses that invalidate a code, per share: each of `networks` has its own share, and all
  /// other networks have one together. Range 1 to 10.
  std::size_t attempts = 5;
  /// Guesses compared for one account in 24 hours, per share. Four shares of 50 make 200; each
  /// guess is compared with the two valid codes. Codes of features share another limit of the same
  /// size. Range 5 to 1,000.
  std::size_t guesses_per_day = 50;
  /// Networks (IPv6 by /48) that get their own share of an account's guesses and mails for 24 hours
  /// by signing up or requesting a code, so that strangers cannot use up the owner's share. Range 1
  /// to 20.
  std::size_t networks = 3;
  /// Minimum time between two mails to one account, per share. Range 0 s to 1 h.
  std::chrono::seconds resend_pause{60};
  /// Mails to one account in an hour, per share. Range 1 to 1,000.
  std::size_t mails_per_hour = 5;
  /// Mails to one account in 24 hours, per share. Login codes have this limit twice: for requests
  /// with the account's password, and for all others. Range 1 to 1,000.
  std::size_t mails_per_day = 10;
  /// Different sign-ups kept for one address. One more replaces the oldest, and from then on a code
  /// is accepted only together with a password. Range 1 to 20.
  std::size_t pending_sign_ups = 5;
  /// How long a login code is valid. Range 1 min to 1 h.
  std::chrono::seconds login_code_lifetime{std::chrono::minutes{10}};
  /// Age at which an unverified account is deleted. Range 1 h to 90 days.
  std::chrono::seconds unverified_lifetime{std::chrono::hours{48}};
  /// Whether sign-up answers 409 `email_taken` for an address that has an account. When false, a
  /// stranger cannot find out who has an account.
  bool sign_up_reveals_existing = false;
};

/// Access and refresh tokens.
struct TokenConfig {
  /// `iss` of every token; the verifier accepts no other. 1 to 200 octets.
  std::string issuer = "coffeeauth";
  /// `aud` of every token; the verifier accepts no other. 1 to 200 octets.
  std::string audience = "coffeeauth";
  /// `client_id` of every token (RFC 9068 2.2); empty for the audience. At most 200 octets.
  std::string client_id{};
  /// Signature algorithm of new tokens. After a change the previous key goes on signing until the
  /// new key has been published for jwks_max_age + key_publication_margin, and then still verifies
  /// for access_lifetime + key_overlap. HS256 is for this service alone: its key is never
  /// published, so other services cannot check its tokens.
  SigningAlgorithm algorithm = SigningAlgorithm::es256;
  /// Lifetime of an access token. Range 1 min to 24 h.
  std::chrono::seconds access_lifetime{std::chrono::minutes{10}};
  /// Tolerated difference between clocks when `exp` and `nbf` are checked. Range 0 s to 10 min.
  std::chrono::seconds leeway{5};
  /// A session ends when it has not been refreshed for this long. Range 1 h to 1 year.
  std::chrono::seconds refresh_idle_lifetime{std::chrono::hours{24 * 14}};
  /// A session ends this long after login at the latest. Range refresh_idle_lifetime to 10 years.
  std::chrono::seconds refresh_absolute_lifetime{std::chrono::hours{24 * 30}};
  /// How long a used refresh token still returns its successor (the client lost the response, or
  /// two tabs refreshed at once). Range 0 s to 60 s.
  std::chrono::seconds refresh_grace{10};
  /// How long a retired key still verifies, in addition to access_lifetime. Range 0 s to 30 days.
  std::chrono::seconds key_overlap{std::chrono::hours{1}};
  /// How long other services may cache the published keys (`Cache-Control: max-age` of the JWK
  /// Set). A new key does not sign before this has passed. Range 0 s to 24 h.
  std::chrono::seconds jwks_max_age{std::chrono::minutes{5}};
  /// Further delay before a new key signs, for clock differences and network latency. Range 0 s to
  /// 1 h.
  std::chrono::seconds key_publication_margin{60};
  /// How long after a login or a re-authentication a session may make changes that could take over
  /// the account. Range 1 min to 1 h.
  std::chrono::seconds reauth_lifetime{std::chrono::minutes{10}};
  /// Sessions that one user may have; one more login ends the least recently used session. Range 1
  /// to 100.
  std::size_t sessions_per_user = 100;
  /// Verified tokens kept in memory, and sessions remembered as live; 0 disables both. At most
  /// 10,000,000.
  std::size_t verified_cache_size = 10'000;
  /// How long a cached user or session may be served after another process changed it; this process
  /// sees its own changes at once. Range 0 s (queries the Store every time) to 1 s. Caches as many
  /// sessions as verified_cache_size.
  std::chrono::milliseconds live_user_lifetime{1'000};
};

/// Passwords and their hashing.
struct PasswordConfig {
  /// Minimum length in code points after NFKC. Range 8 to 64.
  std::size_t min_length = 8;
  /// Memory of one Argon2id hash in KiB (RFC 9106). Range 8 to 1,048,576.
  std::size_t argon2_memory_kib = 19'456;
  /// Argon2id passes over that memory. Range 1 to 20.
  std::size_t argon2_iterations = 2;
  /// Threads that hash; 0 means one for each core. At most 256.
  std::size_t hashing_threads = 0;
  /// Hashing operations that may wait; more are refused with `unavailable`. Range 1 to 100,000.
  std::size_t hashing_queue = 64;
  /// The service's name: shown in mails, and refused as a password. 1 to 200 octets.
  std::string service_name = "coffeeauth";
};

/// Allows `count` actions (1 to 1,000,000,000) in `window` (1 s to 24 h).
struct Limit {
  /// Number of actions allowed.
  std::size_t count;
  /// Length of the window.
  std::chrono::seconds window;
};

/// Rate limits. The attempts per code and the pause between mails (CodeConfig) are separate and
/// always apply.
struct LimitConfig {
  /// Whether requests are counted. Disable it in tests, or where a gateway limits requests.
  bool enabled = true;
  /// Failed logins of one account before it has to wait. Each further failure starts a wait that
  /// doubles, up to `window`; one attempt is evaluated after each wait.
  Limit login_failures{10, std::chrono::minutes{15}};
  /// Length of the first such wait. Range 1 s to 1 h.
  std::chrono::seconds login_first_wait{15};
  /// How long failed logins of an account are remembered after the first one. Range 1 min to 7
  /// days.
  std::chrono::seconds login_failure_memory{std::chrono::hours{24}};
  /// Logins, successful or not, from one IP address. An IPv6 address is counted by its /64 against
  /// the limit itself, and by its /56 and /48 against multiples of it; likewise in the limits
  /// below.
  Limit login_address{100, std::chrono::minutes{15}};
  /// Sign-ups from one IP address.
  Limit sign_up_address{20, std::chrono::hours{1}};
  /// Requests for a new code from one IP address.
  Limit resend_address{20, std::chrono::hours{1}};
  /// Codes tried from one IP address.
  Limit verify_address{60, std::chrono::hours{1}};
  /// Requests to all other routes by one user, or from one IP address without a user.
  Limit any{600, std::chrono::minutes{1}};
  /// The limit of an IPv6 /56, as a multiple of the limit of a /64. Range 1 to 256.
  std::size_t ipv6_56_factor = 4;
  /// The limit of an IPv6 /48, as a multiple of the limit of a /64. Range ipv6_56_factor to 65,536.
  std::size_t ipv6_48_factor = 16;
};

/// Lists of users.
struct ListConfig {
  /// Users on a page unless the request asks for another number. Range 1 to 1,000.
  std::size_t page_size = 10;
  /// The most users on a page that a client can request. Range page_size to 1,000.
  std::size_t max_page_size = 100;
  /// Matches of a search are counted up to this number; beyond it a list has no `count`, because
  /// counting would cost many times as much as the page itself. Range 0 to 1,000,000.
  std::size_t counted_matches = 1'000;
  /// How long a list may be served from the cache. Every change of a user except a login empties
  /// the cache, so only a listed `last_login` may be this old. Range 0 s (no caching) to 60 s.
  std::chrono::seconds cache_lifetime{60};
};

/// Notices: mails that only inform an account owner (MailKind::is_notice).
struct NoticeConfig {
  /// Kinds of mail that are not sent; the events are recorded nevertheless. Each must be a notice
  /// of the library or of a feature, or the constructor of Auth throws.
  std::vector<std::string> left_out{};
};

/// Background work.
struct JobConfig {
  /// Mails that one worker delivers at the same time, each on its own thread and connection;
  /// threads are started on demand. Range 1 to 100.
  std::size_t concurrency = 20;
  /// Mails of one worker that the mail server may already have while the Store does not know it:
  /// this many may arrive twice when the process is killed. If the mail server takes 40 ms to
  /// answer, each allows at most 25 mails a second; 4 reach 50 even on a busy machine. Range 1 to
  /// 100.
  std::size_t in_doubt = 4;
  /// Mails that a worker sends one at a time at the start of a queue and after a failure of the
  /// mail server, before `in_doubt` applies: only a longer queue is worth the risk of more than one
  /// duplicate. Range 0 to 10,000.
  std::size_t in_doubt_after = 20;
  /// How long after a worker's death another worker takes over its mails. A running worker renews
  /// its lease for as long as a delivery takes. Range 5 s to 1 h.
  std::chrono::seconds lease{15};
  /// The wait after the first failed attempt; it doubles, with jitter, up to `max_backoff`. Range 1
  /// s to 1 h.
  std::chrono::seconds first_backoff{5};
  /// The longest wait between two attempts. Range first_backoff to 24 h.
  std::chrono::seconds max_backoff{std::chrono::minutes{30}};
  /// Failed attempts before a mail is given up. An attempt does not count when the process cannot
  /// decrypt the mail for lack of the secret key. Range 1 to 100.
  std::size_t max_attempts = 12;
  /// A mail is given up when this many workers died while they held it: it may be the cause. Range
  /// 3 to 100.
  std::size_t max_abandoned = 10;
  /// A mail is delivered alone in its process when this many workers died while they held it, so
  /// that it takes no other mails with it. Range 1 to 3.
  std::size_t alone_after = 2;
  /// How long a mail that was given up is kept for an administrator. Range 1 day to 10 years.
  std::chrono::seconds dead_lifetime{std::chrono::hours{24 * 30}};
  /// How long a due mail may wait for a worker before `/readyz` reports overdue mails. Range 10 s
  /// to 24 h.
  std::chrono::seconds overdue_after{std::chrono::minutes{5}};
  /// How often a worker looks for jobs written by other processes. Range 100 ms to 1 min.
  std::chrono::milliseconds poll_interval{1'000};
  /// How often the scheduler runs the clean-up. Range 1 s to 24 h.
  std::chrono::seconds clean_up_interval{std::chrono::minutes{10}};
  /// Rows deleted in one transaction of the clean-up. Range 1 to 10,000.
  std::size_t clean_up_batch = 500;
};

/// The whole configuration. Plain data: fill it in and pass it to Auth, which validates it.
struct Config {
  /// Verification codes and pending sign-ups.
  CodeConfig codes{};
  /// Access and refresh tokens.
  TokenConfig tokens{};
  /// Password rules and hashing.
  PasswordConfig passwords{};
  /// Rate limits.
  LimitConfig limits{};
  /// Lists of users.
  ListConfig lists{};
  /// Mails that inform account owners.
  NoticeConfig notices{};
  /// Mail delivery and clean-up.
  JobConfig jobs{};
};

/// Returns one entry for each value out of range, `field` named as in config_fields.hpp; empty when
/// `config` is valid. Thread-safe.
[[nodiscard]] std::vector<FieldError> validate(const Config& config);

}  // namespace coffeeauth

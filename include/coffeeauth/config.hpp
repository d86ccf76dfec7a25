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
  /// How long a code stays good; the last two of an account are. Range 5 min to 24 h. Longer is
  /// kinder to slow mail servers; what stops a guesser is the limit on attempts.
  std::chrono::seconds lifetime{std::chrono::hours{1}};
  /// Wrong guesses until a code is dead, for each share: each of `networks` has one, and all other
  /// networks together have another. Range 1 to 10.
  std::size_t attempts = 5;
  /// Guesses compared for one account in 24 hours, for each share. Four shares of 50 make 200; each
  /// is compared with the two live codes. Range 5 to 1,000.
  std::size_t guesses_per_day = 50;
  /// Networks (IPv6 by /48) that get a share of their own in the guesses and mails of an account in
  /// 24 hours, by signing up or asking for a code: what strangers spend is not the owner's. Range 1
  /// to 20.
  std::size_t networks = 3;
  /// Least time between two mails to one account, for each share. Range 0 s to 1 h.
  std::chrono::seconds resend_pause{60};
  /// Mails to one account in an hour, for each share. Range 1 to 1,000.
  std::size_t mails_per_hour = 5;
  /// Mails to one account in 24 hours, for each share; of login codes as many for who asks with the
  /// account's password, and as many for all others. Range 1 to 1,000.
  std::size_t mails_per_day = 10;
  /// Different sign-ups that are kept for one address; one more displaces the oldest, and from then
  /// on a code wants a password beside it. Range 1 to 20.
  std::size_t pending_sign_ups = 5;
  /// How long a login code is good. Range 1 min to 1 h.
  std::chrono::seconds login_code_lifetime{std::chrono::minutes{10}};
  /// When an unverified account is deleted. Range 1 h to 90 days.
  std::chrono::seconds unverified_lifetime{std::chrono::hours{48}};
  /// Answer 409 `email_taken` at sign-up for an address that has an account. Off, a stranger cannot
  /// find out who has one.
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
  /// What tokens are signed with. After a change the key before goes on signing until the new one
  /// has been published for jwks_max_age + key_publication_margin, and then verifies for
  /// access_lifetime + key_overlap. HS256 is for this service alone: its key is
  /// never published, so other services cannot check its tokens.
  SigningAlgorithm algorithm = SigningAlgorithm::es256;
  /// Range 1 min to 24 h.
  std::chrono::seconds access_lifetime{std::chrono::minutes{10}};
  /// Tolerated difference between clocks when `exp` and `nbf` are checked. Range 0 s to 10 min.
  std::chrono::seconds leeway{5};
  /// A session ends when it is not refreshed for this long. Range 1 h to 1 year.
  std::chrono::seconds refresh_idle_lifetime{std::chrono::hours{24 * 14}};
  /// A session ends this long after login in any case. refresh_idle_lifetime to 10 years.
  std::chrono::seconds refresh_absolute_lifetime{std::chrono::hours{24 * 30}};
  /// How long a spent refresh token is answered with its successor again (a client that lost the
  /// answer, two tabs at once). Range 0 s to 60 s.
  std::chrono::seconds refresh_grace{10};
  /// How long a retired key still verifies, beyond access_lifetime. Range 0 s to 30 days.
  std::chrono::seconds key_overlap{std::chrono::hours{1}};
  /// How long other services may keep the published keys (`Cache-Control: max-age` of the JWK Set).
  /// A key that takes over from another signs only after it. Range 0 s to 24 h.
  std::chrono::seconds jwks_max_age{std::chrono::minutes{5}};
  /// How much later than that it signs, for clocks that differ and answers that travel. Range 0 s
  /// to 1 h.
  std::chrono::seconds key_publication_margin{60};
  /// How long after a proof of who they are (a login, or a password given once more) somebody may
  /// do what could take the account over. Range 1 min to 1 h.
  std::chrono::seconds reauth_lifetime{std::chrono::minutes{10}};
  /// Sessions that one user may have; a login beyond that ends the one that was not used for
  /// longest. Range 1 to 100.
  std::size_t sessions_per_user = 100;
  /// Verified tokens kept in memory, and sessions remembered to have been live; 0 turns that off.
  /// At most 10,000,000.
  std::size_t verified_cache_size = 10'000;
  /// How old may be what a request is told of its user and session when another process changed
  /// them; what this process changes it sees at once. Range 0 s (the Store is asked every time) to
  /// 1 s. Of as many sessions as verified_cache_size.
  std::chrono::milliseconds live_user_lifetime{1'000};
};

/// Passwords and their hashing.
struct PasswordConfig {
  /// Length in code points after NFKC. Range 8 to 64.
  std::size_t min_length = 8;
  /// Argon2id parameters (RFC 9106). memory: KiB, range 8 to 1,048,576; iterations 1 to 20.
  std::size_t argon2_memory_kib = 19'456;
  /// Passes over that memory. Range 1 to 20.
  std::size_t argon2_iterations = 2;
  /// Threads that hash; 0 means one for each core. At most 256.
  std::size_t hashing_threads = 0;
  /// Hashes that may wait; more are refused with `unavailable`. Range 1 to 100,000.
  std::size_t hashing_queue = 64;
  /// The service's name, in mails and refused as a password. 1 to 200 octets.
  std::string service_name = "coffeeauth";
};

/// At most `count` (1 to 1,000,000,000) in `window` (1 s to 24 h).
struct Limit {
  /// How many.
  std::size_t count;
  /// In how long.
  std::chrono::seconds window;
};

/// Rate limits. The five attempts of a code and the resend pause are not among them: they always
/// hold.
struct LimitConfig {
  /// Whether requests are counted. Off is for tests, or where a gateway limits requests.
  bool enabled = true;
  /// Failed logins of one account that are free; each further one opens a wait that doubles, up to
  /// `window`, and one try is evaluated after each wait.
  Limit login_failures{10, std::chrono::minutes{15}};
  /// The first of those waits. Range 1 s to 1 h.
  std::chrono::seconds login_first_wait{15};
  /// How long failed logins of an account are remembered after the first. Range 1 min to 7 days.
  std::chrono::seconds login_failure_memory{std::chrono::hours{24}};
  /// Logins, right or wrong, from one address. An IPv6 address is counted by its /64 against the
  /// limit itself, and by its /56 and /48 against multiples of it; so in every limit by address.
  Limit login_address{100, std::chrono::minutes{15}};
  /// Sign-ups from one address.
  Limit sign_up_address{20, std::chrono::hours{1}};
  /// Requests for a new code from one address.
  Limit resend_address{20, std::chrono::hours{1}};
  /// Codes tried from one address.
  Limit verify_address{60, std::chrono::hours{1}};
  /// Any other route, for a user or else an address.
  Limit any{600, std::chrono::minutes{1}};
  /// How many times a limit by address an IPv6 /56 is allowed. Range 1 to 256.
  std::size_t ipv6_56_factor = 4;
  /// How many times the limit of a /64 a /48 has. Range ipv6_56_factor to 65,536.
  std::size_t ipv6_48_factor = 16;
};

/// Lists of users.
struct ListConfig {
  /// Users on a page unless asked otherwise, and the most that can be asked for. 1 to 1,000.
  std::size_t page_size = 10;
  /// The most users on a page that a client can ask for. page_size to 1,000.
  std::size_t max_page_size = 100;
  /// Users that match a search are counted up to here; beyond it a list has no `count`, because to
  /// count would cost many times what a page does. 0 to 1,000,000.
  std::size_t counted_matches = 1'000;
  /// How long a list may be served from the cache. Any change of a user but a login empties it, so
  /// this is how late a list may show a `last_login`. Range 0 s (not at all) to 60 s.
  std::chrono::seconds cache_lifetime{60};
};

/// Background work.
struct JobConfig {
  /// Mails that one worker delivers at the same time, each on a thread and a connection of its own;
  /// threads are made when they are needed. Range 1 to 100.
  std::size_t concurrency = 20;
  /// Mails of one worker that may have been handed over without the Store knowing it: so many may
  /// arrive twice when its process is killed. To a server whose answer takes 40 ms, each gives at
  /// most 25 mails a second, and 4 give 50 on a busy machine, too. Range 1 to 100.
  std::size_t in_doubt = 4;
  /// Mails that a worker sends one after another, at the beginning of a queue and after the mail
  /// server failed, until `in_doubt` applies: only a longer queue is worth more than one second
  /// mail. Range 0 to 10,000.
  std::size_t in_doubt_after = 20;
  /// How long after a worker died another one takes its mails over. A worker that lives renews the
  /// lease for as long as a delivery takes. Range 5 s to 1 h.
  std::chrono::seconds lease{15};
  /// The wait after the first failed try; it doubles, with jitter, up to `max_backoff`. Ranges
  /// 1 s to 1 h, and first_backoff to 24 h.
  std::chrono::seconds first_backoff{5};
  /// The longest wait between two tries. first_backoff to 24 h.
  std::chrono::seconds max_backoff{std::chrono::minutes{30}};
  /// Tries that end without delivery until a mail is given up. That a process cannot open a mail,
  /// for lack of the right secret key, is no try. Range 1 to 100.
  std::size_t max_attempts = 12;
  /// A mail is given up when this many workers have died while they held it: it may be what they
  /// died of. Range 3 to 100.
  std::size_t max_abandoned = 10;
  /// A mail is tried alone in its process when this many workers have died while they held it, so
  /// that it takes no others with it. Range 1 to 3.
  std::size_t alone_after = 2;
  /// How long a mail is kept for an administrator after it was given up. Range 1 day to 10 years.
  std::chrono::seconds dead_lifetime{std::chrono::hours{24 * 30}};
  /// When a mail that is due and that no worker takes makes `/readyz` say that mails are overdue.
  /// Range 10 s to 24 h.
  std::chrono::seconds overdue_after{std::chrono::minutes{5}};
  /// How often a worker looks for jobs that other processes wrote. Range 100 ms to 1 min.
  std::chrono::milliseconds poll_interval{1'000};
  /// How often the scheduler cleans up. Range 1 s to 24 h.
  std::chrono::seconds clean_up_interval{std::chrono::minutes{10}};
  /// Rows deleted in one transaction of the clean-up. Range 1 to 10,000.
  std::size_t clean_up_batch = 500;
};

/// All of it. Plain data: fill it, then give it to Auth, which refuses an invalid one.
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
  /// Mail delivery and clean-up.
  JobConfig jobs{};
};

/// What is out of its range: one entry each, `field` named as in config_fields.hpp. Empty when all
/// is well.
[[nodiscard]] std::vector<FieldError> validate(const Config& config);

}  // namespace coffeeauth

#pragma once
/// Auth: the whole library, assembled from the parts you choose. Start here.

#include <cstddef>
#include <cstdlib>
#include <memory>
#include <type_traits>
#include <vector>

#include "coffeeauth/admin_service.hpp"
#include "coffeeauth/config.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/feature.hpp"
#include "coffeeauth/jobs/scheduler.hpp"
#include "coffeeauth/jobs/worker.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/password_service.hpp"
#include "coffeeauth/ports/cache.hpp"
#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/ports/diagnostics.hpp"
#include "coffeeauth/ports/event_sink.hpp"
#include "coffeeauth/ports/password_judge.hpp"
#include "coffeeauth/ports/random_source.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/rate_limiter.hpp"
#include "coffeeauth/secret_keys.hpp"
#include "coffeeauth/session_service.hpp"
#include "coffeeauth/token_service.hpp"
#include "coffeeauth/user_service.hpp"
#include "coffeeauth/verification_service.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

namespace detail {
/// Always false, but depends on `Given`, so that the assertion fires only where a default is used.
template <class Given>
inline constexpr bool part_given = !std::is_same_v<Given, Given>;
}  // namespace detail

/// The parts that Auth is built from; write AuthParts with designated initialisers in this order. A
/// missing or misplaced part does not compile, and the message names it.
///
/// All parts are borrowed and must outlive the Auth, so `.store = *make_sqlite_store(...)` is a
/// mistake that no compiler detects: keep the owner in a variable. This is a template so that the
/// default of a part is compiled only when that part is left out.
template <class Given = void>
struct BasicAuthParts {
  /// Stores everything that must survive a restart.
  Store& store = []() -> Store& {
    static_assert(detail::part_given<Given>, "AuthParts::store is missing or misplaced");
    std::abort();
  }();
  /// Caches lists of users until one changes. An in-process cache is enough for a single process.
  Cache& cache = []() -> Cache& {
    static_assert(detail::part_given<Given>, "AuthParts::cache is missing or misplaced");
    std::abort();
  }();
  /// Counts for the rate limits. Share it among all processes, or each allows the whole limit.
  RateCounter& counters = []() -> RateCounter& {
    static_assert(detail::part_given<Given>, "AuthParts::counters is missing or misplaced");
    std::abort();
  }();
  /// The only source of time.
  Clock& clock = []() -> Clock& {
    static_assert(detail::part_given<Given>, "AuthParts::clock is missing or misplaced");
    std::abort();
  }();
  /// Source of codes, tokens, salts and ids.
  RandomSource& random = []() -> RandomSource& {
    static_assert(detail::part_given<Given>, "AuthParts::random is missing or misplaced");
    std::abort();
  }();
  /// Rejects passwords that are easy to guess: make_zxcvbn_judge() of the component zxcvbn, a judge
  /// of your own, or accept_any_password() to accept all.
  PasswordJudge& judge = []() -> PasswordJudge& {
    static_assert(detail::part_given<Given>,
                  "AuthParts::judge is missing or misplaced; accept_any_password() is the one that "
                  "refuses nothing");
    std::abort();
  }();
  /// Argon2id, best wrapped in make_hashing_pool().
  PasswordHasher& hasher = []() -> PasswordHasher& {
    static_assert(detail::part_given<Given>, "AuthParts::hasher is missing or misplaced");
    std::abort();
  }();
  /// Must support TokenConfig::algorithm.
  SigningKeyFactory& keys = []() -> SigningKeyFactory& {
    static_assert(detail::part_given<Given>, "AuthParts::keys is missing or misplaced");
    std::abort();
  }();
  /// Renders the mails.
  MailTemplates& templates = []() -> MailTemplates& {
    static_assert(detail::part_given<Given>, "AuthParts::templates is missing or misplaced");
    std::abort();
  }();
  /// Receives security events; may ignore them.
  EventSink& events = []() -> EventSink& {
    static_assert(detail::part_given<Given>, "AuthParts::events is missing or misplaced");
    std::abort();
  }();
  /// Decides who may sign up; when empty, everybody may. The only part that is copied.
  SignUpPolicy sign_up_policy{};
  /// Receives what() of exceptions from mail templates and from handlers in
  /// ApiOptions::extra_routes. Null writes them to standard error.
  Diagnostics* diagnostics = nullptr;
};

/// The parts that Auth is built from.
using AuthParts = BasicAuthParts<>;

/// The services over one Store. Thread-safe. Two instances in one process are independent of each
/// other.
class Auth {
 public:
  /// `secret_keys` (one Secret of at least 32 bytes, or a ring of them) keys the hashes of codes,
  /// refresh tokens and list cursors, and encrypts signing keys and pending mails: all processes
  /// over one Store need the same keys. To change the key, see docs/operations.md and rewrap().
  /// `features` are attached in order, which is also the order of their login steps; they are
  /// borrowed and must outlive the Auth. Throws std::invalid_argument for an invalid `config`, key,
  /// part or feature (a part made from a null pointer is named); does not call any part yet.
  Auth(Config config, SecretKeys secret_keys, AuthParts parts,
       const std::vector<Feature*>& features = {});
  /// Aborts the program if a MailWorker or Scheduler made from it still exists.
  ~Auth();
  Auth(const Auth&) = delete;
  Auth& operator=(const Auth&) = delete;

  /// Checks that one of the secret keys is the key that seals the signing keys in the Store; call
  /// it once before you serve requests. Throws SecretKeyMismatch if none of them is, and
  /// Unavailable when the Store cannot be reached.
  void check();

  /// The configuration it was constructed with.
  [[nodiscard]] const Config& config() const noexcept;

  /// Sign-up, and users' own accounts.
  [[nodiscard]] UserService& users() noexcept;
  /// Verification of mailboxes by code.
  [[nodiscard]] VerificationService& verification() noexcept;
  /// Login, refresh, logout, and authentication by access token.
  [[nodiscard]] SessionService& sessions() noexcept;
  /// User management for administrators.
  [[nodiscard]] AdminService& admin() noexcept;
  /// Access tokens and the keys that sign them. To authenticate a request, call
  /// SessionService::authenticate_token() instead.
  [[nodiscard]] TokenService& tokens() noexcept;
  /// Password rules and hashing.
  [[nodiscard]] PasswordService& passwords() noexcept;
  /// Rate limits; the REST API counts its requests here.
  [[nodiscard]] RateLimiter& limits() noexcept;

  /// The parts, for code built on top (REST API, operators' tools). `diagnostics` is never null.
  [[nodiscard]] const AuthParts& parts() const noexcept;
  /// The interface that features build on, for your own code too: to send your own mails, or to
  /// change accounts within your own transactions.
  [[nodiscard]] Kernel& kernel() noexcept;
  /// Whether a feature knows trusted devices: a login may then send LoginOptions::device_token.
  [[nodiscard]] bool knows_devices() const noexcept;
  /// Whether a feature can prove a second factor.
  [[nodiscard]] bool has_second_steps() const noexcept;
  /// Counts the live mailed links, tickets and trusted devices of all features, by kind, for
  /// metrics. Throws Unavailable.
  [[nodiscard]] std::vector<LiveTokens> live_tokens();
  /// The handle that MailWorker and Scheduler take: `jobs::MailWorker{auth.services(), mailer}`.
  [[nodiscard]] Services& services() noexcept;

 private:
  std::unique_ptr<Services> services_;
  std::unique_ptr<Kernel> kernel_;
};

}  // namespace coffeeauth

#pragma once
/// Auth: the whole library, tied together over the parts you choose. Start here.

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

/// What Auth is built over; write it as AuthParts, with designated initialisers in this order. A
/// part that is missing or misplaced does not compile, and the message names it.
///
/// All borrowed: each must outlive the Auth, so `.store = *make_sqlite_store(...)` is a mistake
/// that no compiler sees: keep the owner in a variable. A template so that the default of a part is
/// compiled only when that part is left out.
template <class Given = void>
struct BasicAuthParts {
  /// Where everything that must survive lives.
  Store& store = []() -> Store& {
    static_assert(detail::part_given<Given>, "AuthParts::store is missing or misplaced");
    std::abort();
  }();
  /// Lists of users, until one changes. A cache of one process will do for one process.
  Cache& cache = []() -> Cache& {
    static_assert(detail::part_given<Given>, "AuthParts::cache is missing or misplaced");
    std::abort();
  }();
  /// What the rate limits count in. Shared by all processes, or each allows the whole limit.
  RateCounter& counters = []() -> RateCounter& {
    static_assert(detail::part_given<Given>, "AuthParts::counters is missing or misplaced");
    std::abort();
  }();
  /// The only source of time.
  Clock& clock = []() -> Clock& {
    static_assert(detail::part_given<Given>, "AuthParts::clock is missing or misplaced");
    std::abort();
  }();
  /// Codes, tokens, salts and ids come from it.
  RandomSource& random = []() -> RandomSource& {
    static_assert(detail::part_given<Given>, "AuthParts::random is missing or misplaced");
    std::abort();
  }();
  /// Which passwords are too easy to guess: make_zxcvbn_judge() of the component zxcvbn, one of
  /// your own, or accept_any_password() to go without.
  PasswordJudge& judge = []() -> PasswordJudge& {
    static_assert(detail::part_given<Given>,
                  "AuthParts::judge is missing or misplaced; accept_any_password() is the one that "
                  "refuses nothing");
    std::abort();
  }();
  /// Argon2id, best behind make_hashing_pool().
  PasswordHasher& hasher = []() -> PasswordHasher& {
    static_assert(detail::part_given<Given>, "AuthParts::hasher is missing or misplaced");
    std::abort();
  }();
  /// Must support TokenConfig::algorithm.
  SigningKeyFactory& keys = []() -> SigningKeyFactory& {
    static_assert(detail::part_given<Given>, "AuthParts::keys is missing or misplaced");
    std::abort();
  }();
  /// The words of the mails.
  MailTemplates& templates = []() -> MailTemplates& {
    static_assert(detail::part_given<Given>, "AuthParts::templates is missing or misplaced");
    std::abort();
  }();
  /// Told what happened to whom; may do nothing.
  EventSink& events = []() -> EventSink& {
    static_assert(detail::part_given<Given>, "AuthParts::events is missing or misplaced");
    std::abort();
  }();
  /// Who may sign up; everybody when it is empty. The only part that is copied.
  SignUpPolicy sign_up_policy{};
  /// Told what() of what a mail template or a handler of ApiOptions::extra_routes throws. Null for
  /// the standard error output.
  Diagnostics* diagnostics = nullptr;
};

/// What Auth is built over.
using AuthParts = BasicAuthParts<>;

/// The services over one Store. Callable from any thread; two of them in one process do not know of
/// each other.
class Auth {
 public:
  /// `secret_keys` (one Secret of 32 bytes at least, or a ring of them) keys the hashes of codes,
  /// refresh tokens and list cursors, and encrypts signing keys and pending mails: every process
  /// over one Store needs the same. How to change the key: docs/operations.md, and rewrap().
  /// `features` are attached in their order, which is that of their login steps; borrowed, each
  /// must outlive the Auth. Throws std::invalid_argument when `config`, a key, a part or a feature
  /// is not acceptable (a part made from a null pointer is named); calls no part yet.
  Auth(Config config, SecretKeys secret_keys, AuthParts parts,
       const std::vector<Feature*>& features = {});
  /// Ends the program when a MailWorker or Scheduler that was made over it still lives.
  ~Auth();
  Auth(const Auth&) = delete;
  Auth& operator=(const Auth&) = delete;

  /// Asks the Store whether one of the secret keys is the one that its signing keys were sealed
  /// with; call it once before anything is served. Throws SecretKeyMismatch when it is none of
  /// them, and Unavailable when the Store cannot be asked.
  void check();

  /// What it was made with.
  [[nodiscard]] const Config& config() const noexcept;

  /// Sign-up, and a user's own account.
  [[nodiscard]] UserService& users() noexcept;
  /// Proof of the mailbox, by code.
  [[nodiscard]] VerificationService& verification() noexcept;
  /// Login, refresh, logout, and the check of access tokens.
  [[nodiscard]] SessionService& sessions() noexcept;
  /// What administrators do with users.
  [[nodiscard]] AdminService& admin() noexcept;
  /// Access tokens and the keys that sign them; a handler wants
  /// SessionService::authenticate_token() instead.
  [[nodiscard]] TokenService& tokens() noexcept;
  /// Which passwords are good enough, and their hashes.
  [[nodiscard]] PasswordService& passwords() noexcept;
  /// Who may ask how often; the REST API counts its requests here.
  [[nodiscard]] RateLimiter& limits() noexcept;

  /// The parts, for what is built on top (the REST API, operators' tools). `diagnostics` is set.
  [[nodiscard]] const AuthParts& parts() const noexcept;
  /// What features build on, for code of your own that works beside them: mails of your own,
  /// changes of accounts within a transaction of yours.
  [[nodiscard]] Kernel& kernel() noexcept;
  /// What MailWorker and Scheduler are made over: `jobs::MailWorker{auth.services(), mailer}`.
  [[nodiscard]] Services& services() noexcept;

 private:
  std::unique_ptr<Services> services_;
  std::unique_ptr<Kernel> kernel_;
};

}  // namespace coffeeauth

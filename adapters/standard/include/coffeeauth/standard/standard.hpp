#pragma once
/// open(): accounts in a program of yours, over the usual parts. Start here.
///
///     auto accounts = standard::open({.database_url = "sqlite:///users.db", .secret_key = key});
///     accounts.start();                                  // mails and clean-up, on their own
///     threads accounts.auth().sessions().log_in(email, password, client);
///
/// Nothing here is hidden: each part is one of another component's `make_...()` functions, and each
/// can be replaced by one of yours.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/auth.hpp"
#include "coffeeauth/config.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/http/api.hpp"
#include "coffeeauth/jobs/scheduler.hpp"
#include "coffeeauth/jobs/worker.hpp"
#include "coffeeauth/kernel.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/ports/mailer.hpp"
#include "coffeeauth/secret_keys.hpp"
#include "coffeeauth/sql/migrations.hpp"
#include "coffeeauth/standard/bundle.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace standard {

/// What open() is told; write it as Options, with designated initialisers in this order. All but
/// `secret_key` may be left out. Pointers are borrowed, and what they point to must outlive the
/// Accounts. A template so that the default of the key, which does not compile, is compiled only
/// when the key is left out.
template <class Given = void>
struct BasicOptions {
  /// Where everything that must survive is kept: `sqlite:///relative/path`,
  /// `sqlite:////absolute/path`, `postgresql://user:password@host/name`, or `memory:`, which
  /// forgets everything when the Accounts go. Not with `store`.
  std::string database_url{};
  /// What Auth is given: one Secret of 32 bytes at least, or a ring of them. The same at every
  /// start and in every process.
  SecretKeys secret_key = []() -> SecretKeys {
    static_assert(detail::part_given<Given>, "Options::secret_key is missing or misplaced");
    std::abort();
  }();
  /// Every policy number, and the service's name.
  Config config{};
  /// `redis://host`, for cache and rate limits that several processes share; empty to keep them in
  /// this process.
  std::string redis_url{};

  /// `smtp://user:password@host`: the server that mails are handed to. Needs `from_email`.
  std::string smtp_url{};
  /// Who mails are from: an address, or `Name <address>`. Empty for `coffeeauth@localhost`, which
  /// suits mails in a folder alone.
  std::string from_email{};
  /// Where mails are written to as files instead of being sent. Empty for the folder `mail` beside
  /// a SQLite file, unless `smtp_url` or `mailer` is set.
  std::filesystem::path mail_folder{};
  /// Whether this process delivers mails. Off when another one does: there is no worker() then, and
  /// the three members above and `mailer` are not looked at.
  bool delivers_mails = true;

  /// Where clients reach the service, as of ApiOptions::public_url, which it sets. Its host is also
  /// what mail servers are told that this host is called.
  std::string public_url{};
  /// How strong passwords have to be, 0 to 4, as of zxcvbn::ZxcvbnOptions. Not looked at when
  /// `judge` is set.
  unsigned password_min_strength = 2;

  /// Features with everything that goes with them, before `features` in the order of login steps.
  /// With a `store` of yours, their tables have to be there.
  Bundles bundles{};
  /// Features of your own, in the order of their login steps.
  std::vector<Feature*> features{};
  /// The tables of these features, and of your own. Not with `store`, which is opened with its own.
  std::vector<sql::RoomMigrations> rooms{};
  /// The mails of these features, and of your own; one that is given again replaces the library's
  /// words. Not with `templates`.
  std::vector<MailKind> mails{};
  /// The HTML that mails share, as of make_default_templates(). Not with `templates`.
  MailFrame mail_frame{};
  /// Who may sign up; everybody when it is empty.
  SignUpPolicy sign_up_policy{};

  /// How the REST API behaves, and routes of your own (`extra_routes`).
  http::ApiOptions api{};
  /// Makes further routes, which work on the Auth; called once, before open() returns.
  std::function<std::vector<http::Route>(Auth&)> routes{};

  /// Takes the place of what `database_url` names.
  Store* store = nullptr;
  /// Takes the place of a cache in this process, or in Redis.
  Cache* cache = nullptr;
  /// Takes the place of counters in this process, or in Redis.
  RateCounter* counters = nullptr;
  /// Takes the place of the machine's clock.
  Clock* clock = nullptr;
  /// Takes the place of the system's generator.
  RandomSource* random = nullptr;
  /// Takes the place of the zxcvbn judge. Must be set when the library was built without the
  /// component zxcvbn; accept_any_password() declines.
  PasswordJudge* judge = nullptr;
  /// Takes the place of Argon2id behind a hashing pool.
  PasswordHasher* hasher = nullptr;
  /// Takes the place of crypto::make_openssl_keys().
  SigningKeyFactory* keys = nullptr;
  /// Takes the place of the library's own words.
  MailTemplates* templates = nullptr;
  /// Receives every event; null discards them.
  EventSink* events = nullptr;
  /// Takes the place of what `smtp_url` or `mail_folder` names.
  Mailer* mailer = nullptr;
  /// Is told what code of yours did wrong. Null for the standard error output.
  Diagnostics* diagnostics = nullptr;
};

/// What open() is told.
using Options = BasicOptions<>;

/// An Auth with all that it takes to run it: owns its parts, but for those that were given as
/// pointers, and destroys everything in the right order.
///
/// Moving one leaves what it holds where it is, so references stay good; a moved-from one can be
/// destroyed and assigned to, no more. start() and stop() belong to one owner; the references may
/// be used from any thread. What borrows from it, such as an HTTP server over api(), must go first.
class Accounts {
 public:
  /// Does what open() does, and throws as it does.
  explicit Accounts(Options options);
  /// Stops, and waits for every delivery in hand; stop() is the way to wait less.
  ~Accounts();
  /// Leaves `other` empty.
  Accounts(Accounts&& other) noexcept;
  /// Destroys what it held.
  Accounts& operator=(Accounts&& other) noexcept;
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  /// The services.
  [[nodiscard]] Auth& auth() noexcept;
  /// The REST API, for the HTTP server of your choice: `http_poco::make_poco_server(api(), {...})`.
  [[nodiscard]] http::Api& api() noexcept;
  /// The Store, for transactions and queries of your own.
  [[nodiscard]] Store& store() noexcept;
  /// What features build on, for code of your own that works beside them.
  [[nodiscard]] Kernel& kernel() noexcept;
  /// Delivers mails; start() starts it. Throws std::logic_error when Options::delivers_mails is
  /// off.
  [[nodiscard]] jobs::MailWorker& worker();
  /// Deletes what is over; start() starts it.
  [[nodiscard]] jobs::Scheduler& scheduler() noexcept;

  /// Starts the scheduler and, when this process delivers mails, the worker, each on threads of its
  /// own. Does nothing when they run.
  void start();
  /// Stops both, and waits up to `grace` until the mails in hand are delivered. False when some are
  /// not: they finish in the background, and the destructor waits for them. Does nothing when
  /// nothing runs; start() may follow.
  bool stop(std::chrono::milliseconds grace = std::chrono::seconds{65});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Opens the database, bringing its tables up to date, and builds an Auth with its worker, its
/// scheduler and its REST API over it. Starts no thread that delivers or deletes: start() does.
///
/// Throws std::invalid_argument that begins with the name of the option that is wrong or missing
/// (`smtp_url: ...`) and holds no part of a URL or a key, or as Auth does for `config` and
/// `features`; std::runtime_error that begins with `database_url: ` and the place when the database
/// cannot be opened; SecretKeyMismatch when its signing keys were sealed with another secret key;
/// Unavailable when a `store` of yours cannot be asked that.
[[nodiscard]] Accounts open(Options options);

}  // namespace standard
}  // namespace coffeeauth

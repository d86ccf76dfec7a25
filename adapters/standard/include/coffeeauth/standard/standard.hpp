#pragma once
/// open(): user accounts for your program, with the usual parts. Start here.
///
///     auto accounts = standard::open({.database_url = "sqlite:///users.db", .secret_key = key});
///     accounts.start();  // mails and clean-up, on separate threads
///     accounts.auth().sessions().log_in(email, password, client);
///
/// Nothing is hidden here: each part comes from a `make_...()` function of another component, and
/// you can replace each with your own.

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

/// Options of open(); write Options with designated initialisers in this order. Only `secret_key`
/// is required. Pointers are borrowed and must outlive the Accounts. This is a template so that the
/// default of the key, which does not compile, is compiled only when the key is left out.
template <class Given = void>
struct BasicOptions {
  /// The database: `sqlite:///relative/path`, `sqlite:////absolute/path`,
  /// `postgresql://user:password@host/name`, or `memory:`, which loses all data when the Accounts
  /// are destroyed. A SQLite file is created, the folder it is in is not. Not with `store`.
  std::string database_url{};
  /// The secret key of Auth: one Secret of at least 32 bytes (SecretKeys throws for a shorter one),
  /// or a ring of them. Must be the same at every start and in every process.
  SecretKeys secret_key = []() -> SecretKeys {
    static_assert(detail::part_given<Given>, "Options::secret_key is missing or misplaced");
    std::abort();
  }();
  /// All policy numbers, and the service's name.
  Config config{};
  /// `redis://host`, for a cache and rate limits shared by several processes; empty keeps them in
  /// this process.
  std::string redis_url{};

  /// `smtp://user:password@host`: the mail server. Requires `from_email`.
  std::string smtp_url{};
  /// The sender of mails: an address, or `Name <address>`. Empty for `coffeeauth@localhost`, which
  /// only suits mails in a folder.
  std::string from_email{};
  /// A folder to write mails to, instead of sending them; created with access for its owner only.
  /// Empty for the folder `mail` beside a SQLite file, unless `smtp_url` or `mailer` is set.
  std::filesystem::path mail_folder{};
  /// Whether this process delivers mails and the jobs of features. Set it to false when another
  /// process does: there is no worker() then, and the three members above and `mailer` are ignored.
  bool delivers_mails = true;

  /// The public URL of the service; sets ApiOptions::public_url. Its host is also the name of this
  /// host for mail servers.
  std::string public_url{};
  /// Minimum strength of passwords, 0 to 4; see zxcvbn::ZxcvbnOptions. Ignored when `judge` is set.
  unsigned password_min_strength = 2;

  /// Features with all that belongs to them; their login steps come before those of `features`.
  /// With your own `store`, their tables must exist.
  Bundles bundles{};
  /// Your own features, in the order of their login steps.
  std::vector<Feature*> features{};
  /// The tables of these features, and your own. Not with `store`, which has its own rooms.
  std::vector<sql::RoomMigrations> rooms{};
  /// The mails of these features, and your own; a kind given again replaces the library's texts.
  /// Not with `templates`.
  std::vector<MailKind> mails{};
  /// The HTML shared by all mails; see make_default_templates(). Not with `templates`.
  MailFrame mail_frame{};
  /// Decides who may sign up; when empty, everybody may.
  SignUpPolicy sign_up_policy{};

  /// The REST API's options, and your own routes (`extra_routes`).
  http::ApiOptions api{};
  /// Makes further routes that use the Auth; called once, before open() returns.
  std::function<std::vector<http::Route>(Auth&)> routes{};

  /// Replaces the database of `database_url`.
  Store* store = nullptr;
  /// Replaces the cache in this process, or in Redis.
  Cache* cache = nullptr;
  /// Replaces the counters in this process, or in Redis.
  RateCounter* counters = nullptr;
  /// Replaces the machine's clock.
  Clock* clock = nullptr;
  /// Replaces the system's random generator.
  RandomSource* random = nullptr;
  /// Replaces the zxcvbn judge. Required if the library was built without the component zxcvbn;
  /// accept_any_password() disables the check.
  PasswordJudge* judge = nullptr;
  /// Replaces Argon2id behind a hashing pool.
  PasswordHasher* hasher = nullptr;
  /// Replaces crypto::make_openssl_keys().
  SigningKeyFactory* keys = nullptr;
  /// Replaces the library's own texts.
  MailTemplates* templates = nullptr;
  /// Receives every event; null discards them.
  EventSink* events = nullptr;
  /// Replaces the mailer of `smtp_url` or `mail_folder`.
  Mailer* mailer = nullptr;
  /// Receives failures of your code. Null writes them to standard error.
  Diagnostics* diagnostics = nullptr;
};

/// Options of open().
using Options = BasicOptions<>;

/// An Auth with everything needed to run it: owns its parts, except those given as pointers, and
/// destroys them in the right order.
///
/// References into it stay valid when it is moved; a moved-from one can only be destroyed or
/// assigned to. Call start() and stop() from one owner; the references are thread-safe. Destroy
/// what borrows from it first, such as an HTTP server over api().
class Accounts {
 public:
  /// Constructs like open(), and throws like it.
  explicit Accounts(Options options);
  /// Stops, and waits for all deliveries in progress; call stop() first to wait less.
  ~Accounts();
  /// Leaves `other` empty.
  Accounts(Accounts&& other) noexcept;
  /// Destroys its previous contents; leaves `other` empty.
  Accounts& operator=(Accounts&& other) noexcept;
  Accounts(const Accounts&) = delete;
  Accounts& operator=(const Accounts&) = delete;

  /// The services.
  [[nodiscard]] Auth& auth() noexcept;
  /// The REST API, for the HTTP server of your choice: `http_poco::make_poco_server(api(), {...})`.
  [[nodiscard]] http::Api& api() noexcept;
  /// The Store, for your own transactions and queries.
  [[nodiscard]] Store& store() noexcept;
  /// The interface that features build on, for your own code.
  [[nodiscard]] Kernel& kernel() noexcept;
  /// Delivers mails once started by start(). Throws std::logic_error when Options::delivers_mails
  /// is false.
  [[nodiscard]] jobs::MailWorker& worker();
  /// Deletes expired data once started by start().
  [[nodiscard]] jobs::Scheduler& scheduler() noexcept;

  /// Starts the scheduler and, if this process delivers mails, the worker, each on its own threads.
  /// Does nothing when they are running.
  void start();
  /// Stops both, and waits up to `grace` for deliveries in progress. Returns false if some did not
  /// finish: they continue in the background, and the destructor waits for them. Does nothing when
  /// nothing is running; start() may follow.
  bool stop(std::chrono::milliseconds grace = std::chrono::seconds{65});

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Opens the database, brings its tables up to date, and builds an Auth with worker, scheduler and
/// REST API over it. Does not start to deliver or delete: start() does.
///
/// Throws std::invalid_argument, with a text that begins with the invalid or missing option
/// (`smtp_url: ...`) and contains no part of a key or of a URL but the path of a SQLite file, or as
/// Auth does for `features`; std::runtime_error, with a text that begins with `database_url: ` and
/// the location, when the database cannot be opened; SecretKeyMismatch when its signing keys are
/// encrypted with another secret key; Unavailable when your `store` cannot be reached to check
/// that.
[[nodiscard]] Accounts open(Options options);

}  // namespace standard
}  // namespace coffeeauth

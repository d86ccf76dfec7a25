#include "world.hpp"

#include <stdlib.h>

#include <stdexcept>

#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/sql/sql.hpp"

namespace coffeeauth::bench {
namespace {

namespace fs = std::filesystem;

class NoEvents final : public EventSink {
 public:
  void on(const Event&) noexcept override {}
};

/// A folder that goes when it is destroyed.
class Folder {
 public:
  Folder() {
    auto pattern = (fs::temp_directory_path() / "coffeeauth-bench-XXXXXX").string();
    if (mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
    path_ = pattern;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }

 private:
  fs::path path_;
};

Config config_with(std::size_t verified_cache_size) {
  Config config;
  config.tokens.verified_cache_size = verified_cache_size;
  config.limits.enabled = false;
  return config;
}

}  // namespace

struct World::Parts {
  Parts(std::size_t verified_cache_size, const std::string& database_url)
      : config(config_with(verified_cache_size)),
        store(database_url.empty()
                  ? sql::make_sqlite_store({.path = (folder.path() / "users.db").string()})
                  : sql::make_postgres_store(sql::parse_postgres_url(database_url))) {}

  Folder folder;
  Config config;
  NoEvents events;
  std::unique_ptr<Clock> clock = make_system_clock();
  std::unique_ptr<RandomSource> random = make_system_random();
  std::unique_ptr<Store> store;
  std::unique_ptr<Cache> cache = memory::make_memory_cache({}, *clock);
  std::unique_ptr<RateCounter> counters = memory::make_memory_counters({});
  std::unique_ptr<PasswordHasher> hasher =
      make_hashing_pool(config.passwords, make_argon2_hasher(config.passwords, *random));
  std::unique_ptr<SigningKeyFactory> keys = crypto::make_openssl_keys();
  std::unique_ptr<MailTemplates> templates = make_default_templates("bench");
  Auth auth{config,
            Secret{std::string(32, 'b')},
            {.store = *store,
             .cache = *cache,
             .counters = *counters,
             .clock = *clock,
             .random = *random,
             .judge = accept_any_password(),
             .hasher = *hasher,
             .keys = *keys,
             .templates = *templates,
             .events = events}};
  std::unique_ptr<LiveSession> live = log_in();

  /// Makes the user straight in the Store, and logs in as anybody would.
  std::unique_ptr<LiveSession> log_in() {
    const auto id = UserId::make(clock->now(), *random);
    const auto email = EmailAddress::parse(id.str() + "@example.com").value();
    const auto password = Password::parse("plum tart & 47 spoons").value();
    const auto hash = auth.passwords().hash(password);
    const auto now = clock->now();
    const NewUser user{.id = id,
                       .email = email,
                       .first_name = "Ada",
                       .last_name = "Lovelace",
                       .role = Role::admin,
                       .is_verified = true,
                       .password_hash = hash,
                       .now = now};
    store->transact([&](Transaction& tx) { (void)tx.users().create_user(user); });
    const auto tokens = tokens_of(auth.sessions().log_in(email, password, {})).value();
    const auto principal =
        auth.sessions().authenticate_token(tokens.access_token.expose_secret()).value();
    return std::make_unique<LiveSession>(
        LiveSession{auth.sessions().list(principal.user.id).front(), principal.user});
  }
};

World::World(std::size_t verified_cache_size)
    : parts_(std::make_unique<Parts>(verified_cache_size, std::string{})) {}
World::World(const std::string& database_url)
    : parts_(std::make_unique<Parts>(10'000, database_url)) {}
World::~World() = default;

Auth& World::auth() noexcept { return parts_->auth; }
Store& World::store() noexcept { return *parts_->store; }
const LiveSession& World::live() const noexcept { return *parts_->live; }
std::filesystem::path World::database() const { return parts_->folder.path() / "users.db"; }

}  // namespace coffeeauth::bench

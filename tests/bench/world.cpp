#include "world.hpp"

#include <stdlib.h>

#include <stdexcept>

#include "coffeeauth/sql/database.hpp"
#include "coffeeauth/standard/standard.hpp"

namespace coffeeauth::bench {
namespace {

namespace fs = std::filesystem;

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
      : accounts(standard::open({.database_url = database_url.empty()
                                                     ? sql::sqlite_url(folder.path() / "users.db")
                                                     : database_url,
                                 .secret_key = Secret{std::string(32, 'b')},
                                 .config = config_with(verified_cache_size),
                                 .delivers_mails = false,
                                 .judge = &accept_any_password()})) {}

  Folder folder;
  standard::Accounts accounts;
  std::unique_ptr<LiveSession> live = log_in();

  /// Makes the user straight in the Store, and logs in as anybody would.
  std::unique_ptr<LiveSession> log_in() {
    auto& auth = accounts.auth();
    const auto now = accounts.kernel().clock().now();
    const auto id = UserId::make(now, accounts.kernel().random());
    const auto email = EmailAddress::parse(id.str() + "@example.com").value();
    const auto password = Password::parse("plum tart & 47 spoons").value();
    const auto hash = auth.passwords().hash(password);
    const NewUser user{.id = id,
                       .email = email,
                       .first_name = "Ada",
                       .last_name = "Lovelace",
                       .role = Role::admin,
                       .is_verified = true,
                       .password_hash = hash,
                       .now = now};
    accounts.store().transact([&](Transaction& tx) { (void)tx.users().create_user(user); });
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

Auth& World::auth() noexcept { return parts_->accounts.auth(); }
Store& World::store() noexcept { return parts_->accounts.store(); }
const LiveSession& World::live() const noexcept { return *parts_->live; }
std::filesystem::path World::database() const { return parts_->folder.path() / "users.db"; }

}  // namespace coffeeauth::bench

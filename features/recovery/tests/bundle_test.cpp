// The feature in one line of standard::open().

#include "coffeeauth/recovery/bundle.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "coffeeauth/sql/database.hpp"
#include "coffeeauth/sql/query.hpp"
#include "coffeeauth/standard/standard.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/fast_hasher.hpp"
#include "coffeeauth/testing/recording_mailer.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::recovery {
namespace {

constexpr const char* shop = "https://shop.example";

/// Opens accounts with the feature, in memory unless it is told otherwise.
struct Opened {
  testing::RecordingMailer mailer{};
  testing::FastHasher hasher{};

  standard::Accounts with(RecoveryOptions options, std::string public_url,
                          std::string database_url = "memory:") {
    return standard::open({.database_url = std::move(database_url),
                           .secret_key = Secret{std::string(32, 'k')},
                           .public_url = std::move(public_url),
                           .bundles = {bundle(std::move(options))},
                           .hasher = &hasher,
                           .mailer = &mailer});
  }
};

RecoveryOptions own_urls() {
  return {.reset_url = "https://app.example/reset#{token}",
          .email_change_url = "https://app.example/email#{token}",
          .email_undo_url = "https://app.example/undo#{token}"};
}

int status_of(standard::Accounts& accounts, std::string target) {
  return accounts.api().handle({.method = "GET", .target = std::move(target)}).status;
}

TEST_CASE("the bundle brings its routes, its pages and its tables") {
  const testing::TemporaryFolder folder;
  for (const auto& url : {std::string{"memory:"}, sql::sqlite_url(folder.file("users.db"))}) {
    CAPTURE(url);
    Opened opened;
    auto accounts = opened.with({}, shop, url);
    CHECK(status_of(accounts, "/account/forgot") == 200);
    CHECK(accounts.api().openapi().find("/api/auth/password-reset/confirm") != std::string::npos);
    if (url == "memory:") continue;
    CHECK(sql::query(accounts.store(),
                     {"SELECT count(*) FROM feature_migrations WHERE feature = 'recovery'", "n"})
              .front()
              .number(0) >= 1);
  }
}

TEST_CASE("a bundle whose links would lead nowhere is refused, with what to do") {
  Opened opened;
  std::string said;
  try {
    static_cast<void>(opened.with({}, ""));
  } catch (const std::invalid_argument& refusal) {
    said = refusal.what();
  }
  CAPTURE(said);
  CHECK(said.starts_with("public_url: "));
  CHECK(said.find("reset_url") != std::string::npos);

  // A URL for some links is not enough; one for each is.
  auto options = own_urls();
  options.email_undo_url.clear();
  CHECK_THROWS_AS(static_cast<void>(opened.with(options, "")), std::invalid_argument);
  CHECK_NOTHROW(static_cast<void>(opened.with(own_urls(), "")));
  CHECK_NOTHROW(static_cast<void>(opened.with({.public_url = shop}, "")));
}

TEST_CASE("a program that is configured by text is told of the setting") {
  CHECK(bundle()->why_off({}).starts_with("neither PUBLIC_URL nor all of "));
  CHECK(bundle()->why_off({.public_url = shop}).empty());
  CHECK(bundle(own_urls())->why_off({}).empty());
}

TEST_CASE("options that cannot be are refused in the name of the bundle") {
  Opened opened;
  auto options = own_urls();
  options.reset_url = "https://app.example/reset";
  std::string said;
  try {
    static_cast<void>(opened.with(options, shop));
  } catch (const std::invalid_argument& refusal) {
    said = refusal.what();
  }
  CHECK(said.starts_with("bundles: recovery: PASSWORD_RESET_URL: "));
}

TEST_CASE("a bundle belongs to one Auth") {
  Opened opened;
  const auto once = bundle({.public_url = shop});
  const auto options = [&] {
    return standard::Options{.database_url = "memory:",
                             .secret_key = Secret{std::string(32, 'k')},
                             .bundles = {once},
                             .hasher = &opened.hasher,
                             .mailer = &opened.mailer};
  };
  const auto accounts = standard::open(options());
  CHECK_THROWS_AS(static_cast<void>(standard::open(options())), std::logic_error);
}

}  // namespace
}  // namespace coffeeauth::recovery

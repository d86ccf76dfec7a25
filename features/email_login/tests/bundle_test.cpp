// The feature in one line of standard::open().

#include "coffeeauth/email_login/bundle.hpp"

#include <stdexcept>
#include <string>
#include <utility>

#include "coffeeauth/email_login/email_login.hpp"
#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/sql/database.hpp"
#include "coffeeauth/sql/query.hpp"
#include "coffeeauth/standard/standard.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/fast_hasher.hpp"
#include "coffeeauth/testing/recording_mailer.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::email_login {
namespace {

constexpr const char* shop = "https://shop.example";
constexpr const char* own_url = "https://app.example/login#{token}";

/// Opens accounts with the feature, in memory unless it is told otherwise.
struct Opened {
  testing::RecordingMailer mailer{};
  testing::FastHasher hasher{};

  standard::Accounts with(standard::Bundles bundles, std::string public_url,
                          std::string database_url = "memory:") {
    return standard::open({.database_url = std::move(database_url),
                           .secret_key = Secret{std::string(32, 'k')},
                           .public_url = std::move(public_url),
                           .bundles = std::move(bundles),
                           .hasher = &hasher,
                           .mailer = &mailer});
  }
};

int status_of(standard::Accounts& accounts, std::string target) {
  return accounts.api().handle({.method = "GET", .target = std::move(target)}).status;
}

TEST_CASE("the bundle brings its routes, its page and its tables") {
  const testing::TemporaryFolder folder;
  for (const auto& url : {std::string{"memory:"}, sql::sqlite_url(folder.file("users.db"))}) {
    CAPTURE(url);
    Opened opened;
    auto accounts = opened.with({bundle({.enabled = true})}, shop, url);
    CHECK(status_of(accounts, "/account/email-login") == 200);
    CHECK(accounts.api().openapi().find("/api/auth/email-login/confirm") != std::string::npos);
    if (url == "memory:") continue;
    CHECK(sql::query(accounts.store(),
                     {"SELECT count(*) FROM feature_migrations WHERE feature = 'email_login'", "n"})
              .front()
              .number(0) == 1);
  }
}

TEST_CASE("it is off unless it is turned on, and then changes no document") {
  Opened opened;
  auto without = opened.with({}, shop);
  auto accounts = opened.with({bundle()}, shop);
  CHECK(status_of(accounts, "/account/email-login") == 404);
  CHECK(accounts.api().openapi() == without.api().openapi());
  CHECK(bundle()->why_off({}).empty());
}

TEST_CASE("a page of its own takes the place of the server's") {
  Opened opened;
  auto accounts = opened.with({bundle({.enabled = true, .url = own_url})}, "");
  CHECK(status_of(accounts, "/account/email-login") == 404);
  CHECK(accounts.api().openapi().find("/api/auth/email-login") != std::string::npos);
}

std::string url_with(EmailLoginOptions options, std::string login_page) {
  const auto store = memory::make_memory_store();
  const auto made = bundle(std::move(options));
  const auto& feature =
      made->open(*store, {.public_url = std::string{shop}, .login_page = std::move(login_page)});
  return dynamic_cast<const EmailLogin&>(feature).options().url;
}

TEST_CASE("the link leads to the login page of the program, unless it has none") {
  CHECK(url_with({.enabled = true}, "/sign/in") == "https://shop.example/sign/in#token={token}");
  CHECK(url_with({.enabled = true}, "").empty());
  CHECK(url_with({.enabled = true, .url = own_url}, "/sign/in") == own_url);
  CHECK(url_with({.enabled = true, .public_url = "https://a.example/b/"}, "/sign/in") ==
        "https://a.example/b/sign/in#token={token}");
}

TEST_CASE("a bundle whose link would lead nowhere is refused, with what to do") {
  Opened opened;
  std::string said;
  try {
    static_cast<void>(opened.with({bundle({.enabled = true})}, ""));
  } catch (const std::invalid_argument& refusal) {
    said = refusal.what();
  }
  CHECK(said.starts_with("public_url: "));
  CHECK(bundle({.enabled = true})
            ->why_off({})
            .starts_with("neither PUBLIC_URL nor EMAIL_LOGIN_URL is set"));
  CHECK(bundle({.enabled = true})->why_off({.public_url = shop}).empty());
}

TEST_CASE("a bundle belongs to one Auth") {
  Opened opened;
  const auto once = bundle();
  const auto accounts = opened.with({once}, shop);
  CHECK_THROWS_AS(static_cast<void>(opened.with({once}, shop)), std::logic_error);
}

}  // namespace
}  // namespace coffeeauth::email_login

// The room in one line of standard::open().

#include "coffeeauth/account_pages/bundle.hpp"

#include <string>
#include <utility>

#include "coffeeauth/standard/standard.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/fast_hasher.hpp"
#include "coffeeauth/testing/recording_mailer.hpp"

namespace coffeeauth::account_pages {
namespace {

int status_with(AccountPagesOptions options, std::string target) {
  testing::FastHasher hasher;
  testing::RecordingMailer mailer;
  auto accounts = standard::open({.database_url = "memory:",
                                  .secret_key = Secret{std::string(32, 'k')},
                                  .bundles = {bundle(options)},
                                  .hasher = &hasher,
                                  .mailer = &mailer});
  return accounts.api().handle({.method = "GET", .target = std::move(target)}).status;
}

TEST_CASE("the bundle of account pages brings them, unless they are switched off") {
  for (const auto* const page :
       {"/account/login", "/account/security", "/account/assets/client.js"}) {
    CAPTURE(page);
    CHECK(status_with({}, page) == 200);
    CHECK(status_with({.enabled = false}, page) == 404);
  }
}

TEST_CASE("the bundle names its login page where there is one") {
  CHECK(bundle()->login_page() == "/account/login");
  CHECK(bundle({.enabled = false})->login_page().empty());
  CHECK(standard::login_page_of({bundle({.enabled = false}), bundle()}) == "/account/login");
  CHECK(standard::login_page_of({}).empty());
}

TEST_CASE("account pages are switched off by their setting") {
  AccountPagesOptions options;
  auto all = fields(options);
  REQUIRE(all.size() == 1);
  CHECK(all.front().name == "ACCOUNT_SECURITY_PAGES");
  CHECK(all.front().set("false"));
  CHECK_FALSE(options.enabled);
}

TEST_CASE("a bundle of account pages stores nothing and mails nothing") {
  const auto made = bundle();
  CHECK(made->name() == "account_pages");
  CHECK(made->mails().empty());
  CHECK(made->commands().empty());
  const auto tables = made->migrations();
  CHECK(tables.sqlite.empty());
  CHECK(tables.postgresql.empty());
}

}  // namespace
}  // namespace coffeeauth::account_pages

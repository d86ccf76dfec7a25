#pragma once
/// bundle(): the feature `email_login` with its settings, tables, mail and routes, in one line of
/// standard::Options: `.public_url = "https://example.com", .bundles = {email_login::bundle({
/// .enabled = true})}`. Needs the component `email_login_standard` and its target
/// `coffeeauth::email_login_standard`.

#include <memory>

#include "coffeeauth/email_login/options.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/standard/bundle.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace email_login {

/// Creates the bundle for standard::Options::bundles. Its tickets are stored in the program's
/// store, which must be a SQL store or a memory store. If EmailLoginOptions::public_url is empty,
/// standard::Options::public_url is used; if both and EmailLoginOptions::url are empty, and the
/// feature is enabled, standard::open() throws. If EmailLoginOptions::url is empty and another
/// bundle has a login page, as account_pages::bundle() does, the link leads there.
[[nodiscard]] std::shared_ptr<standard::Bundle> bundle(EmailLoginOptions options = {});

}  // namespace email_login
}  // namespace coffeeauth

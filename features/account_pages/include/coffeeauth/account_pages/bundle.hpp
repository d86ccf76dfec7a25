#pragma once
/// bundle(): the room `account_pages` with its setting and its pages, in one line of
/// standard::Options: `.bundles = {account_pages::bundle()}`. Needs the component
/// `account_pages_standard` and its target `coffeeauth::account_pages_standard`.

#include <memory>

#include "coffeeauth/account_pages/options.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/standard/bundle.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace account_pages {

/// Creates the bundle for standard::Options::bundles. It stores nothing.
[[nodiscard]] std::shared_ptr<standard::Bundle> bundle(AccountPagesOptions options = {});

}  // namespace account_pages
}  // namespace coffeeauth

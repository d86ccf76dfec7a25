#pragma once
/// Settings of the room account_pages.

#include <vector>

#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace account_pages {

/// What an operator can change.
struct AccountPagesOptions {
  /// Whether there are pages at all.
  bool enabled = true;
};

/// The settings, for programs configured by text. Borrows `options`.
[[nodiscard]] std::vector<ConfigField> fields(AccountPagesOptions& options);

}  // namespace account_pages
}  // namespace coffeeauth

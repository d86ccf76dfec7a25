#pragma once
/// bundle(): the feature `second_factor` with its settings, tables, mails and routes, in one line
/// of standard::Options: `.bundles = {second_factor::bundle()}`. Needs the component
/// `second_factor_standard` and its target `coffeeauth::second_factor_standard`.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/second_factor/options.hpp"
#include "coffeeauth/standard/bundle.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace second_factor {

/// Creates the bundle for standard::Options::bundles. Its rows are stored in the program's store,
/// which must be a SQL store or a memory store. Codes are hashed by OpenSSL.
[[nodiscard]] std::shared_ptr<standard::Bundle> bundle(SecondFactorOptions options = {});

}  // namespace second_factor
}  // namespace coffeeauth

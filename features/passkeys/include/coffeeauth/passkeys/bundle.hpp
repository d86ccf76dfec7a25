#pragma once
/// bundle(): the feature `passkeys` with its settings, tables, mails and routes, in one line of
/// standard::Options: `.public_url = "https://example.com", .bundles = {passkeys::bundle()}`. Needs
/// the component `passkeys_standard` and its target `coffeeauth::passkeys_standard`.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/passkeys/options.hpp"
#include "coffeeauth/standard/bundle.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace passkeys {

/// Creates the bundle for standard::Options::bundles. Its passkeys are stored in the program's
/// store, which must be a SQL store or a memory store; signatures are verified by OpenSSL. If
/// PasskeyOptions::public_url is empty, standard::Options::public_url is used. Without
/// PasskeyOptions::rp_id its host must be a domain: if it is missing or an IP address,
/// standard::open() throws.
[[nodiscard]] std::shared_ptr<standard::Bundle> bundle(PasskeyOptions options = {});

}  // namespace passkeys
}  // namespace coffeeauth

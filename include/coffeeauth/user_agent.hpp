#pragma once
/// What a User-Agent field reveals about a client.

#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Returns browser and system in words that are the same in every language: `Firefox, Linux`. Empty
/// if neither is known. Contains no part of the field itself, which the client can choose.
[[nodiscard]] std::string client_words(std::string_view user_agent);

/// Returns what stays the same across versions of a client, for comparisons: the name of the first
/// product (RFC 9110 10.1.5) in lower case, and client_words(). Empty for an empty field.
///
/// Clients choose the field themselves, so an equal family proves nothing.
[[nodiscard]] std::string client_family(std::string_view user_agent);

}  // namespace coffeeauth

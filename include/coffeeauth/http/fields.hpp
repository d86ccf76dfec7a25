#pragma once
/// Reads validated bodies and queries into value types, for handlers of routes. Pure functions.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json_fwd.hpp>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"
#include "coffeeauth/language.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/verification_code.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// Whether the body has the member `name`.
[[nodiscard]] bool has_field(const nlohmann::json& body, const char* name);

/// Returns a string member as a view into `body`; empty when absent. Precondition: the route's
/// schema declares it a string.
[[nodiscard]] std::string_view text_of(const nlohmann::json& body, const char* name);

/// Returns a boolean member; nothing when absent. Precondition: the schema declares it one.
[[nodiscard]] std::optional<bool> flag_of(const nlohmann::json& body, const char* name);

/// Returns an integer member; nothing when absent. Precondition: the schema declares it one.
[[nodiscard]] std::optional<std::int64_t> integer_of(const nlohmann::json& body, const char* name);

/// Parses a code sent as a string or a number. Precondition: the member is present, and the schema
/// (schemas::verification_code()) admitted it. Errors: of VerificationCode::parse().
[[nodiscard]] Result<VerificationCode> code_of(const nlohmann::json& body, const char* name);

/// Parses an optional code.
[[nodiscard]] Result<std::optional<VerificationCode>> optional_code(const nlohmann::json& body,
                                                                    const char* name);

/// Parses an optional name of a person with parse_name().
[[nodiscard]] Result<std::optional<std::string>> optional_name(const nlohmann::json& body,
                                                               const char* name);

/// Parses an optional language with Language::parse(); `null` gives an empty Language.
[[nodiscard]] Result<std::optional<Language>> optional_language(const nlohmann::json& body,
                                                                const char* name);

/// Parses an optional string member with `parse`; nothing when absent.
template <class T, class Parse>
[[nodiscard]] Result<std::optional<T>> optional_field(const nlohmann::json& body, const char* name,
                                                      Parse&& parse) {
  if (!has_field(body, name)) return std::optional<T>{};
  Result<T> parsed = parse(text_of(body, name));
  if (!parsed) return parsed.error();
  return std::optional<T>{*std::move(parsed)};
}

/// Merges the errors of all results into one Error, so that a user can correct all fields at once;
/// nothing when all results have values. The code is that of the first error.
template <class... T>
[[nodiscard]] std::optional<Error> combined_error(const Result<T>&... results) {
  std::optional<Error> combined;
  const auto add = [&](const auto& result) {
    if (result) return;
    const Error& error = result.error();
    if (!combined) {
      combined = error;
    } else {
      combined->fields.insert(combined->fields.end(), error.fields.begin(), error.fields.end());
    }
  };
  (add(results), ...);
  return combined;
}

/// Returns a query or path parameter as a view into `parameters`; empty when absent.
[[nodiscard]] std::string_view query_text(const Parameters& parameters,
                                          std::string_view name) noexcept;

/// Returns a boolean parameter; nothing when absent or empty. Precondition: the schema declares it.
[[nodiscard]] std::optional<bool> query_flag(const Parameters& parameters,
                                             std::string_view name) noexcept;

/// Returns a whole number, or `otherwise` when it is absent or empty; too large numbers become the
/// largest std::size_t. Precondition: the schema declares a non-negative integer.
[[nodiscard]] std::size_t query_number(const Parameters& parameters, std::string_view name,
                                       std::size_t otherwise) noexcept;

}  // namespace http
}  // namespace coffeeauth

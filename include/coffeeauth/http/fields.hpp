#pragma once
/// Reading validated bodies and queries into value types, for handlers of routes.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <nlohmann/json_fwd.hpp>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/route.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/verification_code.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// Whether the body has that member.
[[nodiscard]] bool has_field(const nlohmann::json& body, const char* name);

/// The text of a member; empty when it is absent. Points into `body`. Precondition: the route's
/// schema made it a string.
[[nodiscard]] std::string_view text_of(const nlohmann::json& body, const char* name);

/// A boolean member; nothing when it is absent. Precondition: the schema made it one.
[[nodiscard]] std::optional<bool> flag_of(const nlohmann::json& body, const char* name);

/// An integer member; nothing when it is absent. Precondition: the schema made it one.
[[nodiscard]] std::optional<std::int64_t> integer_of(const nlohmann::json& body, const char* name);

/// A code that came as a text or as a number. Precondition: the member is there, and the schema
/// (schemas::verification_code()) made it one of the two.
[[nodiscard]] Result<VerificationCode> code_of(const nlohmann::json& body, const char* name);

/// A code that may be absent.
[[nodiscard]] Result<std::optional<VerificationCode>> optional_code(const nlohmann::json& body,
                                                                    const char* name);

/// A name of a person (parse_name()) that may be absent.
[[nodiscard]] Result<std::optional<std::string>> optional_name(const nlohmann::json& body,
                                                               const char* name);

/// A text that may be absent, parsed by `parse` when it is there: nothing, or its Result's value.
template <class T, class Parse>
[[nodiscard]] Result<std::optional<T>> optional_field(const nlohmann::json& body, const char* name,
                                                      Parse&& parse) {
  if (!has_field(body, name)) return std::optional<T>{};
  Result<T> parsed = parse(text_of(body, name));
  if (!parsed) return parsed.error();
  return std::optional<T>{*std::move(parsed)};
}

/// What is wrong with any of the results, all in one Error, so that a person can mend all at once;
/// nothing when each has a value. The code is that of the first.
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

/// A parameter of a query or of the path; empty when it is absent. Points into `parameters`.
[[nodiscard]] std::string_view query_text(const Parameters& parameters,
                                          std::string_view name) noexcept;

/// A boolean of a query; nothing when it is absent or empty. Precondition: the schema made it one.
[[nodiscard]] std::optional<bool> query_flag(const Parameters& parameters,
                                             std::string_view name) noexcept;

/// A whole number of a query, or `otherwise` when it is absent or empty; the largest number there
/// is for one that is larger. Precondition: the schema made it a number of 0 or more.
[[nodiscard]] std::size_t query_number(const Parameters& parameters, std::string_view name,
                                       std::size_t otherwise) noexcept;

}  // namespace http
}  // namespace coffeeauth

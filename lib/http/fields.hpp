#pragma once
/// Reading validated bodies into value types. Private to the library.

#include <cstdint>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "coffeeauth/email_address.hpp"
#include "coffeeauth/password.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/user_service.hpp"
#include "coffeeauth/verification_code.hpp"

namespace coffeeauth::http {

/// The text of a member; empty when it is absent. Precondition: the schema made it a string.
[[nodiscard]] inline std::string_view text_of(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() ? std::string_view{found->get_ref<const std::string&>()}
                             : std::string_view{};
}

/// A code that came as a text or as a number. Precondition: the schema made it one of the two.
[[nodiscard]] inline Result<VerificationCode> code_of(const nlohmann::json& body,
                                                      const char* name) {
  const auto& member = body.at(name);
  return member.is_number_integer() ? VerificationCode::parse_number(member.get<std::int64_t>())
                                    : VerificationCode::parse(text_of(body, name));
}

/// The same where it may be absent.
[[nodiscard]] inline Result<std::optional<VerificationCode>> optional_code(
    const nlohmann::json& body, const char* name) {
  if (!body.contains(name)) return std::optional<VerificationCode>{};
  auto code = code_of(body, name);
  if (!code) return code.error();
  return std::optional<VerificationCode>{*std::move(code)};
}

/// A member that may be absent.
[[nodiscard]] inline std::optional<bool> flag_of(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() ? std::optional{found->get<bool>()} : std::nullopt;
}

/// The same for an integer.
[[nodiscard]] inline std::optional<std::int64_t> integer_of(const nlohmann::json& body,
                                                            const char* name) {
  const auto found = body.find(name);
  return found != body.end() ? std::optional{found->get<std::int64_t>()} : std::nullopt;
}

/// A member that may be absent, parsed by `parse` when it is there: nothing, or its Result's value.
template <class T, class Parse>
[[nodiscard]] Result<std::optional<T>> optional_field(const nlohmann::json& body, const char* name,
                                                      Parse&& parse) {
  if (!body.contains(name)) return std::optional<T>{};
  Result<T> parsed = parse(text_of(body, name));
  if (!parsed) return parsed.error();
  return std::optional<T>{*std::move(parsed)};
}

[[nodiscard]] inline Result<std::optional<std::string>> optional_name(const nlohmann::json& body,
                                                                      const char* name) {
  return optional_field<std::string>(body, name,
                                     [&](std::string_view text) { return parse_name(name, text); });
}

/// What is wrong with any of them, all in one Error, so that a person can mend all at once;
/// nothing when they are all there.
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

}  // namespace coffeeauth::http

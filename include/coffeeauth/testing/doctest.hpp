#pragma once
/// doctest for tests of code that uses coffeeauth: assertions about a Result, and texts for errors,
/// identifiers, times and durations, for which doctest alone prints `{?}`.
///
/// Needs doctest 2.4, which the component `contracts` provides. Include this header instead of
/// <doctest/doctest.h> in every source file of a test program, because they all share doctest's
/// templates. It never prints the value of a Result, which may be a secret.
///
/// ```cpp
/// const auto login = auth.sessions().log_in(credentials, client);
/// REQUIRE_OK(login);                                            // else: invalid_credentials == ok
/// CHECK_ERROR(users.get(stranger), ErrorCode::not_found);       // else: ok == not_found
/// ```

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <utility>

#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/ids.hpp"
#include "coffeeauth/language.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// Returns a duration as a count with its unit: `250 ms`, `15 s`, `2 d`.
template <class Rep, class Period>
[[nodiscard]] std::string describe(std::chrono::duration<Rep, Period> duration) {
  std::string unit = "[" + std::to_string(Period::num) + "/" + std::to_string(Period::den) + "] s";
  if (std::ratio_equal_v<Period, std::nano>) unit = "ns";
  if (std::ratio_equal_v<Period, std::micro>) unit = "us";
  if (std::ratio_equal_v<Period, std::milli>) unit = "ms";
  if (std::ratio_equal_v<Period, std::ratio<1>>) unit = "s";
  if (std::ratio_equal_v<Period, std::ratio<60>>) unit = "min";
  if (std::ratio_equal_v<Period, std::ratio<3'600>>) unit = "h";
  if (std::ratio_equal_v<Period, std::ratio<86'400>>) unit = "d";
  return std::to_string(duration.count()) + " " + unit;
}

/// Returns an error as its word, fields, retry_after and detail: `validation_failed (email:
/// invalid)`, `rate_limited (retry after 15 s)`.
[[nodiscard]] inline std::string describe(const Error& error) {
  std::string more;
  const auto add = [&more](const std::string& text) { more += (more.empty() ? "" : "; ") + text; };
  for (const auto& field : error.fields) add(field.field + ": " + field.code);
  if (error.retry_after) add("retry after " + describe(*error.retry_after));
  if (!error.detail.empty()) add(error.detail);
  std::string text{wire_name(error.code)};
  if (!more.empty()) text += " (" + more + ")";
  return text;
}

/// The success side of an Outcome, to compare it with.
struct Ok {};
/// The only value of Ok.
inline constexpr Ok ok{};

/// Whether a Result has a value, or which error it has. Does not contain the value.
class Outcome {
 public:
  /// The outcome of a Result with a value.
  Outcome() = default;
  /// The outcome of a Result with `error`.
  explicit Outcome(Error error) : error_(std::move(error)) {}

  /// Returns `ok`, or describe() of the error.
  [[nodiscard]] std::string str() const { return error_ ? describe(*error_) : "ok"; }

  /// Whether there is a value.
  friend bool operator==(const Outcome& outcome, Ok) { return !outcome.error_; }
  /// Whether there is an error with that code, whatever its other members are.
  friend bool operator==(const Outcome& outcome, const ErrorCode& code) {
    return outcome.error_ && outcome.error_->code == code;
  }

 private:
  std::optional<Error> error_;
};

/// Returns the outcome of a call, for the assertions below.
template <class T>
[[nodiscard]] Outcome outcome(const Result<T>& result) {
  return result.has_value() ? Outcome{} : Outcome{result.error()};
}

}  // namespace testing

/// Found by doctest through argument-dependent lookup.
inline doctest::String toString(const ErrorCode& code) {  // NOLINT(readability-identifier-naming)
  return std::string{wire_name(code)}.c_str();
}

}  // namespace coffeeauth

/// The texts that failed assertions print.
namespace doctest {

/// Prints an error with its details.
template <>
struct StringMaker<coffeeauth::Error> {
  /// The text of describe().
  static String convert(const coffeeauth::Error& error) {
    return coffeeauth::testing::describe(error).c_str();
  }
};

/// Prints `ok`, or the error.
template <>
struct StringMaker<coffeeauth::testing::Outcome> {
  /// The text of Outcome::str().
  static String convert(const coffeeauth::testing::Outcome& outcome) {
    return outcome.str().c_str();
  }
};

/// Prints the value that an Outcome is compared with.
template <>
struct StringMaker<coffeeauth::testing::Ok> {
  /// Always `ok`.
  static String convert(const coffeeauth::testing::Ok&) { return "ok"; }
};

/// Prints a Result as its outcome.
template <class T>
struct StringMaker<coffeeauth::Result<T>> {
  /// `ok` without the value, or the error.
  static String convert(const coffeeauth::Result<T>& result) {
    return coffeeauth::testing::outcome(result).str().c_str();
  }
};

/// Prints an identifier in its canonical form.
template <class Tag>
struct StringMaker<coffeeauth::Id<Tag>> {
  /// 36 characters.
  static String convert(const coffeeauth::Id<Tag>& id) { return id.str().c_str(); }
};

/// Prints a language as its tag.
template <>
struct StringMaker<coffeeauth::Language> {
  /// `unknown` where there is none.
  static String convert(const coffeeauth::Language& language) {
    return language.empty() ? "unknown" : language.tag().c_str();
  }
};

/// Prints a time in RFC 3339.
template <>
struct StringMaker<coffeeauth::UtcTime> {
  /// In UTC, with milliseconds.
  static String convert(const coffeeauth::UtcTime& time) {
    return coffeeauth::to_rfc3339(time).c_str();
  }
};

/// Prints a duration as a count with its unit.
template <class Rep, class Period>
struct StringMaker<std::chrono::duration<Rep, Period>> {
  /// `15 s`.
  static String convert(const std::chrono::duration<Rep, Period>& duration) {
    return coffeeauth::testing::describe(duration).c_str();
  }
};

/// Prints an optional value, such as `Error::retry_after`.
template <class T>
struct StringMaker<std::optional<T>> {
  /// The value as doctest prints it, or `nothing`.
  static String convert(const std::optional<T>& value) {
    return value ? toString(*value) : String{"nothing"};
  }
};

}  // namespace doctest

// NOLINTBEGIN(readability-identifier-naming): named as doctest's own.

/// Fails unless the Result has a value; prints its error.
#define COFFEEAUTH_CHECK_OK(...) \
  DOCTEST_CHECK(::coffeeauth::testing::outcome(__VA_ARGS__) == ::coffeeauth::testing::ok)
/// Like CHECK_OK, but ends the test case when it fails.
#define COFFEEAUTH_REQUIRE_OK(...) \
  DOCTEST_REQUIRE(::coffeeauth::testing::outcome(__VA_ARGS__) == ::coffeeauth::testing::ok)
/// Fails unless the Result has an error with that code; prints what it has.
#define COFFEEAUTH_CHECK_ERROR(result, ...) \
  DOCTEST_CHECK(::coffeeauth::testing::outcome(result) == (__VA_ARGS__))
/// Like CHECK_ERROR, but ends the test case when it fails.
#define COFFEEAUTH_REQUIRE_ERROR(result, ...) \
  DOCTEST_REQUIRE(::coffeeauth::testing::outcome(result) == (__VA_ARGS__))

#ifndef DOCTEST_CONFIG_NO_SHORT_MACRO_NAMES
#define CHECK_OK COFFEEAUTH_CHECK_OK
#define REQUIRE_OK COFFEEAUTH_REQUIRE_OK
#define CHECK_ERROR COFFEEAUTH_CHECK_ERROR
#define REQUIRE_ERROR COFFEEAUTH_REQUIRE_ERROR
#endif

// NOLINTEND(readability-identifier-naming)

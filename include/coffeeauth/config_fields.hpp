#pragma once
/// ConfigField: one setting by name, for code that reads or shows settings as text (environment,
/// env file, command line, documentation).
///
/// The library, the server and every feature list their settings in the same way: a function that
/// takes the struct of options and returns one field for each member.
///
///     struct Options { std::chrono::seconds lifetime{1h}; bool enabled = true; };
///
///     std::vector<ConfigField> fields(Options& options) {
///       return {field("RESET_LIFETIME", "How long a reset link is valid", options.lifetime,
///                     {5min, 24h}),
///               field("RESET_ENABLED", "Whether passwords can be reset.", options.enabled)};
///     }

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "coffeeauth/config.hpp"
#include "coffeeauth/export.hpp"
#include "coffeeauth/mail_templates.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/value_text.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// One setting, bound to a member of an options struct that must outlive it and must not move.
///
/// Plain data: field() makes the usual kinds; fill it in by hand for other kinds of values. As
/// thread-safe as access to the member it is bound to.
struct ConfigField {
  /// The name in the environment: `CODE_LIFETIME`.
  std::string name;
  /// What the setting does and its range, in one sentence: "How long a verification code is valid;
  /// 5min to 1d."
  std::string description;
  /// What a value must be, as in "must be ...": `true or false`, `1 to 10`, `an address`.
  std::string expects;
  /// Returns the current value as text that set() accepts. Secrets are masked.
  std::function<std::string()> get;
  /// Parses a value. Returns false and changes nothing when the text is malformed or too large for
  /// the member's type. A value out of range is stored, and check() reports it.
  std::function<bool(std::string_view)> set;
  /// Validates the current value by itself. May be empty.
  std::function<std::optional<FieldError>()> check{};
  /// Validates the current value against other fields. May be empty; called only when check()
  /// reports nothing.
  std::function<std::optional<FieldError>()> rule{};
  /// Whether the value may be a secret: blanks are preserved, and it may be read from a file.
  bool secret = false;
  /// Previous name of the setting, read when the current name is not set. Empty when there is none.
  std::string older_name{};
};

/// An inclusive range of values.
template <class Value>
struct Range {
  /// The smallest value allowed.
  Value least;
  /// The largest value allowed.
  Value most;
};

/// A word that names a value of an enum.
template <class Enum>
struct Word {
  /// The word, read in any letter case.
  std::string_view word;
  /// The enumerator it names.
  Enum value;
};

/// Allowed length of a text, in octets.
struct TextLength {
  /// The minimum; 0 allows an empty text.
  std::size_t least = 1;
  /// The maximum.
  std::size_t most = 200;
};

/// Parses a value and returns it as it is to be stored, or nothing when the text is malformed.
using TextReader = std::function<std::optional<std::string>(std::string_view)>;

namespace detail {
/// Returns the description of a field: `description` itself when it ends with a full stop,
/// otherwise with the range appended.
[[nodiscard]] std::string with_range(std::string description, std::string_view range);
/// Joins words with commas, and the last two with ` or `.
[[nodiscard]] std::string one_of(std::span<const std::string_view> words);
/// Returns `a duration of 5min to 1d, in whole seconds`.
[[nodiscard]] std::string duration_expectation(std::string_view range,
                                               std::chrono::milliseconds unit);
/// Returns the error `must be ...` on the field `name`.
[[nodiscard]] FieldError must_be(std::string_view name, std::string_view code,
                                 std::string_view expects);

/// Returns a check that reports a value outside of `range` as `out_of_range`.
template <class Value>
std::function<std::optional<FieldError>()> range_check(std::string name, std::string expects,
                                                       const Value& value, Range<Value> range) {
  return [name = std::move(name), expects = std::move(expects), &value,
          range]() -> std::optional<FieldError> {
    if (value >= range.least && value <= range.most) return std::nullopt;
    return must_be(name, "out_of_range", expects);
  };
}
}  // namespace detail

/// Makes a field for a boolean.
[[nodiscard]] ConfigField field(std::string name, std::string description, bool& value);

/// Makes a field for a whole number. The range is appended to a description that does not end with
/// a full stop; likewise for durations.
template <WholeNumber Number>
[[nodiscard]] ConfigField field(std::string name, std::string description, Number& value,
                                Range<std::type_identity_t<Number>> range) {
  const auto text = std::to_string(range.least) + " to " + std::to_string(range.most);
  auto check = detail::range_check<Number>(name, text, value, range);
  return {.name = std::move(name),
          .description = detail::with_range(std::move(description), text),
          .expects = text,
          .get = [&value] { return std::to_string(value); },
          .set =
              [&value](std::string_view given) {
                const auto number = parse_number<Number>(given);
                if (number) value = *number;
                return number.has_value();
              },
          .check = std::move(check)};
}

/// Makes a field for an optional whole number; get() returns an empty text when it is not set.
template <WholeNumber Number>
[[nodiscard]] ConfigField field(std::string name, std::string description,
                                std::optional<Number>& value,
                                Range<std::type_identity_t<Number>> range) {
  const auto text = std::to_string(range.least) + " to " + std::to_string(range.most);
  auto check = [name, text, &value, range]() -> std::optional<FieldError> {
    if (!value || (*value >= range.least && *value <= range.most)) return std::nullopt;
    return detail::must_be(name, "out_of_range", text);
  };
  return {.name = std::move(name),
          .description = detail::with_range(std::move(description), text),
          .expects = text,
          .get = [&value] { return value ? std::to_string(*value) : std::string{}; },
          .set =
              [&value](std::string_view given) {
                const auto number = parse_number<Number>(given);
                if (number) value = number;
                return number.has_value();
              },
          .check = std::move(check)};
}

/// Makes a field for a duration in milliseconds or a coarser unit. A text that is not a whole
/// number of that unit is malformed: rounding would change the value silently.
template <class Rep, class Period>
[[nodiscard]] ConfigField field(
    std::string name, std::string description, std::chrono::duration<Rep, Period>& value,
    Range<std::type_identity_t<std::chrono::duration<Rep, Period>>> range) {
  using Duration = std::chrono::duration<Rep, Period>;
  using std::chrono::milliseconds;
  static_assert(std::ratio_divide<Period, std::milli>::den == 1,
                "milliseconds are the finest unit");
  const auto text = to_duration_text(range.least) + " to " + to_duration_text(range.most);
  auto expects = detail::duration_expectation(text, milliseconds{Duration{1}});
  auto check = detail::range_check<Duration>(name, expects, value, range);
  return {.name = std::move(name),
          .description = detail::with_range(std::move(description), text),
          .expects = std::move(expects),
          .get = [&value] { return to_duration_text(value); },
          .set =
              [&value](std::string_view given) {
                const auto read = parse_duration(given);
                if (!read || *read % milliseconds{Duration{1}} != milliseconds{0}) return false;
                value = std::chrono::duration_cast<Duration>(*read);
                return true;
              },
          .check = std::move(check)};
}

/// Makes a field for an enum. The words must outlive the field, as literals do.
template <class Enum>
requires std::is_enum_v<Enum>
[[nodiscard]] ConfigField field(std::string name, std::string description, Enum& value,
                                std::vector<Word<std::type_identity_t<Enum>>> words) {
  std::vector<std::string_view> names;
  for (const auto& each : words) names.push_back(each.word);
  auto expects = detail::one_of(names);
  const auto word_of = [words](Enum wanted) {
    const auto found = std::find_if(words.begin(), words.end(),
                                    [&](const auto& each) { return each.value == wanted; });
    return found == words.end() ? std::string{} : std::string{found->word};
  };
  auto check = [name, expects, word_of, &value]() -> std::optional<FieldError> {
    if (!word_of(value).empty()) return std::nullopt;
    return detail::must_be(name, "invalid", expects);
  };
  return {.name = std::move(name),
          .description = std::move(description),
          .expects = std::move(expects),
          .get = [word_of, &value] { return word_of(value); },
          .set =
              [words, &value](std::string_view given) {
                const auto found = std::find_if(words.begin(), words.end(), [&](const auto& each) {
                  return is_word(given, each.word);
                });
                if (found == words.end()) return false;
                value = found->value;
                return true;
              },
          .check = std::move(check)};
}

/// Makes a field for text: UTF-8 without control characters. Blanks are preserved.
[[nodiscard]] ConfigField field(std::string name, std::string description, std::string& value,
                                TextLength length = {});

/// Makes a field for text that `read` parses.
[[nodiscard]] ConfigField field(std::string name, std::string description, std::string& value,
                                TextReader read, std::string expects);

/// Makes a field for a comma-separated list; one part that `read` rejects makes the list malformed.
[[nodiscard]] ConfigField field(std::string name, std::string description,
                                std::vector<std::string>& value, TextReader read,
                                std::string expects);

/// Makes a field for a secret that satisfies `is_good`; messages never quote a rejected one.
[[nodiscard]] ConfigField field(std::string name, std::string description, Secret& value,
                                std::function<bool(std::string_view)> is_good, std::string expects);
/// Makes a field for several secrets that satisfy `is_good`: one on each line if the text has
/// several lines, so that a secret in a file may contain commas; else separated by commas and
/// trimmed.
[[nodiscard]] ConfigField field(std::string name, std::string description,
                                std::vector<Secret>& values,
                                std::function<bool(std::string_view)> is_good, std::string expects);

/// Makes a field for a URL that parse_url() accepts. It may contain a password, so it is a secret;
/// the password is masked when it is shown.
[[nodiscard]] ConfigField url_field(std::string name, std::string description, std::string& value);

/// Adds a rule between fields: `field` must be `expects` (`at least CODE_LIFETIME`), which `holds`
/// decides. Existing rules of the field are checked first.
[[nodiscard]] ConfigField with_rule(ConfigField field, std::string expects,
                                    std::function<bool()> holds);

/// Sets the field. Error: validation_failed on its name, code `invalid`; the message says what is
/// expected and does not quote `text`.
[[nodiscard]] Result<void> set_field(const ConfigField& field, std::string_view text);
/// Sets the field called `name`. Errors: as above, or code `unknown_field`.
[[nodiscard]] Result<void> set_field(std::span<const ConfigField> fields, std::string_view name,
                                     std::string_view text);

/// Validates the current values: one entry for each invalid field, fields out of their own range
/// first. Empty when all are valid.
[[nodiscard]] std::vector<FieldError> validate(std::span<const ConfigField> fields);
/// Throws std::invalid_argument for the first entry of validate(), if there is one: the name of the
/// field, a colon and what is wrong. For options that an embedder passes to a feature.
void require_valid(std::span<const ConfigField> fields);

/// Returns a field for each policy number of `config`, in its order. `config` must outlive the
/// fields and must not move.
[[nodiscard]] std::vector<ConfigField> config_fields(Config& config);

/// Checks that NoticeConfig::left_out contains only notices of the library or of `further`; returns
/// the error, if any. Auth calls it with the mails of its features. A program that reads settings
/// from text can call it earlier.
[[nodiscard]] std::optional<FieldError> check_notices(const NoticeConfig& notices,
                                                      const std::vector<MailKind>& further);

}  // namespace coffeeauth

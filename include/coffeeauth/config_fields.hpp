#pragma once
/// ConfigField: one setting by name, for whatever reads or shows settings as text (environment, env
/// file, command line, documentation).
///
/// The library, the server and every feature list their settings in the same way: a function that
/// takes the struct of options and returns one field for each member.
///
///     struct Options { std::chrono::seconds lifetime{1h}; bool enabled = true; };
///
///     std::vector<ConfigField> fields(Options& options) {
///       return {field("RESET_LIFETIME", "How long a reset link is good", options.lifetime,
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
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"
#include "coffeeauth/value_text.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// One setting, bound to a member of an options struct, which must outlive it and stay where it is.
///
/// Plain data: field() makes the usual ones, and a value of another kind can be filled in by hand.
/// A field is as safe to call from several threads as the member it is bound to.
struct ConfigField {
  /// The name in the environment: `CODE_LIFETIME`.
  std::string name;
  /// What it is and what it may be, in one sentence: "How long a verification code is good; 5min to
  /// 1d."
  std::string description;
  /// What a value must be, without the verb: `true or false`, `1 to 10`, `an address`.
  std::string expects;
  /// Returns the present value as text that set() reads back. A secret is masked.
  std::function<std::string()> get;
  /// Reads a value. Returns false, and changes nothing, when the text is malformed or too large for
  /// the member's type. A value that is merely out of its range is stored, and check() complains.
  std::function<bool(std::string_view)> set;
  /// Returns what is wrong with the present value by itself. May be empty.
  std::function<std::optional<FieldError>()> check{};
  /// Returns what is wrong with the present value beside those of other fields. May be empty; asked
  /// only when check() finds nothing.
  std::function<std::optional<FieldError>()> rule{};
  /// Whether the value may hold a secret: it keeps its blanks, and may come from a file.
  bool secret = false;
  /// An earlier name of the setting, read when the present one is not set. Empty when there is
  /// none.
  std::string older_name{};
};

/// The least and the most that a value may be, both allowed.
template <class Value>
struct Range {
  /// The smallest value allowed.
  Value least;
  /// The largest value allowed.
  Value most;
};

/// One of the words that name the values of an enum.
template <class Enum>
struct Word {
  /// The word, read in any letter case.
  std::string_view word;
  /// The enumerator it names.
  Enum value;
};

/// How long a text may be, in octets.
struct TextLength {
  /// 0 when the text may be empty.
  std::size_t least = 1;
  /// The most octets allowed.
  std::size_t most = 200;
};

/// Reads one value from text and returns it as it is kept, or nothing when it is malformed.
using TextReader = std::function<std::optional<std::string>(std::string_view)>;

namespace detail {
/// The sentence of a field: `description` itself when it ends with a full stop, and else followed
/// by the range.
[[nodiscard]] std::string with_range(std::string description, std::string_view range);
/// ` or ` before the last of them, and commas before the others.
[[nodiscard]] std::string one_of(std::span<const std::string_view> words);
/// `a duration of 5min to 1d, in whole seconds`.
[[nodiscard]] std::string duration_expectation(std::string_view range,
                                               std::chrono::milliseconds unit);
/// `must be ...`, on the field `name`.
[[nodiscard]] FieldError must_be(std::string_view name, std::string_view code,
                                 std::string_view expects);

/// A check that complains, as out of range, about a value that is outside of `range`.
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

/// A switch.
[[nodiscard]] ConfigField field(std::string name, std::string description, bool& value);

/// A whole number. The range is added to a description that does not end with a full stop; so it is
/// for durations.
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

/// A whole number that need not be there; get() returns an empty text for none.
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

/// A duration in milliseconds or a coarser unit. A text that is no whole number of that unit is
/// malformed: cut to one, it would be another value than the one that was written.
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

/// One of several words. The words must outlive the field, as literals do.
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

/// Text for people or tokens: UTF-8 without control characters. Its blanks count.
[[nodiscard]] ConfigField field(std::string name, std::string description, std::string& value,
                                TextLength length = {});

/// Text that `read` understands.
[[nodiscard]] ConfigField field(std::string name, std::string description, std::string& value,
                                TextReader read, std::string expects);

/// A list with commas, whose parts `read` understands; one that it does not makes all malformed.
[[nodiscard]] ConfigField field(std::string name, std::string description,
                                std::vector<std::string>& value, TextReader read,
                                std::string expects);

/// A secret that `is_good`; others are malformed, and no message quotes them.
[[nodiscard]] ConfigField field(std::string name, std::string description, Secret& value,
                                std::function<bool(std::string_view)> is_good, std::string expects);
/// Several secrets, each of which `is_good`: one a line where the text has lines, so that one in a
/// file may hold a comma; else with commas between them, and the blanks around each do not count.
[[nodiscard]] ConfigField field(std::string name, std::string description,
                                std::vector<Secret>& values,
                                std::function<bool(std::string_view)> is_good, std::string expects);

/// A URL that parse_url() reads. It may hold a password, so it is a secret, shown with the password
/// masked.
[[nodiscard]] ConfigField url_field(std::string name, std::string description, std::string& value);

/// Adds a rule between fields: `field` must be `expects` (`at least CODE_LIFETIME`), which `holds`
/// decides. Rules that it had before are asked first.
[[nodiscard]] ConfigField with_rule(ConfigField field, std::string expects,
                                    std::function<bool()> holds);

/// Sets the field. Errors: validation_failed on its name with code `invalid` and a message that
/// says what is expected and does not quote `text`.
[[nodiscard]] Result<void> set_field(const ConfigField& field, std::string_view text);
/// Sets the field of that name. Errors: as above, or code `unknown_field`.
[[nodiscard]] Result<void> set_field(std::span<const ConfigField> fields, std::string_view name,
                                     std::string_view text);

/// Returns what is wrong with the present values: one entry for each bad field, those out of their
/// own range first. Empty when all is well.
[[nodiscard]] std::vector<FieldError> validate(std::span<const ConfigField> fields);

/// Every policy number of `config`, in its order. `config` must outlive the fields and stay where
/// it is.
[[nodiscard]] std::vector<ConfigField> config_fields(Config& config);

}  // namespace coffeeauth

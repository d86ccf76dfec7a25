#pragma once
/// How a row of the field table is made from a path into Config. Private to the library.

#include <chrono>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "lib/config/field_table.hpp"
#include "lib/config/field_text.hpp"

namespace coffeeauth {

/// Follows pointers to members: `follow(config, &Config::codes, &CodeConfig::attempts)`.
template <class Object, class Member>
auto& follow(Object& object, Member member) {
  return object.*member;
}
template <class Object, class Member, class... Rest>
auto& follow(Object& object, Member member, Rest... rest) {
  return follow(object.*member, rest...);
}

/// A way from Config to one of its values.
template <class... Members>
auto path(Members... members) {
  return [members...](auto& config) -> auto& { return follow(config, members...); };
}

template <class Path>
using ValueAt = std::remove_cvref_t<std::invoke_result_t<Path, Config&>>;

template <class Value>
constexpr std::string_view expectation() {
  if constexpr (std::is_same_v<Value, bool>) {
    return "true or false";
  } else if constexpr (std::is_same_v<Value, std::size_t>) {
    return "a whole number";
  } else if constexpr (std::is_same_v<Value, std::string>) {
    return "some text";
  } else if constexpr (std::is_same_v<Value, SigningAlgorithm>) {
    return "ES256, EdDSA, RS256 or HS256";
  } else if constexpr (std::is_same_v<Value, std::chrono::seconds>) {
    return "a duration such as 90s, 10min, 1h or 14d";
  } else {
    return "a duration such as 500ms, 90s or 10min";
  }
}

/// A row that no value by itself is wrong for.
template <class Path>
FieldRow row(std::string_view name, std::string description, Path at) {
  const auto get = [at](const Config& config) { return config_text::write(at(config)); };
  const auto set = [at](Config& config, std::string_view text) {
    return config_text::read(text, at(config));
  };
  return {.field = {.name = name,
                    .description = std::move(description),
                    .expects = expectation<ValueAt<Path>>(),
                    .get = get,
                    .set = set},
          .check = [](const Config&) { return std::nullopt; }};
}

/// A row with a range; it becomes part of the description.
template <class Path>
FieldRow row(std::string_view name, std::string_view description, Path at, ValueAt<Path> least,
             ValueAt<Path> most) {
  const auto range = config_text::write(least) + " to " + config_text::write(most);
  auto made = row(name, std::string{description} + "; " + range + ".", at);
  made.check = [=](const Config& config) -> std::optional<FieldError> {
    if (at(config) >= least && at(config) <= most) return std::nullopt;
    return FieldError{std::string{name}, "out_of_range", "must be " + range};
  };
  return made;
}

}  // namespace coffeeauth

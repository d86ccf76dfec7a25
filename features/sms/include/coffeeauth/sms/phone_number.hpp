#pragma once
/// PhoneNumber and SmsPrefixes: numbers that text messages may be sent to.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

/// A phone number in the form of E.164: `+` and 7 to 15 digits, the first of which is not 0.
class PhoneNumber {
 public:
  /// Parses a typed number; spaces and `-` between the characters are ignored. Returns nothing for
  /// any other text.
  [[nodiscard]] static std::optional<PhoneNumber> parse(std::string_view typed);

  /// The number with the leading `+`, without separators.
  [[nodiscard]] const std::string& str() const noexcept { return text_; }
  /// The first and the last two digits, to recognise the number by: `+49…42`.
  [[nodiscard]] std::string hint() const;

  /// Compares the numbers.
  bool operator==(const PhoneNumber&) const = default;

 private:
  explicit PhoneNumber(std::string text) : text_(std::move(text)) {}

  std::string text_;
};

/// The beginnings of the numbers that are allowed.
class SmsPrefixes {
 public:
  /// Parses a list such as `+49,+43`; spaces around its parts are ignored. Returns nothing unless
  /// each part is `+` and 1 to 15 digits, the first of which is not 0. The empty list allows no
  /// number.
  [[nodiscard]] static std::optional<SmsPrefixes> parse(std::string_view list);

  /// Whether the number begins with one of them.
  [[nodiscard]] bool allow(const PhoneNumber& number) const;

 private:
  std::vector<std::string> prefixes_;
};

}  // namespace sms
}  // namespace coffeeauth

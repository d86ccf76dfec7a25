#pragma once
/// Language: a language tag, for mails to a person.

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "coffeeauth/export.hpp"
#include "coffeeauth/result.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A language tag (BCP 47) such as `de`, `pt-BR` or `zh-Hant-TW`; empty if the language is unknown.
///
/// A tag has a primary subtag of two or three letters, optionally a script of four letters and a
/// region of two letters or three digits, each in the case that RFC 5646 2.1.1 recommends; at most
/// 12 octets of ASCII. Whether the language exists is not checked: mails without text in it are
/// sent in English.
class Language {
 public:
  /// The longest text that parse() accepts: the buffer length of RFC 5646 4.4.1.
  static constexpr std::size_t max_length = 35;

  /// An unknown language.
  Language() = default;

  /// Parses a tag in any letter case. Further well-formed subtags (variants, extensions) are
  /// dropped, so that the tag of a browser can be passed on unchanged: `en-US-u-hc-h12` gives
  /// `en-US`. Errors: validation_failed on field `language` with code `required` (empty),
  /// `too_long` or `invalid`.
  [[nodiscard]] static Result<Language> parse(std::string_view typed);

  /// Restores a stored Language. Precondition: `tag` came from tag().
  [[nodiscard]] static Language restore(std::string tag);

  /// The tag; empty if the language is unknown.
  [[nodiscard]] const std::string& tag() const noexcept { return tag_; }
  /// Whether the language is unknown.
  [[nodiscard]] bool empty() const noexcept { return tag_.empty(); }

  /// Compares the tags.
  bool operator==(const Language&) const = default;

 private:
  explicit Language(std::string tag) : tag_(std::move(tag)) {}

  std::string tag_;
};

}  // namespace coffeeauth

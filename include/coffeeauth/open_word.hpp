#pragma once
/// OpenWord: the base of the open sets of words, such as EventKind and LimitScope.

#include <string_view>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A stable word of the set `Set`, which derives from it. Two are equal when their words are.
template <class Set>
class OpenWord {
 public:
  /// `word` must live as long as the program, as literals do.
  constexpr explicit OpenWord(std::string_view word) noexcept : word_(word) {}

  /// The word, as it is kept and sent.
  [[nodiscard]] constexpr std::string_view word() const noexcept { return word_; }

  /// Whether both have the same word.
  [[nodiscard]] friend constexpr bool operator==(const Set& a, const Set& b) noexcept {
    return a.word() == b.word();
  }

 private:
  std::string_view word_;
};

}  // namespace coffeeauth

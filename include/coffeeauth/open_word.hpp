#pragma once
/// OpenWord: the base class of open sets of words, such as EventKind and LimitScope.

#include <string_view>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A stable word of the set `Set`, which derives from this class. Compared by word.
template <class Set>
class OpenWord {
 public:
  /// `word` must live as long as the program, as literals do.
  constexpr explicit OpenWord(std::string_view word) noexcept : word_(word) {}

  /// The word, as it is stored and sent.
  [[nodiscard]] constexpr std::string_view word() const noexcept { return word_; }

  /// Compares the words.
  [[nodiscard]] friend constexpr bool operator==(const Set& a, const Set& b) noexcept {
    return a.word() == b.word();
  }

 private:
  std::string_view word_;
};

}  // namespace coffeeauth

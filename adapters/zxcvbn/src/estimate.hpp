#pragma once
/// What libzxcvbn says of a password, in types of our own.

#include <cstddef>
#include <string>
#include <vector>

namespace coffeeauth::zxcvbn {

/// What a part of a password is.
enum class PartKind {
  /// A word, name or common password.
  dictionary,
  /// The same with digits or signs in place of letters.
  altered_dictionary,
  own_word,
  repetition,
  sequence,
  row_of_keys,
  date,
  /// None of them: only trying all finds it.
  random,
};

struct Part {
  PartKind kind;
  /// In characters; of all its repetitions.
  std::size_t length;
  /// Whether it stands there several times in a row.
  bool is_repeated;
};

struct Estimate {
  /// The binary logarithm of the guesses.
  double bits = 0;
  /// In the order of the password.
  std::vector<Part> parts{};
};

/// Estimates; `own_words` as ranked by their order. Precondition: no NUL in any of them. Throws
/// std::bad_alloc.
[[nodiscard]] Estimate estimate(const std::string& password,
                                const std::vector<std::string>& own_words);

}  // namespace coffeeauth::zxcvbn

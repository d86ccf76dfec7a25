#pragma once
/// Passwords and words in the one byte a character that libzxcvbn reads.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/ports/password_judge.hpp"

namespace coffeeauth::zxcvbn {

/// How many characters are judged. libzxcvbn's search for rows of keys takes time with the fifth
/// power of the length: the worst found took 6 ms with 28 characters, 11 with 32, 2,700 with 100.
inline constexpr std::size_t judged_characters = 28;

/// Text that is wiped when it goes.
class Spelled {
 public:
  Spelled() = default;
  ~Spelled();
  Spelled(const Spelled&) = delete;
  Spelled& operator=(const Spelled&) = delete;

  /// The beginning of the password. ASCII as it was typed; with other characters the folded form,
  /// in which each of these is one byte above 0xAF: libzxcvbn counts bytes, and would take "ää" for
  /// four characters.
  std::string password{};
  /// Whether there is more of it than is judged.
  bool is_cut = false;
  /// The candidate's own words that are spelled with the characters of `password`.
  std::vector<std::string> own_words{};
};

/// Fills `out`, which is empty.
void spell(const PasswordCandidate& candidate, Spelled& out);

}  // namespace coffeeauth::zxcvbn

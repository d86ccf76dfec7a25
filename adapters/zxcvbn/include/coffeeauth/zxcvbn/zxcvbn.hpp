#pragma once
/// The PasswordJudge that estimates how many guesses a password takes, through libzxcvbn.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/password_judge.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace zxcvbn {

/// How strong a password has to be.
struct ZxcvbnOptions {
  /// The least strength, 0 to 4: at least 1, 10^3, 10^6, 10^8 or 10^10 guesses. 2 holds against
  /// whoever has to ask the service for each guess, 3 and 4 also against whoever stole the hashes.
  /// A password that is in a dictionary as a whole is refused at every strength.
  unsigned min_strength = 2;
};

/// Makes a judge that estimates the guesses as zxcvbn does: from dictionaries of common passwords,
/// English words and names, from the person's own words, and from dates, repetitions, sequences and
/// rows of keys. It refuses with `too_common`, `too_similar` or `too_weak`, and the message names
/// what the password is made of.
///
/// Judges the first 28 characters alone, because the cost grows with the fifth power of the length:
/// so it stays under 10 ms for any password, and far under 1 ms for nearly all. Knows words of
/// English only; of other scripts it sees repetitions and the person's own words. Never throws
/// Unavailable. Throws std::invalid_argument for a strength above 4.
[[nodiscard]] std::unique_ptr<PasswordJudge> make_zxcvbn_judge(const ZxcvbnOptions& options = {});

}  // namespace zxcvbn
}  // namespace coffeeauth

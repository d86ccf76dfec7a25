#pragma once
/// The PasswordJudge that estimates the number of guesses for a password, through libzxcvbn.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/password_judge.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace zxcvbn {

/// Options of the judge.
struct ZxcvbnOptions {
  /// The minimum strength, 0 to 4: at least 1, 10^3, 10^6, 10^8 or 10^10 guesses. 2 resists
  /// attackers who must ask the service for each guess; 3 and 4 also resist those who stole the
  /// hashes. A password that is a dictionary entry as a whole is rejected at every strength.
  unsigned min_strength = 2;
};

/// Makes a judge that estimates guesses as zxcvbn does: from dictionaries of common passwords,
/// English words and names, the owner's own words, dates, repetitions, sequences and keyboard rows.
/// It rejects with `too_common`, `too_similar` or `too_weak`, and the message names what the
/// password consists of.
///
/// Judges only the first 28 characters, because the cost grows with the fifth power of the length:
/// it stays below 10 ms for any password, and far below 1 ms for nearly all. Knows English words
/// only; in other scripts it detects repetitions and the owner's own words. The judge is
/// thread-safe and never throws Unavailable. Throws std::invalid_argument for a strength above 4.
[[nodiscard]] std::unique_ptr<PasswordJudge> make_zxcvbn_judge(const ZxcvbnOptions& options = {});

}  // namespace zxcvbn
}  // namespace coffeeauth

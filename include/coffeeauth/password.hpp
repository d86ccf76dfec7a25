#pragma once
/// Password and PasswordHash: what a user types, and what is stored of it.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A password as typed, in Unicode normalisation form KC (NIST SP 800-63B 3.1.1.2).
///
/// An instance guarantees: valid UTF-8, 1 to 128 code points after NFKC, never truncated, no
/// control characters. Whether it is good enough as a *new* password is decided by PasswordService;
/// a password given at login needs only these properties.
class Password {
 public:
  /// Normalises `typed`. Errors: validation_failed on `password` with code `required` (empty),
  /// `too_long` (more than 128 code points, or input too long to be normalised) or `invalid` (not
  /// UTF-8, or a control character). Thread-safe.
  [[nodiscard]] static Result<Password> parse(std::string_view typed);

  /// The normalised bytes, for a hasher or a block list.
  [[nodiscard]] std::string_view expose_secret() const& noexcept { return text_.expose_secret(); }
  /// Deleted: a view of a temporary would dangle.
  std::string_view expose_secret() const&& = delete;
  /// Length in code points after NFKC.
  [[nodiscard]] std::size_t code_points() const noexcept { return code_points_; }
  /// Returns a copy; explicit, like Secret::clone().
  [[nodiscard]] Password clone() const;

 private:
  Password(Secret text, std::size_t code_points)
      : text_(std::move(text)), code_points_(code_points) {}

  Secret text_;
  std::size_t code_points_ = 0;
};

/// A self-describing password hash, `$argon2id$v=19$m=19456,t=2,p=1$...` (PHC string format).
///
/// Cannot be printed; a Store reads and writes it with `phc()`. An empty hash never matches.
class PasswordHash {
 public:
  PasswordHash() = default;
  /// Restores a hash that a Store or a hasher wrote; not validated here.
  explicit PasswordHash(std::string phc) : phc_(std::move(phc)) {}

  /// The PHC string, for a Store to write. Do not log it.
  [[nodiscard]] const std::string& phc() const noexcept { return phc_; }
  /// Whether there is no hash: an account without a password.
  [[nodiscard]] bool empty() const noexcept { return phc_.empty(); }
  /// Compares in constant time.
  friend bool operator==(const PasswordHash& a, const PasswordHash& b) noexcept {
    return equal_in_constant_time(a.phc_, b.phc_);
  }

 private:
  std::string phc_;
};

/// The salt of one hash: 16 bytes, the length that libsodium's Argon2 requires.
using PasswordSalt = std::array<std::byte, 16>;

}  // namespace coffeeauth

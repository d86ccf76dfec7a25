#pragma once
/// Password and PasswordHash: what a person types, and what is kept of it.

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/result.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A password as a person typed it, in Unicode normalisation form KC (NIST SP 800-63B 3.1.1.2).
///
/// Holding one means: valid UTF-8, 1 to 128 code points after NFKC, never truncated, no control
/// characters. Whether it is *good enough* to be set is PasswordService's decision; one that is to
/// be checked at login only has to be this.
class Password {
 public:
  /// Normalises `typed`. Errors: validation_failed on field `password` with code `required`
  /// (empty), `too_long` (more than 128 code points, or input so long that it is not even
  /// normalised) or `invalid` (not UTF-8, or a control character).
  [[nodiscard]] static Result<Password> parse(std::string_view typed);

  /// The normalised bytes, for a hasher or a block list.
  [[nodiscard]] std::string_view expose_secret() const& noexcept { return text_.expose_secret(); }
  /// A temporary refuses it: the view would outlive what it looks at.
  std::string_view expose_secret() const&& = delete;
  /// Length in code points after NFKC.
  [[nodiscard]] std::size_t code_points() const noexcept { return code_points_; }
  /// A second holder of the same password, spelled out as Secret::clone() is.
  [[nodiscard]] Password clone() const;

 private:
  Password(Secret text, std::size_t code_points)
      : text_(std::move(text)), code_points_(code_points) {}

  Secret text_;
  std::size_t code_points_ = 0;
};

/// A self-describing password hash, `$argon2id$v=19$m=19456,t=2,p=1$...` (PHC string format).
///
/// Not printable; a Store reads and writes it with `phc()`. An empty one never matches.
class PasswordHash {
 public:
  PasswordHash() = default;
  /// One that a Store or a hasher wrote; not checked here.
  explicit PasswordHash(std::string phc) : phc_(std::move(phc)) {}

  /// The PHC string, for a Store to write. Not for logs.
  [[nodiscard]] const std::string& phc() const noexcept { return phc_; }
  /// Whether there is none: an account without a password.
  [[nodiscard]] bool empty() const noexcept { return phc_.empty(); }
  /// Equal in constant time.
  friend bool operator==(const PasswordHash& a, const PasswordHash& b) noexcept {
    return equal_in_constant_time(a.phc_, b.phc_);
  }

 private:
  std::string phc_;
};

/// The salt of one hash: 16 bytes, the length libsodium's Argon2 takes.
using PasswordSalt = std::array<std::byte, 16>;

}  // namespace coffeeauth

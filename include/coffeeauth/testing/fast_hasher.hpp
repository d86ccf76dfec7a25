#pragma once
/// FastHasher: instant password "hashes", for tests.

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/password_hasher.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace testing {

/// INSECURE: its hashes (`$fast$g=1$<salt>$<64 bits of FNV-1a>`) are trivial to reverse. For tests
/// only, where the tens of milliseconds of a real hasher would add up. Thread-safe.
class FastHasher final : public PasswordHasher {
 public:
  [[nodiscard]] PasswordHash hash(const Password& password, const PasswordSalt& salt) override;
  [[nodiscard]] PasswordVerdict verify(const Password& password,
                                       const PasswordHash& stored) override;
  [[nodiscard]] std::optional<PasswordHash> hash_like(const Password& password,
                                                      const PasswordHash& stored) override;
  [[nodiscard]] bool needs_rehash(const PasswordHash& stored) const noexcept override;
  [[nodiscard]] const PasswordHash& decoy() const noexcept override { return decoy_; }

  /// Makes all earlier hashes need a rehash.
  void raise_parameters() noexcept { ++generation_; }
  /// Makes the next `count` hashes and checks throw Unavailable, as with a full queue.
  void fail_next(std::size_t count = 1) noexcept { failures_ = count; }

  /// Number of hashes made, for tests that compare costs.
  [[nodiscard]] std::size_t hashes() const noexcept { return hashes_; }
  /// Number of passwords verified.
  [[nodiscard]] std::size_t verifies() const noexcept { return verifies_; }

 private:
  void fail_if_due();

  const PasswordHash decoy_{"$fast$g=0$$decoy"};
  std::atomic<std::uint64_t> generation_{1};
  std::atomic<std::size_t> failures_{0};
  std::atomic<std::size_t> hashes_{0};
  std::atomic<std::size_t> verifies_{0};
};

}  // namespace testing
}  // namespace coffeeauth

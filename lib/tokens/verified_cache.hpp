#pragma once
/// VerifiedCache: tokens whose signature need not be checked again. Private to the library.

#include <array>
#include <cstddef>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "coffeeauth/token.hpp"

namespace coffeeauth {

/// What was learnt when a token was verified.
struct VerifiedEntry {
  AccessClaims claims;
  /// The key that made it: gone, the entry is worth nothing.
  std::string kid;
  /// The session or the user stopped it: no longer any good, and not worth asking about again.
  bool is_stopped = false;
};

/// Bounded, least recently used out first. Holds hashes of tokens, never tokens, and only of tokens
/// that passed, so that a stranger can neither fill it nor find anything in it. Callable from any
/// thread: a few locks, each for a share of the tokens.
class VerifiedCache {
 public:
  /// 128 bits of SipHash-2-4 under a key that nobody else knows: without it, a token with the hash
  /// of another one can only be guessed, one try in 2^128. A third of what an unkeyed hash costs
  /// that has to withstand somebody who looks for collisions at home.
  using TokenHash = std::array<unsigned char, 16>;
  using HashKey = std::array<unsigned char, 16>;

  /// Holds at most `capacity` entries; 0 holds none.
  VerifiedCache(std::size_t capacity, const HashKey& key) noexcept;

  [[nodiscard]] TokenHash hash(std::string_view token) const noexcept;

  [[nodiscard]] std::optional<VerifiedEntry> find(const TokenHash& token);
  void put(const TokenHash& token, VerifiedEntry entry);
  /// Marks an entry, if there is one.
  void stop(const TokenHash& token);
  void erase(const TokenHash& token);
  /// How many there are; for tests and metrics.
  [[nodiscard]] std::size_t size() const;

 private:
  struct HashOfHash {
    std::size_t operator()(const TokenHash& token) const noexcept;
  };
  struct Item {
    TokenHash token;
    VerifiedEntry entry;
  };
  struct Shard {
    mutable std::mutex mutex;
    /// Last used in front.
    std::list<Item> items;
    std::unordered_map<TokenHash, std::list<Item>::iterator, HashOfHash> index;
  };
  static constexpr std::size_t shard_count = 16;

  [[nodiscard]] std::size_t shard_index(const TokenHash& token) const noexcept;
  [[nodiscard]] std::size_t room_in(std::size_t shard) const noexcept;

  const std::size_t capacity_;
  const HashKey key_;
  std::array<Shard, shard_count> shards_;
};

}  // namespace coffeeauth

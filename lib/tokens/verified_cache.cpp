#include "lib/tokens/verified_cache.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <tuple>

namespace coffeeauth {

static_assert(std::tuple_size_v<VerifiedCache::TokenHash> == crypto_shorthash_siphashx24_BYTES);
static_assert(std::tuple_size_v<VerifiedCache::HashKey> == crypto_shorthash_siphashx24_KEYBYTES);

VerifiedCache::VerifiedCache(std::size_t capacity, const HashKey& key) noexcept
    : capacity_(capacity), key_(key) {}

VerifiedCache::TokenHash VerifiedCache::hash(std::string_view token) const noexcept {
  TokenHash hash{};
  crypto_shorthash_siphashx24(hash.data(), reinterpret_cast<const unsigned char*>(token.data()),
                              token.size(), key_.data());
  return hash;
}

std::optional<VerifiedEntry> VerifiedCache::find(const TokenHash& token) {
  auto& shard = shards_.at(shard_index(token));
  const std::scoped_lock lock{shard.mutex};
  const auto found = shard.index.find(token);
  if (found == shard.index.end()) return std::nullopt;
  shard.items.splice(shard.items.begin(), shard.items, found->second);
  return found->second->entry;
}

void VerifiedCache::put(const TokenHash& token, VerifiedEntry entry) {
  const auto index = shard_index(token);
  const auto room = room_in(index);
  if (room == 0) return;
  auto& shard = shards_.at(index);
  const std::scoped_lock lock{shard.mutex};
  // Another thread may have verified the same token meanwhile; it says the same.
  if (shard.index.contains(token)) return;
  if (shard.items.size() == room) {
    shard.index.erase(shard.items.back().token);
    shard.items.pop_back();
  }
  shard.items.push_front({token, std::move(entry)});
  shard.index.emplace(token, shard.items.begin());
}

void VerifiedCache::stop(const TokenHash& token) {
  auto& shard = shards_.at(shard_index(token));
  const std::scoped_lock lock{shard.mutex};
  const auto found = shard.index.find(token);
  if (found != shard.index.end()) found->second->entry.is_stopped = true;
}

void VerifiedCache::erase(const TokenHash& token) {
  auto& shard = shards_.at(shard_index(token));
  const std::scoped_lock lock{shard.mutex};
  const auto found = shard.index.find(token);
  if (found == shard.index.end()) return;
  shard.items.erase(found->second);
  shard.index.erase(found);
}

std::size_t VerifiedCache::size() const {
  std::size_t total = 0;
  for (const auto& shard : shards_) {
    const std::scoped_lock lock{shard.mutex};
    total += shard.items.size();
  }
  return total;
}

std::size_t VerifiedCache::HashOfHash::operator()(const TokenHash& token) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, token.data(), sizeof value);
  return value;
}

std::size_t VerifiedCache::shard_index(const TokenHash& token) const noexcept {
  // Another byte than those HashOfHash takes, or each table would use a sixteenth of its buckets.
  return token.back() % shard_count;
}

std::size_t VerifiedCache::room_in(std::size_t shard) const noexcept {
  // The remainder goes to the first shards, so that the sum is the capacity itself.
  return capacity_ / shard_count + (shard < capacity_ % shard_count ? 1 : 0);
}

}  // namespace coffeeauth

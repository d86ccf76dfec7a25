#include "generations.hpp"

#include <random>

#include "client.hpp"
#include "coffeeauth/value_text.hpp"

namespace coffeeauth::redis {
namespace {

/// A generation nobody has seen. Random rather than counted: a counter that Redis evicted would
/// start again and make old values reachable.
std::uint64_t fresh_generation() {
  thread_local std::random_device device;
  const auto high = static_cast<std::uint64_t>(device()) << 32U;
  return (high | device()) >> 1U;
}

std::optional<CacheGeneration> parse_generation(const Reply& reply) {
  if (reply.kind != Reply::Kind::bulk) return std::nullopt;
  const auto value = parse_digits(reply.text);
  return value ? std::optional{CacheGeneration{*value}} : std::nullopt;
}

constexpr std::string_view get_or_set =
    "local v = redis.call('GET', KEYS[1]) "
    "if v then return v end "
    "redis.call('SET', KEYS[1], ARGV[1]) return ARGV[1]";

}  // namespace

std::optional<CacheGeneration> Generations::present(std::string_view tag) {
  if (!settle_for(tag)) return std::nullopt;
  const auto fresh = std::to_string(fresh_generation());
  const auto reply = client_.ask({"EVAL", get_or_set, "1", key_of(tag), fresh});
  return reply ? parse_generation(*reply) : std::nullopt;
}

void Generations::invalidate(std::string_view tag) {
  {
    const std::lock_guard lock{mutex_};
    owed_.insert_or_assign(std::string{tag}, ++debts_);
  }
  static_cast<void>(settle_for(tag));
}

void Generations::settle_some() { static_cast<void>(settle_for({})); }

std::string Generations::key_of(std::string_view tag) const {
  return client_.prefix() + "generation:" + std::string{tag};
}

bool Generations::settle(const Debt& debt) {
  const auto& [tag, number] = debt;
  if (!client_.ask({"SET", key_of(tag), std::to_string(fresh_generation())})) return false;
  const std::lock_guard lock{mutex_};
  // Only now, or another thread would meanwhile be told the old generation; and not if it was owed
  // once more meanwhile.
  const auto settled = owed_.find(tag);
  if (settled != owed_.end() && settled->second == number) owed_.erase(settled);
  return true;
}

bool Generations::settle_for(std::string_view tag) {
  for (const auto& debt : some_owed(tag)) {
    if (!settle(debt)) return debt.first != tag;
  }
  return true;
}

std::vector<Generations::Debt> Generations::some_owed(std::string_view tag) {
  constexpr std::size_t most_at_once = 8;
  std::vector<Debt> some;
  const std::lock_guard lock{mutex_};
  if (const auto own = owed_.find(tag); own != owed_.end()) some.emplace_back(*own);
  for (const auto& other : owed_) {
    if (some.size() >= most_at_once) break;
    if (other.first != tag) some.emplace_back(other);
  }
  return some;
}

}  // namespace coffeeauth::redis

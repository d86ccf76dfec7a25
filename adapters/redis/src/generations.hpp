#pragma once
/// Generations: which generation of a tag is the present one, and the invalidations that are owed.

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/ports/cache.hpp"

namespace coffeeauth::redis {

class PooledClient;

/// An invalidation that Redis does not take is owed, and made up for before this process is told a
/// generation of that tag again. Callable from any thread.
class Generations {
 public:
  explicit Generations(PooledClient& client) noexcept : client_(client) {}

  /// Nothing while Redis cannot be asked, or an invalidation of `tag` is owed.
  [[nodiscard]] std::optional<CacheGeneration> present(std::string_view tag);
  void invalidate(std::string_view tag);
  /// Makes up for some of what is owed. Other processes serve what is old until then, and this one
  /// may never be asked for those tags again.
  void settle_some();

 private:
  /// A tag, and the number of its debt.
  using Debt = std::pair<std::string, std::uint64_t>;

  [[nodiscard]] std::string key_of(std::string_view tag) const;
  [[nodiscard]] bool settle(const Debt& debt);
  /// The debt of `tag` first, and then some of the others. False while that of `tag` is owed.
  [[nodiscard]] bool settle_for(std::string_view tag);
  [[nodiscard]] std::vector<Debt> some_owed(std::string_view tag);

  PooledClient& client_;
  std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> owed_;
  std::uint64_t debts_ = 0;
};

}  // namespace coffeeauth::redis

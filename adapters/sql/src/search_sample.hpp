#pragma once
/// SearchSample: about how many users a search finds, without asking the database each time.

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "adapters/sql/src/pool.hpp"
#include "coffeeauth/user.hpp"

namespace coffeeauth::sql {

/// Users taken from all over the list. What a search finds among them says which way of finding all
/// is quick: along the order for what many match, by the index for what few do. Never more than a
/// choice of the way: a sample that is old or unlucky costs time and changes no result.
class SearchSample {
 public:
  /// What a filter finds.
  struct Estimate {
    std::size_t matches = 0;
    std::size_t looked_at = 0;
    /// Users in all.
    std::size_t total = 0;
    /// Those of the search's trigrams that narrow down whom the index finds: to compare the lists
    /// of more would cost more than to look at whom these find. Parts of the filter's search.
    std::vector<std::string_view> trigrams{};
    /// The search is no more than its only trigram: whoever has that matches.
    bool is_one_trigram = false;

    /// Whether enough were found to conclude anything from it.
    [[nodiscard]] bool is_common() const noexcept { return matches >= enough; }
    [[nodiscard]] double share() const noexcept {
      return looked_at == 0 ? 0 : static_cast<double>(matches) / static_cast<double>(looked_at);
    }
    [[nodiscard]] double expected() const noexcept { return share() * static_cast<double>(total); }

    static constexpr std::size_t enough = 8;
  };

  /// Precondition: the search of `filter` is folded. Takes the sample anew when it is too old.
  [[nodiscard]] Estimate estimate(const UserFilter& filter, Connection& connection);

 private:
  struct Row {
    std::string text;
    Role role;
    bool is_verified;
    bool is_active;
  };
  using RowNumbers = std::vector<std::uint32_t>;
  struct Sample {
    std::vector<Row> rows;
    std::size_t total = 0;
    /// Which of the rows, in order, have the trigram of that hash. One that shares its hash with
    /// another only seems to be more frequent than it is.
    std::unordered_map<std::size_t, RowNumbers> rows_with;
  };

  std::shared_ptr<const Sample> current(Connection& connection);
  static Sample take(Connection& connection);
  static void index_trigrams(Sample& sample);
  static const RowNumbers& rows_with(const Sample& sample, std::string_view trigram);
  static RowNumbers narrow(const Sample& sample, Estimate& estimate);

  std::mutex mutex_;
  std::shared_ptr<const Sample> sample_;
  std::chrono::steady_clock::time_point take_again_at_{};
};

}  // namespace coffeeauth::sql

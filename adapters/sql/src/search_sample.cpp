#include "adapters/sql/src/search_sample.hpp"

#include <algorithm>
#include <set>

#include "adapters/sql/src/trigrams.hpp"

namespace coffeeauth::sql {
namespace {

constexpr std::chrono::seconds lifetime{60};
constexpr std::size_t places = 20;
constexpr std::size_t rows_at_a_place = 100;
constexpr std::size_t most_trigrams = 3;

std::size_t hash_of(std::string_view trigram) { return std::hash<std::string_view>{}(trigram); }

const Sql total_sql{.text = "SELECT CAST(coalesce(sum(n), 0) AS BIGINT) FROM user_counts",
                    .columns = "n"};
// The ends apart, each from its own end of the index.
const Sql first_sql{.text = "SELECT date_joined FROM users ORDER BY date_joined, id LIMIT 1",
                    .columns = "n"};
const Sql last_sql{
    .text = "SELECT date_joined FROM users ORDER BY date_joined DESC, id DESC LIMIT 1",
    .columns = "n"};
const Sql place_sql{.text = R"(
  SELECT search_text, role, is_verified, is_active FROM users
  WHERE date_joined >= $1 ORDER BY date_joined, id LIMIT $2)",
                    .columns = "tnnn"};

}  // namespace

SearchSample::Estimate SearchSample::estimate(const UserFilter& filter, Connection& connection) {
  const auto sample = current(connection);
  Estimate estimate{.looked_at = sample->rows.size(),
                    .total = sample->total,
                    .trigrams = rarest(*sample, filter.search)};
  for (const auto& row : sample->rows) {
    const bool is_match = (!filter.role || *filter.role == row.role) &&
                          (!filter.is_verified || *filter.is_verified == row.is_verified) &&
                          (!filter.is_active || *filter.is_active == row.is_active) &&
                          row.text.find(filter.search) != std::string::npos;
    if (is_match) ++estimate.matches;
  }
  return estimate;
}

std::shared_ptr<const SearchSample::Sample> SearchSample::current(Connection& connection) {
  {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (sample_ && now < take_again_at_) return sample_;
    // One takes it, the others go on with the old one meanwhile.
    take_again_at_ = now + lifetime;
  }
  auto fresh = std::make_shared<const Sample>(take(connection));
  const std::lock_guard lock(mutex_);
  sample_ = std::move(fresh);
  return sample_;
}

SearchSample::Sample SearchSample::take(Connection& connection) {
  Sample sample;
  const auto first = connection.query_one(first_sql);
  const auto last = connection.query_one(last_sql);
  if (!first || !last) return sample;
  sample.total = static_cast<std::size_t>(connection.query(total_sql).front().number(0));
  sample.rows.reserve(places * rows_at_a_place);
  const auto step = (last->number(0) - first->number(0)) / static_cast<std::int64_t>(places);
  for (std::size_t place = 0; place < places; ++place) {
    const auto from = first->number(0) + step * static_cast<std::int64_t>(place);
    for (const auto& row : connection.query(place_sql, from, to_limit(rows_at_a_place))) {
      sample.rows.push_back(
          {row.text(0), row.flag(1) ? Role::admin : Role::user, row.flag(2), row.flag(3)});
    }
  }
  count_trigrams(sample);
  return sample;
}

void SearchSample::count_trigrams(Sample& sample) {
  for (const auto& row : sample.rows) {
    std::set<std::size_t> hashes;
    for (const auto trigram : trigrams_of(row.text)) hashes.insert(hash_of(trigram));
    for (const auto hash : hashes) ++sample.frequencies[hash];
  }
}

std::vector<std::string_view> SearchSample::rarest(const Sample& sample, std::string_view search) {
  auto trigrams = trigrams_of(search);
  std::vector<std::pair<std::size_t, std::size_t>> by_frequency;
  for (std::size_t i = 0; i < trigrams.size(); ++i) {
    const auto found = sample.frequencies.find(hash_of(trigrams[i]));
    by_frequency.emplace_back(found == sample.frequencies.end() ? 0 : found->second, i);
  }
  const auto used = std::min(by_frequency.size(), most_trigrams);
  std::partial_sort(by_frequency.begin(), by_frequency.begin() + static_cast<std::ptrdiff_t>(used),
                    by_frequency.end());
  std::vector<std::string_view> few;
  for (std::size_t i = 0; i < used; ++i) few.push_back(trigrams[by_frequency[i].second]);
  return few;
}

}  // namespace coffeeauth::sql

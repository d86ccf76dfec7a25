#include "adapters/sql/src/search_sample.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <utility>

#include "adapters/sql/src/trigrams.hpp"

namespace coffeeauth::sql {
namespace {

constexpr std::chrono::seconds lifetime{60};
constexpr std::size_t places = 100;
constexpr std::size_t rows_at_a_place = 50;
constexpr std::size_t most_trigrams = 3;
// What it costs to look at a row, in entries of the index that could be compared meanwhile.
constexpr double row_to_entry = 250;
// What a trigram may spare where the sample is too small to show it.
constexpr double unseen = 0.25;

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
                    .trigrams = trigrams_of(filter.search)};
  estimate.is_one_trigram = estimate.trigrams.size() == 1;
  for (const auto number : narrow(*sample, estimate)) {
    const auto& row = sample->rows[number];
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
  index_trigrams(sample);
  return sample;
}

void SearchSample::index_trigrams(Sample& sample) {
  for (std::uint32_t number = 0; number < sample.rows.size(); ++number) {
    for (const auto trigram : trigrams_of(sample.rows[number].text)) {
      auto& numbers = sample.rows_with[hash_of(trigram)];
      if (numbers.empty() || numbers.back() != number) numbers.push_back(number);
    }
  }
}

const SearchSample::RowNumbers& SearchSample::rows_with(const Sample& sample,
                                                        std::string_view trigram) {
  static const RowNumbers none;
  const auto found = sample.rows_with.find(hash_of(trigram));
  return found == sample.rows_with.end() ? none : found->second;
}

/// Leaves those trigrams that are worth their lists, from the rarest on; gives the rows with them.
SearchSample::RowNumbers SearchSample::narrow(const Sample& sample, Estimate& estimate) {
  auto trigrams = std::exchange(estimate.trigrams, {});
  RowNumbers rows;
  if (trigrams.empty()) {
    rows.resize(sample.rows.size());
    std::iota(rows.begin(), rows.end(), 0U);
  }
  std::stable_sort(trigrams.begin(), trigrams.end(), [&](const auto& one, const auto& other) {
    return rows_with(sample, one).size() < rows_with(sample, other).size();
  });
  for (const auto trigram : trigrams) {
    const auto& list = rows_with(sample, trigram);
    if (estimate.trigrams.empty()) {
      rows = list;
    } else {
      if (estimate.trigrams.size() == most_trigrams) break;
      RowNumbers both;
      std::set_intersection(rows.begin(), rows.end(), list.begin(), list.end(),
                            std::back_inserter(both));
      const auto spared = static_cast<double>(rows.size() - both.size()) + unseen;
      if (spared * row_to_entry < static_cast<double>(list.size())) continue;
      rows = std::move(both);
    }
    estimate.trigrams.push_back(trigram);
  }
  return rows;
}

}  // namespace coffeeauth::sql

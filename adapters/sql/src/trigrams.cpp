#include "adapters/sql/src/trigrams.hpp"

namespace coffeeauth::sql {
namespace {

constexpr std::size_t length = 3;

}  // namespace

std::vector<std::string_view> trigrams_of(std::string_view text) {
  // Where each character of UTF-8 begins, and the end.
  std::vector<std::size_t> at;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) at.push_back(i);
  }
  at.push_back(text.size());
  std::vector<std::string_view> found;
  for (std::size_t i = 0; i + length < at.size(); ++i) {
    found.push_back(text.substr(at[i], at[i + length] - at[i]));
  }
  return found;
}

std::string fts_query(const std::vector<std::string_view>& trigrams) {
  std::string query;
  for (const auto trigram : trigrams) {
    query += query.empty() ? "\"" : " AND \"";
    for (const char c : trigram) {
      if (c == '"') query += c;
      query += c;
    }
    query += '"';
  }
  return query;
}

std::string lines_of(const std::vector<std::string_view>& trigrams) {
  std::string lines;
  for (const auto trigram : trigrams) {
    if (!lines.empty()) lines += '\n';
    lines += trigram;
  }
  return lines;
}

}  // namespace coffeeauth::sql

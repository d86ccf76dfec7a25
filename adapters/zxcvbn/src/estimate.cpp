#include "estimate.hpp"

#include <zxcvbn.h>

#include <memory>
#include <string_view>

namespace coffeeauth::zxcvbn {
namespace {

PartKind kind_of(int type) {
  switch (type) {
    case DICTIONARY_MATCH:
      return PartKind::dictionary;
    case DICT_LEET_MATCH:
      return PartKind::altered_dictionary;
    case USER_MATCH:
    case USER_LEET_MATCH:
      return PartKind::own_word;
    case REPEATS_MATCH:
      return PartKind::repetition;
    case SEQUENCE_MATCH:
      return PartKind::sequence;
    case SPATIAL_MATCH:
      return PartKind::row_of_keys;
    case DATE_MATCH:
    case YEAR_MATCH:
      return PartKind::date;
    default:
      return PartKind::random;
  }
}

Part part_of(const ZxcMatch_t& match, std::string_view password) {
  const int type = match.Type;
  const auto text = password.substr(static_cast<std::size_t>(match.Begin),
                                    static_cast<std::size_t>(match.Length));
  // "aaaa" may be found as "a" or "aa" of the dictionaries, several times.
  if (text.size() > 1 && text.find_first_not_of(text.front()) == std::string_view::npos) {
    return {.kind = PartKind::repetition, .length = text.size(), .is_repeated = false};
  }
  return {.kind = kind_of(type % MULTIPLE_MATCH),
          .length = text.size(),
          .is_repeated = type >= MULTIPLE_MATCH};
}

struct FreeInfo {
  void operator()(ZxcMatch_t* matches) const noexcept { ZxcvbnFreeInfo(matches); }
};

}  // namespace

Estimate estimate(const std::string& password, const std::vector<std::string>& own_words) {
  std::vector<const char*> words;
  words.reserve(own_words.size() + 1);
  for (const auto& word : own_words) words.push_back(word.c_str());
  words.push_back(nullptr);

  ZxcMatch_t* matches = nullptr;
  Estimate result{.bits = ZxcvbnMatch(password.c_str(), words.data(), &matches)};
  const std::unique_ptr<ZxcMatch_t, FreeInfo> owner{matches};
  for (const auto* match = matches; match != nullptr; match = match->Next) {
    result.parts.push_back(part_of(*match, password));
  }
  return result;
}

}  // namespace coffeeauth::zxcvbn

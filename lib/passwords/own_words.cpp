#include "lib/passwords/own_words.hpp"

#include <algorithm>
#include <cstddef>

#include "lib/values/unicode.hpp"

namespace coffeeauth {
namespace {

/// In octets; shorter ones are part of half the passwords there are.
constexpr std::size_t least_word = 3;

/// The local part less what stands behind a `+`, where mail providers let people put anything.
std::string_view mailbox_of(std::string_view local_part) {
  return local_part.substr(0, local_part.find('+'));
}

/// Letters and digits; of every script, since all beyond ASCII counts as one.
bool is_of_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
         (static_cast<unsigned char>(c) & 0x80U);
}

void add(std::vector<std::string>& words, std::string_view word) {
  if (word.size() < least_word || std::find(words.begin(), words.end(), word) != words.end()) {
    return;
  }
  words.emplace_back(word);
}

void add_pieces(std::vector<std::string>& words, std::string_view folded) {
  while (!folded.empty()) {
    const auto size = static_cast<std::size_t>(
        std::find_if_not(folded.begin(), folded.end(), is_of_word) - folded.begin());
    add(words, folded.substr(0, size));
    folded.remove_prefix(std::min(size + 1, folded.size()));
  }
}

}  // namespace

std::vector<std::string> own_spellings(const PasswordOwner& owner) {
  const std::string first{owner.first_name};
  const std::string last{owner.last_name};
  const auto& email = owner.email;
  std::vector<std::string> spellings{email.canonical(),
                                     email.display(),
                                     std::string{email.local_part()},
                                     std::string{mailbox_of(email.local_part())},
                                     first,
                                     last,
                                     first + last,
                                     first + " " + last,
                                     last + first,
                                     last + " " + first};
  for (auto& spelling : spellings) spelling = unicode::fold(spelling);
  return spellings;
}

std::vector<std::string> own_words(std::vector<std::string> spellings,
                                   std::string_view service_name) {
  spellings.push_back(unicode::fold(service_name));
  std::vector<std::string> words;
  for (const auto& spelling : spellings) add(words, spelling);
  for (const auto& spelling : spellings) add_pieces(words, spelling);
  return words;
}

}  // namespace coffeeauth

#include "spelling.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include "coffeeauth/wipe.hpp"

namespace coffeeauth::zxcvbn {
namespace {

bool is_ascii(std::string_view text) {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return (static_cast<unsigned char>(c) & 0x80U) != 0; });
}

/// The next character of valid UTF-8 that is not empty.
std::string_view first_of(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0U) == 0x80U) ++size;
  return text.substr(0, size);
}

/// Which byte stands for which character beyond ASCII, by the order in which they came.
class Bytes {
 public:
  /// The byte for a character; nothing when it has none and `may_add` is false.
  std::optional<char> of(std::string_view character, bool may_add) {
    if (character.size() == 1) return character.front();
    const auto end = known_.begin() + static_cast<std::ptrdiff_t>(count_);
    auto found = std::find(known_.begin(), end, character);
    if (found == end) {
      if (!may_add || count_ == known_.size()) return std::nullopt;
      *found = character;
      ++count_;
    }
    // Below it are those by which libzxcvbn means three keys of British keyboards.
    constexpr int first_byte = 0xB0;
    return static_cast<char>(first_byte + (found - known_.begin()));
  }

 private:
  std::array<std::string_view, judged_characters> known_{};
  std::size_t count_ = 0;
};

}  // namespace

Spelled::~Spelled() { wipe(password); }

void spell(const PasswordCandidate& candidate, Spelled& out) {
  const auto typed = candidate.password.expose_secret();
  Bytes bytes;
  // So that it never grows, which would leave a copy behind.
  out.password.reserve(judged_characters);
  auto rest = is_ascii(typed) ? typed : candidate.folded;
  while (!rest.empty() && out.password.size() < judged_characters) {
    const auto character = first_of(rest);
    out.password += bytes.of(character, true).value_or('?');
    rest.remove_prefix(character.size());
  }
  out.is_cut = !rest.empty();

  for (const auto& word : candidate.own_words) {
    std::string spelled;
    for (auto left = std::string_view{word}; !left.empty();) {
      const auto character = first_of(left);
      const auto byte = bytes.of(character, false);
      if (!byte || spelled.size() == judged_characters) break;
      spelled += *byte;
      left.remove_prefix(character.size());
      if (left.empty()) out.own_words.push_back(std::move(spelled));
    }
  }
}

}  // namespace coffeeauth::zxcvbn

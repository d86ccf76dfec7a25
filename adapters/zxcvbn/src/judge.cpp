#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>
#include <string_view>

#include "coffeeauth/zxcvbn/zxcvbn.hpp"
#include "estimate.hpp"
#include "spelling.hpp"

namespace coffeeauth::zxcvbn {
namespace {

/// The binary logarithms of 1, 10^3, 10^6, 10^8 and 10^10 guesses.
constexpr std::array<double, 5> least_bits{0, 9.97, 19.93, 26.58, 33.22};

/// Shorter parts are by chance what they are called.
constexpr std::size_t least_named_part = 3;

/// As which a part of the password stands in the message; empty for one that it does not weaken.
std::string_view name_of(const Part& part) {
  if (part.length < least_named_part) return {};
  switch (part.kind) {
    case PartKind::dictionary:
      return "a common word or name";
    case PartKind::altered_dictionary:
      return "a common word or name with some characters replaced";
    case PartKind::own_word:
      return "your address or name, or the name of this service";
    case PartKind::repetition:
      return "repeated characters";
    case PartKind::sequence:
      return "a sequence like abc or 123";
    case PartKind::row_of_keys:
      return "keys that lie side by side";
    case PartKind::date:
      return "a date or year";
    case PartKind::random:
      break;
  }
  return {};
}

/// What weakens the password, each once, in its order.
std::string names_of(const std::vector<Part>& parts) {
  std::vector<std::string_view> names;
  const auto add = [&](std::string_view name) {
    if (name.empty() || std::find(names.begin(), names.end(), name) != names.end()) return;
    names.push_back(name);
  };
  for (const auto& part : parts) {
    add(name_of(part));
    if (part.is_repeated) add("repetitions");
  }
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? " and " : ", ";
    text += names[i];
  }
  return text;
}

std::size_t length_of_own_words(const std::vector<Part>& parts) {
  std::size_t length = 0;
  for (const auto& part : parts) {
    if (part.kind == PartKind::own_word) length += part.length;
  }
  return length;
}

PasswordWeakness too_common() {
  return {.code = "too_common", .message = "This password is too common."};
}

PasswordWeakness too_weak(const std::vector<Part>& parts) {
  const auto names = names_of(parts);
  if (names.empty()) {
    return {.code = "too_weak",
            .message =
                "This password is easy to guess: it is short and has characters of one kind "
                "only. Make it longer."};
  }
  return {.code = "too_weak",
          .message = "This password is easy to guess: it is made of " + names +
                     ". Add a few words that have nothing to do with it or with each other."};
}

class ZxcvbnJudge final : public PasswordJudge {
 public:
  explicit ZxcvbnJudge(const ZxcvbnOptions& options) {
    if (options.min_strength >= least_bits.size()) {
      throw std::invalid_argument("coffeeauth: ZxcvbnOptions::min_strength is 0 to 4");
    }
    least_bits_ = least_bits[options.min_strength];
  }

  [[nodiscard]] std::optional<PasswordWeakness> weakness(
      const PasswordCandidate& candidate) override {
    Spelled spelled;
    spell(candidate, spelled);
    const auto found = estimate(spelled.password, spelled.own_words);
    const bool is_one_part =
        found.parts.size() == 1 && !found.parts.front().is_repeated && !spelled.is_cut;
    if (is_one_part && found.parts.front().kind == PartKind::dictionary) return too_common();
    if (found.bits >= least_bits_) return std::nullopt;
    if (is_one_part && found.parts.front().kind == PartKind::altered_dictionary) {
      return too_common();
    }
    if (2 * length_of_own_words(found.parts) >= spelled.password.size()) {
      return PasswordWeakness{.code = "too_similar",
                              .message = "The password is too similar to your address or name."};
    }
    return too_weak(found.parts);
  }

 private:
  double least_bits_ = 0;
};

}  // namespace

std::unique_ptr<PasswordJudge> make_zxcvbn_judge(const ZxcvbnOptions& options) {
  return std::make_unique<ZxcvbnJudge>(options);
}

}  // namespace coffeeauth::zxcvbn

// A million tokens that differ a little from good ones, in the ways that attackers and bugs know.

#include "coffeeauth/testing/doctest.hpp"

#include <array>
#include <functional>
#include <random>
#include <set>

#include "coffeeauth/crypto/crypto.hpp"
#include "tests/exposed.hpp"
#include "tests/sanitized.hpp"
#include "tests/unit/tokens/fixture.hpp"

using namespace coffeeauth;

namespace {

// A signature takes so long that a sanitizer sees a few thousand of each kind and no more.
constexpr std::size_t tokens_each = testing::sanitized ? 5'000 : 250'000;

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

std::string joined(const TokenParts& parts) {
  return parts.header + "." + parts.payload + "." + parts.signature;
}

/// The same sequence in every run.
class Mutator {
 public:
  explicit Mutator(std::vector<std::string> genuine)
      : genuine_(std::move(genuine)), known_(genuine_.begin(), genuine_.end()) {}

  /// A token that nobody signed.
  std::string next() {
    static constexpr std::array mutations{
        &Mutator::with_other_characters, &Mutator::with_other_octets,
        &Mutator::of_another_length,     &Mutator::cut,
        &Mutator::of_two_tokens,         &Mutator::with_another_bit,
        &Mutator::with_another_word,     &Mutator::spelt_otherwise};
    for (;;) {
      auto token = std::invoke(mutations.at(below(mutations.size())), this);
      if (!known_.contains(token)) return token;
    }
  }

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  const std::string& any() { return genuine_[below(genuine_.size())]; }
  char letter() { return alphabet[below(alphabet.size())]; }
  char octet() { return static_cast<char>(below(256)); }
  std::string& part_of(TokenParts& parts) {
    return *std::array{&parts.header, &parts.payload, &parts.signature}.at(below(3));
  }

  std::string with_other_characters() {
    auto token = any();
    for (auto edits = 1 + below(3); edits > 0; --edits) token[below(token.size())] = letter();
    return token;
  }
  std::string with_other_octets() {
    auto token = any();
    token[below(token.size())] = octet();
    return token;
  }
  std::string of_another_length() {
    auto token = any();
    const auto at = below(token.size());
    if (below(2) == 0) return token.erase(at, 1 + below(4));
    return token.insert(at, 1 + below(4), letter());
  }
  std::string cut() { return any().substr(0, below(any().size())); }
  std::string of_two_tokens() {
    TokenParts parts{any()};
    TokenParts other{any()};
    part_of(parts) = part_of(other);
    return joined(parts);
  }
  /// One bit of what is signed, or of the signature, and all of it well encoded.
  std::string with_another_bit() {
    TokenParts parts{any()};
    auto& part = part_of(parts);
    auto bytes = base64url_decode(part).value();
    auto& byte = bytes[below(bytes.size())];
    byte = static_cast<char>(static_cast<unsigned char>(byte) ^ (1U << below(8)));
    part = base64url_encode(bytes);
    return joined(parts);
  }
  /// Another algorithm, type, role, or date, where the token has one.
  std::string with_another_word() {
    struct Change {
      std::string_view from;
      std::string_view to;
    };
    static constexpr std::array<Change, 9> changes{{{"\"alg\":\"", "\"alg\":\"none\",\"x\":\""},
                                                    {"\"alg\":\"", "\"alg\":\"HS256\",\"x\":\""},
                                                    {"at+jwt", "JWT"},
                                                    {"at+jwt", "AT+JWT"},
                                                    {"\"role\":\"user\"", "\"role\":\"admin\""},
                                                    {"\"exp\":1", "\"exp\":2"},
                                                    {"\"ver\":7", "\"ver\":8"},
                                                    {"{", "{ "},
                                                    {"}", ",\"crit\":[]}"}}};
    TokenParts parts{any()};
    const auto& change = changes.at(below(changes.size()));
    for (auto* const part : {&parts.header, &parts.payload}) {
      auto text = base64url_decode(*part).value();
      const auto at = text.find(change.from);
      if (at != std::string::npos) text.replace(at, change.from.size(), change.to);
      *part = base64url_encode(text);
    }
    if (below(8) == 0) parts.signature.clear();
    return joined(parts);
  }
  /// What lenient decoders read as the same octets.
  std::string spelt_otherwise() {
    TokenParts parts{any()};
    auto& part = part_of(parts);
    auto& character = part[below(part.size())];
    switch (below(5)) {
      case 0:
        return joined(parts) + "=";
      case 1:
        character = static_cast<char>(character | 0x80);
        break;
      case 2:
        part.insert(below(part.size()), 1, "\n \t="[below(4)]);
        break;
      case 3:
        part.back() = alphabet[(alphabet.find(part.back()) ^ 1U) % 64];
        break;
      default:
        for (auto& c : part) c = c == '-' ? '+' : c == '_' ? '/' : c;
    }
    return joined(parts);
  }

  std::mt19937_64 random_{20260115};
  std::vector<std::string> genuine_;
  std::set<std::string, std::less<>> known_;
};

/// How many mutated tokens the service of one algorithm accepts.
std::size_t accepted_of(SigningAlgorithm algorithm) {
  TokenWorld world{algorithm, crypto::make_openssl_keys()};
  const auto service = world.service();
  std::vector<std::string> genuine;
  for (int i = 0; i < 8; ++i) {
    genuine.emplace_back(exposed(service->issue(world.live())));
  }
  Mutator mutator{genuine};
  std::size_t accepted = 0;
  for (std::size_t i = 0; i < tokens_each; ++i) {
    if (service->verify(mutator.next()).has_value()) ++accepted;
  }
  for (const auto& token : genuine) CHECK_OK(service->verify(token));
  return accepted;
}

}  // namespace

TEST_CASE("of a million mutated tokens none is accepted") {
  std::size_t tried = 0;
  for (const auto algorithm : {SigningAlgorithm::es256, SigningAlgorithm::eddsa,
                               SigningAlgorithm::rs256, SigningAlgorithm::hs256}) {
    CAPTURE(wire_name(algorithm));
    CHECK(accepted_of(algorithm) == 0);
    tried += tokens_each;
  }
  MESSAGE(tried << " mutated tokens");
}

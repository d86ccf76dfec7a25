#include <array>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "coffeeauth/testing/doctest.hpp"
#include "coffeeauth/testing/manual_clock.hpp"
#include "coffeeauth/testing/test_auth.hpp"
// The challenge is the room's own.
#include "features/passkeys/src/challenge.hpp"

namespace coffeeauth::passkeys {
namespace {

using namespace std::chrono_literals;

constexpr std::array ceremonies{Ceremony::create, Ceremony::login, Ceremony::second,
                                Ceremony::step_up};

/// Challenges of one service.
struct Maker {
  [[nodiscard]] UtcTime now() { return t.clock().now(); }
  [[nodiscard]] std::string make(Ceremony ceremony, std::string_view subject = "ada") {
    return make_challenge(*sealer, t.random(), ceremony, subject, now() + 10min);
  }
  [[nodiscard]] bool accepts(std::string_view challenge, Ceremony ceremony,
                             std::string_view subject = "ada") {
    return expiry_of(*sealer, challenge, ceremony, subject, now()).has_value();
  }

  testing::TestAuth t;
  std::unique_ptr<Sealer> sealer = t.auth().kernel().sealer("passkeys");
};

TEST_CASE("a challenge is good for its ceremony and subject alone") {
  Maker m;
  for (const auto ceremony : ceremonies) {
    const auto challenge = m.make(ceremony);
    for (const auto other : ceremonies) {
      CHECK(m.accepts(challenge, other) == (other == ceremony));
    }
    CHECK_FALSE(m.accepts(challenge, ceremony, "bob"));
    CHECK_FALSE(m.accepts(challenge, ceremony, ""));
    CHECK_FALSE(m.accepts(challenge, ceremony, "ada "));
  }
}

TEST_CASE("a challenge has 16 random bytes, its end and a MAC") {
  Maker m;
  std::set<std::string> random;
  for (int i = 0; i < 100; ++i) {
    const auto challenge = m.make(Ceremony::login, "");
    REQUIRE(challenge.size() == 16 + 8 + 32);
    random.insert(challenge.substr(0, 16));
  }
  CHECK(random.size() == 100);
}

TEST_CASE("a challenge is over at its end") {
  Maker m;
  const auto challenge = m.make(Ceremony::login);
  const auto end = m.now() + 10min;
  CHECK(expiry_of(*m.sealer, challenge, Ceremony::login, "ada", end - 1ms) == end);
  CHECK_FALSE(expiry_of(*m.sealer, challenge, Ceremony::login, "ada", end));
}

TEST_CASE("a challenge of which any bit is another is not ours") {
  Maker m;
  const auto challenge = m.make(Ceremony::login);
  for (std::size_t bit = 0; bit < challenge.size() * 8; ++bit) {
    auto other = challenge;
    other[bit / 8] =
        static_cast<char>(static_cast<unsigned char>(other[bit / 8]) ^ (1U << bit % 8));
    CHECK_FALSE_MESSAGE(m.accepts(other, Ceremony::login), bit);
  }
  CHECK_FALSE(m.accepts("", Ceremony::login));
  CHECK_FALSE(m.accepts(challenge.substr(1), Ceremony::login));
  CHECK_FALSE(m.accepts(challenge + '\0', Ceremony::login));
  CHECK(m.accepts(challenge, Ceremony::login));
}

TEST_CASE("a challenge of another feature is not ours") {
  Maker m;
  const auto others = m.t.auth().kernel().sealer("other");
  const auto challenge =
      make_challenge(*others, m.t.random(), Ceremony::login, "ada", m.now() + 10min);
  CHECK_FALSE(m.accepts(challenge, Ceremony::login));
}

/// The keys of a service whose secret key is being changed: `then` was made under the former one.
class TwoKeys final : public Sealer {
 public:
  TwoKeys(const Sealer& now, const Sealer& then) : now_(now), then_(then) {}

  FeatureDigest digest(std::string_view purpose,
                       std::initializer_list<std::string_view> parts) const override {
    return now_.digest(purpose, parts);
  }
  std::vector<FeatureDigest> digests(std::string_view purpose,
                                     std::initializer_list<std::string_view> parts) const override {
    return {now_.digest(purpose, parts), then_.digest(purpose, parts)};
  }
  std::string seal(std::string_view, std::string_view, std::string_view) const override {
    return {};
  }
  std::optional<Secret> open(std::string_view, std::string_view, std::string_view) const override {
    return std::nullopt;
  }

 private:
  const Sealer& now_;
  const Sealer& then_;
};

TEST_CASE("a challenge outlives a change of the secret key") {
  Maker m;
  const auto next = m.t.auth().kernel().sealer("next");
  const TwoKeys ring{*next, *m.sealer};
  const auto before = m.make(Ceremony::login);
  CHECK(expiry_of(ring, before, Ceremony::login, "ada", m.now()));
  const auto after = make_challenge(ring, m.t.random(), Ceremony::login, "ada", m.now() + 10min);
  CHECK(expiry_of(ring, after, Ceremony::login, "ada", m.now()));
  CHECK_MESSAGE(!m.accepts(after, Ceremony::login), "a process without the new key");
}

}  // namespace
}  // namespace coffeeauth::passkeys

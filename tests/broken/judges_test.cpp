// Judges of passwords that are wrong. The suite must reject each.

#include "coffeeauth/testing/doctest.hpp"

#include <atomic>

#include "coffeeauth/testing/contract/password_judge.hpp"
#include "coffeeauth/testing/list_judge.hpp"

using namespace coffeeauth;

namespace {

class RefusesAll final : public PasswordJudge {
 public:
  std::optional<PasswordWeakness> weakness(const PasswordCandidate&) override {
    return PasswordWeakness{.code = "too_common", .message = "Not this one."};
  }
};

class MindsCase final : public PasswordJudge {
 public:
  std::optional<PasswordWeakness> weakness(const PasswordCandidate& candidate) override {
    if (candidate.password.expose_secret() != candidate.folded) return std::nullopt;
    return list_.weakness(candidate);
  }

 private:
  testing::ListJudge list_;
};

class Quotes final : public PasswordJudge {
 public:
  std::optional<PasswordWeakness> weakness(const PasswordCandidate& candidate) override {
    auto found = list_.weakness(candidate);
    if (found) found->message = "Nobody may have " + std::string{candidate.folded} + ".";
    return found;
  }

 private:
  testing::ListJudge list_;
};

/// As one whose answer depends on who asked before.
class Forgetful final : public PasswordJudge {
 public:
  std::optional<PasswordWeakness> weakness(const PasswordCandidate& candidate) override {
    if (candidate.folded.size() != 128) return list_.weakness(candidate);
    if (asked_++ % 2 == 0) return std::nullopt;
    return PasswordWeakness{.code = "too_weak", .message = "It is seen again."};
  }

 private:
  std::atomic<int> asked_{0};
  testing::ListJudge list_;
};

template <class Judge>
void judged_by_the_suite() {
  Judge judge;
  testing::password_judge_contract(judge);
}

}  // namespace

TEST_CASE("the suite rejects the judge that accepts any password" * doctest::should_fail()) {
  testing::password_judge_contract(accept_any_password());
}

TEST_CASE("the suite rejects a judge that refuses all" * doctest::should_fail()) {
  judged_by_the_suite<RefusesAll>();
}

TEST_CASE("the suite rejects a judge that minds the letter case" * doctest::should_fail()) {
  judged_by_the_suite<MindsCase>();
}

TEST_CASE("the suite rejects a judge that quotes the password" * doctest::should_fail()) {
  judged_by_the_suite<Quotes>();
}

TEST_CASE("the suite rejects a judge that changes its mind" * doctest::should_fail()) {
  judged_by_the_suite<Forgetful>();
}

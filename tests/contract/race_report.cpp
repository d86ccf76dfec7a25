#include "coffeeauth/testing/doctest.hpp"

#include <iostream>
#include <string>

#include "tests/contract/rounds.hpp"

namespace {

// What doctest is at, since it tells nobody who asks.
struct {
  std::string suite;
  std::string promise;
  std::size_t failures = 0;
} now_at;

struct RaceListener final : doctest::IReporter {
  explicit RaceListener(const doctest::ContextOptions& /*options*/) {}
  void report_query(const doctest::QueryData& /*data*/) override {}
  void test_run_start() override {}
  void test_run_end(const doctest::TestRunStats& /*stats*/) override {}
  void test_case_start(const doctest::TestCaseData& data) override {
    now_at = {data.m_name, {}, 0};
  }
  void test_case_reenter(const doctest::TestCaseData& /*data*/) override {}
  void test_case_end(const doctest::CurrentTestCaseStats& /*stats*/) override {}
  void test_case_exception(const doctest::TestCaseException& /*failure*/) override {}
  void subcase_start(const doctest::SubcaseSignature& signature) override {
    now_at.promise = signature.m_name.c_str();
    now_at.failures = 0;
  }
  void subcase_end() override {}
  // Listeners hear of failures only.
  void log_assert(const doctest::AssertData& data) override {
    now_at.failures += data.m_failed ? 1 : 0;
  }
  void log_message(const doctest::MessageData& /*message*/) override {}
  void test_case_skipped(const doctest::TestCaseData& /*data*/) override {}
};

REGISTER_LISTENER("race listener", 1, RaceListener);

}  // namespace

void coffeeauth::testing::report_race(std::size_t rounds, std::size_t threads) {
  std::cout << "race: " << now_at.suite << ": " << now_at.promise << ": " << rounds << " x "
            << threads << ", ";
  if (now_at.failures == 0) {
    std::cout << "all right";
  } else {
    std::cout << now_at.failures << " checks failed";
  }
  std::cout << std::endl;
}

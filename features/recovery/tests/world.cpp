#include "features/recovery/tests/world.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/recovery/memory.hpp"
#include "coffeeauth/recovery/sql.hpp"
#include "tests/contract/postgres_harness.hpp"
#include "tests/contract/rounds.hpp"
#include "tests/contract/sqlite_harness.hpp"

namespace coffeeauth::recovery {
namespace {

class MemoryHarness final : public testing::StoreHarness {
 public:
  std::unique_ptr<Store> fresh() override { return memory::make_memory_store(); }
  bool durable() const override { return false; }
  std::unique_ptr<Store> reopen() override { throw std::logic_error("forgets"); }
  std::size_t rounds() const override { return testing::race_rounds(10); }
  void raced(std::size_t rounds, std::size_t threads) override {
    testing::report_race(rounds, threads);
  }
};

}  // namespace

const std::vector<Backend>& backends() {
  const auto in_memory = []() -> testing::StoreHarness& {
    static MemoryHarness harness;
    return harness;
  };
  const auto in_file = []() -> testing::StoreHarness& {
    static testing::SqliteStoreHarness harness{{migrations()}};
    return harness;
  };
  const auto on_server = []() -> testing::StoreHarness& {
    static testing::PostgresStoreHarness harness{{}, testing::race_rounds(), {migrations()}};
    return harness;
  };
  const auto in_sql = [](Store&) { return make_sql_tickets(); };
  static const std::vector<Backend> all{
      {"memory", in_memory, make_memory_tickets},
      {"SQLite", in_file, in_sql},
      {"PostgreSQL", on_server, in_sql},
  };
  return all;
}

World::World(const Backend& backend, RecoveryOptions options, Config config)
    : store_(backend.harness().fresh()),
      tickets_(backend.tickets_over(*store_)),
      recovery(*tickets_, std::move(options)),
      t({.config = std::move(config), .store = std::move(store_), .features = {&recovery}}) {}

Principal World::principal(const testing::LoggedInUser& user) {
  auto found = auth().sessions().authenticate(user.authorization);
  REQUIRE(found);
  return *std::move(found);
}

std::vector<Mail> World::mails() {
  t.deliver_mail();
  auto all = t.mailer().delivered();
  std::vector<Mail> fresh;
  for (; seen_ < all.size(); ++seen_) fresh.push_back(all[seen_]);
  return fresh;
}

Mail World::mail_to(const std::vector<Mail>& mails, std::string_view address,
                    std::string_view words) {
  const Mail* found = nullptr;
  for (const auto& mail : mails) {
    if (mail.to.canonical() != address || mail.text.find(words) == std::string::npos) continue;
    CHECK_MESSAGE(found == nullptr, "two such mails");
    found = &mail;
  }
  REQUIRE_MESSAGE(found != nullptr, "no mail to " << address << " with: " << words);
  return *found;
}

Secret World::token_in(const Mail& mail, std::string_view prefix) {
  const auto mark = "#token=" + std::string{prefix};
  const auto at = mail.text.find(mark);
  REQUIRE(at != std::string::npos);
  const auto begin = at + 7;
  return Secret{std::string_view{mail.text}.substr(begin, prefix.size() + 43)};
}

std::string World::code_in(const Mail& mail, std::size_t count) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t at = 0;
  while (at < mail.text.size()) {
    const auto end = std::min(mail.text.find('\n', at), mail.text.size());
    const auto line = mail.text.substr(at, end - at);
    if (line.size() == count && std::all_of(line.begin(), line.end(), is_digit)) return line;
    at = end + 1;
  }
  FAIL("no code in: " << mail.text);
  return {};
}

bool World::can_log_in(std::string_view address, std::string_view text) {
  return auth().sessions().log_in(email(address), password(text), somewhere).has_value();
}

Secret World::asked_reset(std::string_view address) {
  static_cast<void>(mails());
  recovery.ask_reset(email(address), somewhere);
  return token_in(mail_to(mails(), address, "asked for a new password"), "rst_");
}

EmailAddress email(std::string_view text) { return EmailAddress::parse(text).value(); }
Password password(std::string_view text) { return Password::parse(text).value(); }

}  // namespace coffeeauth::recovery

#include "features/recovery/tests/world.hpp"

#include <algorithm>
#include <utility>

#include "coffeeauth/recovery/memory.hpp"
#include "coffeeauth/recovery/sql.hpp"

namespace coffeeauth::recovery {
const std::vector<Backend>& backends() {
  static const auto all = testing::room_backends(migrations, make_memory_tickets, make_sql_tickets);
  return all;
}

namespace {

std::vector<Feature*> with_room(Recovery& room, std::vector<Feature*> beside) {
  beside.insert(beside.begin(), &room);
  return beside;
}

}  // namespace

World::World(const Backend& backend, RecoveryOptions options, Config config,
             std::vector<Feature*> beside)
    : store_(backend.harness().fresh()),
      tickets_(backend.rows_over(*store_)),
      recovery(*tickets_, std::move(options)),
      t({.config = std::move(config),
         .store = std::move(store_),
         .features = with_room(recovery, std::move(beside))}) {}

Principal World::principal(const testing::LoggedInUser& user) {
  auto found = auth().sessions().authenticate(user.authorization);
  REQUIRE_OK(found);
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

Mail World::reset_mail(std::string_view address) {
  static_cast<void>(mails());
  recovery.ask_reset(email(address), somewhere);
  return mail_to(mails(), address, "asked for a new password");
}

Secret World::asked_reset(std::string_view address) {
  return token_in(reset_mail(address), "rst_");
}

}  // namespace coffeeauth::recovery

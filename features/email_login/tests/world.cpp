#include "features/email_login/tests/world.hpp"

#include <algorithm>

#include "coffeeauth/email_login/memory.hpp"
#include "coffeeauth/email_login/sql.hpp"

namespace coffeeauth::email_login {
const std::vector<Backend>& backends() {
  static const auto all = testing::room_backends(migrations, make_memory_tickets, make_sql_tickets);
  return all;
}

namespace {

std::vector<Feature*> with_room(EmailLogin& room, std::vector<Feature*> beside) {
  beside.insert(beside.begin(), &room);
  return beside;
}

}  // namespace

World::World(const Backend& backend, EmailLoginOptions options, std::vector<Feature*> beside)
    : store_(backend.harness().fresh()),
      tickets_(backend.rows_over(*store_)),
      login(*tickets_, std::move(options)),
      t({.store = std::move(store_), .features = with_room(login, std::move(beside))}) {}

std::vector<Mail> World::mails() {
  t.deliver_mail();
  auto all = t.mailer().delivered();
  std::vector<Mail> fresh;
  for (; seen_ < all.size(); ++seen_) fresh.push_back(all[seen_]);
  return fresh;
}

std::vector<Mail> World::login_mails() {
  auto all = mails();
  std::erase_if(
      all, [](const Mail& mail) { return mail.text.find("wants to log in") == std::string::npos; });
  return all;
}

Asked World::asked(std::string_view address, const ClientContext& client) {
  static_cast<void>(mails());
  auto receipt = login.ask(email(address), client);
  const auto brought = login_mails();
  REQUIRE(brought.size() == 1);
  CHECK(brought[0].to.canonical() == address);
  return {.login_token = std::move(receipt.login_token),
          .link = link_in(brought[0]),
          .code = code_in(brought[0])};
}

Secret World::link_in(const Mail& mail) {
  constexpr std::string_view mark = "https://accounts.example.org/account/email-login#token=";
  const auto at = mail.text.find(mark);
  REQUIRE(at != std::string::npos);
  const auto token = std::string_view{mail.text}.substr(at + mark.size(), 47);
  CHECK(token.starts_with("lgn_"));
  return Secret{token};
}

std::string World::code_in(const Mail& mail) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  std::size_t at = 0;
  while (at < mail.text.size()) {
    const auto end = std::min(mail.text.find('\n', at), mail.text.size());
    const auto line = mail.text.substr(at, end - at);
    if (line.size() == 6 && std::all_of(line.begin(), line.end(), is_digit)) return line;
    at = end + 1;
  }
  FAIL("no code in: " << mail.text);
  return {};
}

}  // namespace coffeeauth::email_login

// Texts that only we can make: list cursors, refresh tokens, and what is sealed in the Store. A
// text that is accepted is one that was made, octet for octet.

#include <string>
#include <utility>
#include <vector>

#include "coffeeauth/testing/scripted_random.hpp"
#include "lib/sessions/refresh_token.hpp"
#include "lib/users/list_cursor.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth {
namespace {

using fuzz::hold;

constexpr std::string_view key = "0123456789abcdef0123456789abcdef";

/// The key that everything is made under is a previous one here.
SecretKeys later_keys() {
  std::vector<Secret> previous;
  previous.emplace_back(key);
  return {Secret{std::string_view{"fedcba9876543210fedcba9876543210"}}, std::move(previous)};
}

struct Made {
  Vault vault{Secret{key}};
  Vault reader{later_keys()};
  testing::ScriptedRandom random{};
  User user{.id = UserId::make(from_unix_millis(1'768'469'400'125), random),
            .email = EmailAddress::parse("ada@example.org").value(),
            .first_name = "Ada",
            .last_name = "L"};
  ListUsersRequest by_email{.order = UserOrder::email};
  ListUsersRequest by_date{};
  std::string email_cursor = make_list_cursor(user, by_email, vault);
  std::string date_cursor = make_list_cursor(user, by_date, vault);
  RefreshToken refresh = RefreshToken::make(
      SessionId::make(from_unix_millis(1'768'469'400'125), random), vault, random);
  std::string sealed = vault.seal("purpose", "context", "plain", random);
  std::string sealed_with = seal_with("key material", "plain", random);
};

/// `genuine` after the edits that the input lists as pairs of a place and an octet.
std::string edited(std::string genuine, fuzz::Pieces& pieces) {
  while (!pieces.done()) {
    const auto place = pieces.octet();
    const auto octet = static_cast<char>(pieces.octet());
    if (place == 0xFF) {
      genuine.push_back(octet);
    } else {
      genuine.at(place % genuine.size()) = octet;
    }
  }
  return genuine;
}

void check_cursors(const Made& made, std::string_view text) {
  const auto by_email = parse_list_cursor(text, made.by_email, made.reader);
  const auto by_date = parse_list_cursor(text, made.by_date, made.reader);
  hold(by_email.has_value() == (text == made.email_cursor), "only our cursor is a cursor");
  hold(by_date.has_value() == (text == made.date_cursor), "and only for the list it was made for");
  if (by_email) hold(by_email->id == made.user.id && by_email->email == "ada@example.org", "read");
}

void check_refresh(const Made& made, std::string_view text) {
  const auto parsed = RefreshToken::parse(text, made.reader);
  hold(parsed.has_value() == (text == made.refresh.expose_secret()),
       "only our refresh token is one");
  if (parsed) hold(parsed->digest() == made.refresh.digest(), "a refresh token has one digest");
}

void check_sealed(const Made& made, std::string_view text) {
  const auto opened = made.reader.open("purpose", "context", text);
  hold(opened.has_value() == (text == made.sealed), "only what we sealed opens");
  hold(!made.reader.open("purpose", "another", text), "and only where it belongs");
  hold(open_with("key material", text).has_value() == (text == made.sealed_with),
       "only the key that sealed it opens it");
}

}  // namespace
}  // namespace coffeeauth

COFFEEAUTH_FUZZ_TARGET(sealed_text) {
  using namespace coffeeauth;
  static const Made made;
  fuzz::Pieces pieces{input};
  const auto kind = pieces.octet();
  if (kind == 'e') return check_cursors(made, edited(made.email_cursor, pieces));
  if (kind == 'd') return check_cursors(made, edited(made.date_cursor, pieces));
  if (kind == 'r') {
    return check_refresh(made, edited(std::string{made.refresh.expose_secret()}, pieces));
  }
  if (kind == 's') return check_sealed(made, edited(made.sealed, pieces));
  if (kind == 'w') return check_sealed(made, edited(made.sealed_with, pieces));
  check_sealed(made, pieces.rest());
  check_cursors(made, pieces.rest());
  check_refresh(made, pieces.rest());
}

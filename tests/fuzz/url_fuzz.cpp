// URLs that name a server: what is read has no controls in it, and no text of ours shows a
// password.

#include <algorithm>

#include "adapters/server/src/settings.hpp"
#include "adapters/smtp/src/address.hpp"
#include "coffeeauth/redis/redis.hpp"
#include "coffeeauth/smtp/smtp.hpp"
#include "coffeeauth/sql/sql.hpp"
#include "coffeeauth/url.hpp"
#include "tests/fuzz/target.hpp"

namespace coffeeauth {
namespace {

using fuzz::hold;

bool has_nul(std::string_view text) { return text.find('\0') != std::string_view::npos; }

/// The refusal of a URL is one of a few fixed texts: a piece of the URL may be a piece of the
/// password.
template <class Read>
void check_reader(std::string_view input, Read read) {
  try {
    read();
  } catch (const std::invalid_argument& refusal) {
    const std::string_view text = refusal.what();
    hold(std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; }),
         "a refusal is one plain line");
    constexpr std::size_t telling = 24;
    for (std::size_t at = 0; at + telling <= input.size(); ++at) {
      hold(text.find(input.substr(at, telling)) == std::string_view::npos ||
               text.starts_with("the URL ") || text.starts_with("expected "),
           "a refusal does not quote the URL");
    }
  }
}

void check_url(std::string_view input) {
  const auto url = parse_url(input);
  hold(!url.scheme.empty(), "a URL has a scheme");
  hold(!url.port || *url.port > 0, "a port is not 0");
  for (const std::string_view part :
       {std::string_view{url.scheme}, std::string_view{url.user}, url.password.expose_secret(),
        std::string_view{url.host}, std::string_view{url.path}}) {
    hold(!has_nul(part), "no part of a URL has a NUL, at which C would cut it");
  }
  for (const auto& [name, value] : url.parameters) hold(!has_nul(name) && !has_nul(value), "nor");

  // The password as it stands in the URL, which is what would be seen.
  const auto authority = input.substr(0, input.find_first_of("/?", input.find("://") + 3));
  const auto end = authority.rfind('@');
  const auto begin = authority.find(':', input.find("://") + 3);
  if (end == std::string_view::npos || begin >= end || end - begin < 10) return;
  const auto password = authority.substr(begin + 1, end - begin - 1);
  // Stars may be those of the mask.
  if (password.find('*') != std::string_view::npos) return;
  hold(masked_url(input).find(password) == std::string::npos || input.find(password) != begin + 1 ||
           input.rfind(password) != begin + 1,
       "a masked URL does not show the password");
}

}  // namespace
}  // namespace coffeeauth

COFFEEAUTH_FUZZ_TARGET(url) {
  using namespace coffeeauth;
  static_cast<void>(masked_url(input));
  check_reader(input, [&] { check_url(input); });
  check_reader(input, [&] {
    const auto options = redis::parse_redis_url(input);
    hold(!options.host.empty() && options.port > 0, "a Redis URL names a server");
    hold(options.tls || options.ca_file.empty(), "authorities mean TLS");
  });
  check_reader(input, [&] {
    const auto options = smtp::parse_smtp_url(input);
    hold(smtp::is_host(options.host), "an SMTP URL names a host");
    hold(options.security != smtp::SmtpSecurity::none || options.password.empty(),
         "no password is sent without TLS");
  });
  check_reader(input, [&] {
    const auto options = sql::parse_postgres_url(input);
    hold(!options.host.empty() && !options.user.empty() && !options.database.empty() &&
             options.port > 0,
         "a PostgreSQL URL is complete");
  });
}

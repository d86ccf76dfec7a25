#include "coffeeauth/email_login/options.hpp"

#include <iterator>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "coffeeauth/url.hpp"
#include "features/email_login/src/room.hpp"

namespace coffeeauth::email_login {
namespace {

using namespace std::chrono_literals;

std::vector<ConfigField> fields_of_limits(EmailLoginOptions& o) {
  constexpr std::size_t most = 100'000;
  std::vector<ConfigField> all{
      field("EMAIL_LOGIN_CODE_ATTEMPTS", "Wrong guesses that invalidate the code of a login",
            o.code_attempts, {1, 10}),
      field("EMAIL_LOGIN_MAIL_PAUSE",
            "Minimum time between two mails for a login to one account, per share; also, counted "
            "apart, between codes by mail of second steps, even if EMAIL_LOGIN is off",
            o.pace.pause, {0s, 24h}),
      field("EMAIL_LOGIN_MAILS_PER_HOUR", "Maximum of these mails, and of these codes, in an hour",
            o.pace.per_hour, {1, 1'000}),
      field("EMAIL_LOGIN_MAILS_PER_DAY", "Maximum of these mails, and of these codes, in 24 hours",
            o.pace.per_day, {1, 1'000}),
      field("EMAIL_LOGIN_NETWORKS",
            "Networks with their own share of an account's mails for a login; with 0, any stranger "
            "can use up the owner's mails",
            o.networks, {0, 20})};
  const auto add = [&](const std::string& count, const std::string& window, const char* what,
                       Limit& limit) {
    all.push_back(field(count, what + (" in one " + window), limit.count, {1, most}));
    all.push_back(
        field(window, "The time over which " + count + " counts", limit.window, {1s, 24h}));
  };
  add("EMAIL_LOGIN_ASK_LIMIT", "EMAIL_LOGIN_ASK_WINDOW",
      "Requests for a mail for a login from one network", o.asks);
  add("EMAIL_LOGIN_TRY_LIMIT", "EMAIL_LOGIN_TRY_WINDOW",
      "Attempts to log in with a mailed link or code from one network", o.tries);
  return all;
}

}  // namespace

std::string link_pattern(const EmailLoginOptions& options) {
  if (!options.url.empty()) return options.url;
  if (options.public_url.empty()) return {};
  auto url = options.public_url;
  while (url.ends_with('/')) url.pop_back();
  return url.append("/account/email-login#token=").append(link_token_place);
}

void check(const EmailLoginOptions& options) {
  if (!options.enabled) return;
  const auto pattern = link_pattern(options);
  if (pattern.empty()) {
    throw std::invalid_argument(
        "EMAIL_LOGIN_URL: the link needs it, or PUBLIC_URL, to lead anywhere");
  }
  if (const auto fault = fault_of_link_pattern(pattern); !fault.empty()) {
    throw std::invalid_argument("EMAIL_LOGIN_URL: " + fault);
  }
  auto copy = options;
  for (const auto& field : fields(copy)) {
    const auto wrong = field.check ? field.check() : std::nullopt;
    if (wrong) throw std::invalid_argument(field.name + ": " + wrong->message);
  }
}

std::vector<ConfigField> fields(EmailLoginOptions& o) {
  std::vector<ConfigField> all{
      field("EMAIL_LOGIN",
            "Whether users can log in with a link or a six-digit code from a mail, without their "
            "password: on or off.",
            o.enabled),
      field("EMAIL_LOGIN_LIFETIME", "How long a link or code for a login is valid", o.lifetime,
            {1min, 30min}),
      field("EMAIL_LOGIN_URL",
            "The page that a link for a login opens, with {token} once, after a #; empty for the "
            "server's page below PUBLIC_URL.",
            o.url, TextLength{0, 500})};
  auto limits = fields_of_limits(o);
  std::move(limits.begin(), limits.end(), std::back_inserter(all));
  return all;
}

}  // namespace coffeeauth::email_login

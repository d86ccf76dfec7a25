#include "coffeeauth/recovery/options.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "coffeeauth/url.hpp"
#include "features/recovery/src/room.hpp"

namespace coffeeauth::recovery {
namespace {

using namespace std::chrono_literals;

/// A link's setting: its name, its value, and where the server's own page is.
struct LinkSetting {
  std::string_view name;
  const std::string& url;
  std::string_view page;
};

LinkSetting setting_of(TicketKind kind, const RecoveryOptions& options) {
  switch (kind) {
    case TicketKind::reset:
      return {"PASSWORD_RESET_URL", options.reset_url, "/account/reset"};
    case TicketKind::email_change:
      return {"EMAIL_CHANGE_URL", options.email_change_url, "/account/email"};
    case TicketKind::undo:
      break;
  }
  return {"EMAIL_UNDO_URL", options.email_undo_url, "/account/undo"};
}

/// Whether any mail has a link of that kind.
bool mails_link(TicketKind kind, const RecoveryOptions& options) {
  const bool can_undo = options.undo_lifetime > 0s;
  switch (kind) {
    case TicketKind::reset:
      // Who undoes a change has to set a password, also where nobody can ask for that.
      return brings_link(options.reset) || (options.reset == ResetBy::off && can_undo);
    case TicketKind::email_change:
      return true;
    case TicketKind::undo:
      break;
  }
  return can_undo;
}

std::vector<ConfigField> fields_of_links(RecoveryOptions& o) {
  return {
      field(
          "PASSWORD_RESET",
          "What the mail for a password reset contains: a link, an eight-digit code, or both; "
          "off disables password resets. With a code alone, a stranger's wrong guesses can use up "
          "the code.",
          o.reset,
          {{"off", ResetBy::off},
           {"link", ResetBy::link},
           {"code", ResetBy::code},
           {"both", ResetBy::both}}),
      field("PASSWORD_RESET_LIFETIME", "How long a password reset link or code is valid",
            o.reset_lifetime, {5min, 24h}),
      field("PASSWORD_RESET_REQUIRES_SECOND_FACTOR",
            "Whether an account with a second factor has to prove it before a reset sets the new "
            "password.",
            o.requires_second_factor),
      field("PASSWORD_RESET_URL",
            "The page that a password reset link opens, with {token} once, after a #; empty for "
            "the server's page below PUBLIC_URL.",
            o.reset_url, TextLength{0, 500}),
      field("EMAIL_CHANGE_LIFETIME", "How long a link or code for a new address is valid",
            o.email_change_lifetime, {10min, longest_change}),
      field("EMAIL_CHANGE_URL",
            "The page that a link for a new address opens, with {token} once, after a #; empty for "
            "the server's page below PUBLIC_URL.",
            o.email_change_url, TextLength{0, 500}),
      field("EMAIL_UNDO_LIFETIME",
            "How long a change of address can be undone from the former mailbox, and its address "
            "stays reserved; 0 for never",
            o.undo_lifetime, {0s, longest_undo}),
      field("EMAIL_UNDO_URL",
            "The page that a link to undo a change of address opens, with {token} once, after a #; "
            "empty for the server's page below PUBLIC_URL.",
            o.email_undo_url, TextLength{0, 500}),
      field("ACCOUNT_PAGES", "Whether the server serves the pages behind the links it mails.",
            o.pages),
  };
}

std::vector<ConfigField> fields_of_limits(RecoveryOptions& o) {
  constexpr std::size_t most = 100'000;
  std::vector<ConfigField> all{
      field("RECOVERY_CODE_ATTEMPTS", "Wrong guesses that invalidate the code of a reset or change",
            o.code_attempts, {1, 10}),
      field("RECOVERY_MAIL_PAUSE",
            "Minimum time between two mails to one account, for each purpose and per share",
            o.pace.pause, {0s, 24h}),
      field("RECOVERY_MAILS_PER_HOUR", "Maximum of these mails in an hour", o.pace.per_hour,
            {1, 1'000}),
      field("RECOVERY_MAILS_PER_DAY", "Maximum of these mails in 24 hours", o.pace.per_day,
            {1, 1'000}),
      field("RECOVERY_NETWORKS",
            "Networks with their own share of an account's reset mails; with 0, any stranger can "
            "use up the owner's mails",
            o.reset_networks, {0, 20})};
  const auto add = [&](const std::string& count, const std::string& window, const char* what,
                       Limit& limit, std::chrono::seconds shortest) {
    all.push_back(field(count, what + (" in one " + window), limit.count, {1, most}));
    all.push_back(
        field(window, "The time over which " + count + " counts", limit.window, {shortest, 24h}));
  };
  add("RECOVERY_ASK_LIMIT", "RECOVERY_ASK_WINDOW", "Requests for a mail from one network", o.asks,
      1s);
  add("RECOVERY_TRY_LIMIT", "RECOVERY_TRY_WINDOW",
      "Attempts to use a link or code from one network", o.tries, 1s);
  add("EMAIL_CHANGE_TARGET_MAILS", "EMAIL_CHANGE_TARGET_MAILS_WINDOW",
      "Mails about changes to one new address, by all users together,", o.target_mails, 1min);
  add("EMAIL_CHANGE_TARGET_GUESSES", "EMAIL_CHANGE_TARGET_GUESSES_WINDOW",
      "Guesses at the codes of one new address, by all users together,", o.target_guesses, 1min);
  return all;
}

}  // namespace

std::string page_url(const RecoveryOptions& options, std::string_view page) {
  auto url = options.public_url;
  while (url.ends_with('/')) url.pop_back();
  return url.append(page);
}

std::string link_pattern(TicketKind kind, const RecoveryOptions& options) {
  const auto setting = setting_of(kind, options);
  if (!setting.url.empty()) return setting.url;
  if (options.public_url.empty() || !options.pages) return {};
  return page_url(options, setting.page) + "#token=" + std::string{link_token_place};
}

void check(const RecoveryOptions& options) {
  if (!options.enabled) return;
  for (const auto kind : {TicketKind::reset, TicketKind::email_change, TicketKind::undo}) {
    const auto setting = setting_of(kind, options);
    const auto pattern = link_pattern(kind, options);
    if (pattern.empty()) {
      if (!mails_link(kind, options)) continue;
      throw std::invalid_argument(std::string{setting.name} +
                                  (options.pages
                                       ? ": links need it, or PUBLIC_URL, to lead anywhere"
                                       : ": must be set while ACCOUNT_PAGES is off"));
    }
    if (const auto fault = fault_of_link_pattern(pattern); !fault.empty()) {
      throw std::invalid_argument(std::string{setting.name} + ": " + fault);
    }
  }
  auto copy = options;
  for (const auto& field : fields(copy)) {
    const auto wrong = field.check ? field.check() : std::nullopt;
    if (wrong) throw std::invalid_argument(field.name + ": " + wrong->message);
  }
}

std::vector<ConfigField> fields(RecoveryOptions& o) {
  auto all = fields_of_links(o);
  auto limits = fields_of_limits(o);
  std::move(limits.begin(), limits.end(), std::back_inserter(all));
  return all;
}

}  // namespace coffeeauth::recovery

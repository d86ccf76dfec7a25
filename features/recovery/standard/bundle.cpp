#include "coffeeauth/recovery/bundle.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "coffeeauth/recovery/memory.hpp"
#include "coffeeauth/recovery/pages.hpp"
#include "coffeeauth/recovery/recovery.hpp"
#include "coffeeauth/recovery/routes.hpp"
#include "coffeeauth/recovery/sql.hpp"
#include "coffeeauth/sql/query.hpp"
#include "coffeeauth/standard/command.hpp"
#include "coffeeauth/time.hpp"

namespace coffeeauth::recovery {
namespace {

std::unique_ptr<TicketStore> tickets_beside(Store& store) {
  return sql::is_sql_store(store) ? make_sql_tickets() : make_memory_tickets(store);
}

constexpr std::string_view email_option = "--email";
constexpr std::string_view print_option = "--print-link";

/// Whoever has a shell on the server may know what strangers may not.
[[noreturn]] void give_up(const Error& error) {
  if (error.code == ErrorCode::not_found) {
    throw std::runtime_error("no account has that email address");
  }
  if (error.code == ErrorCode::account_disabled) {
    throw std::runtime_error(
        "the account is disabled; an administrator must enable it before its password can be "
        "reset");
  }
  if (error.code == ErrorCode::email_not_verified) {
    throw std::runtime_error(
        "that email address has not been verified yet, so there is no password to reset: its owner "
        "can sign up again");
  }
  if (error.code == ErrorCode::rate_limited) {
    throw std::runtime_error(
        "the account was sent a link or code less than RECOVERY_MAIL_PAUSE ago, or as many as "
        "RECOVERY_MAILS_PER_HOUR or RECOVERY_MAILS_PER_DAY allow; the latest one is still valid");
  }
  throw std::runtime_error(std::string{message(error.code)});
}

UserId user_of(Auth& auth, const std::string& typed) {
  const auto email = EmailAddress::parse(typed);
  if (!email) throw std::runtime_error("that is not an email address");
  const auto found = auth.parts().store.users().find_credentials(*email);
  if (!found) give_up(Error{ErrorCode::not_found});
  return found->user.id;
}

void check_settings(const RecoveryOptions& options, bool prints) {
  if (options.reset == ResetBy::off) {
    throw std::runtime_error("PASSWORD_RESET is off: passwords cannot be reset");
  }
  if (prints && !brings_link(options.reset)) {
    throw std::runtime_error(
        "PASSWORD_RESET is code, so there is no page for a link; --print-link needs link or both");
  }
}

void print_link(Recovery& recovery, const UserId& user, std::ostream& out) {
  const auto made = recovery.make_reset_link(user, std::nullopt, {});
  if (!made) give_up(made.error());
  out << made->url.expose_secret() << "\nanyone who opens this link can set the password of user "
      << user.str() << " until " << to_rfc3339(made->expires_at)
      << "; nothing was mailed, and earlier links and codes are no longer valid\n";
}

void send_mail(Recovery& recovery, const UserId& user, std::ostream& out) {
  const auto sent = recovery.send_reset(user, std::nullopt, {});
  if (!sent) give_up(sent.error());
  out << "queued a password reset mail for user " << user.str() << "; a worker delivers it\n";
}

/// `opened` gives the feature, or throws std::runtime_error that says why it can do nothing.
standard::Command reset_command(std::function<Recovery&()> opened) {
  standard::Command command{
      .name = "send-password-reset",
      .summary = "mails the owner of an account a link or code to reset the password"};
  command.options = {
      {std::string{email_option}, "E", "the email address of the account (required)", true},
      {std::string{print_option}, "",
       "print the link on this terminal instead, to pass it on in another way"}};
  command.run = [opened = std::move(opened)](Auth& auth, const standard::CommandInput& input) {
    const bool prints = input.has(print_option);
    if (prints && !input.is_terminal) {
      throw std::runtime_error(
          "--print-link requires a terminal: anyone who reads the link in a file or a log can set "
          "the password");
    }
    auto& recovery = opened();
    check_settings(recovery.options(), prints);
    const auto user = user_of(auth, input.value(email_option).value_or(""));
    if (prints) {
      print_link(recovery, user, input.out);
    } else {
      send_mail(recovery, user, input.out);
    }
  };
  return command;
}

class RecoveryBundle final : public standard::Bundle {
 public:
  explicit RecoveryBundle(RecoveryOptions options) : options_(std::move(options)) {}

  std::string_view name() const noexcept override { return "recovery"; }
  std::vector<ConfigField> fields() override { return recovery::fields(options_); }
  sql::RoomMigrations migrations() const override { return recovery::migrations(); }
  std::vector<MailKind> mails() const override { return recovery::mails(); }

  std::string why_off(const standard::Surroundings& at) const override {
    if (can_link(with(at))) return {};
    if (at.by_options) {
      return "public_url: is not set, so mailed links would lead nowhere; set it, or reset_url, "
             "email_change_url and email_undo_url in recovery::bundle({...})";
    }
    return "neither PUBLIC_URL nor all of PASSWORD_RESET_URL, EMAIL_CHANGE_URL and EMAIL_UNDO_URL "
           "are set, so mailed links would lead nowhere: passwords cannot be reset and addresses "
           "not changed";
  }

  Feature& open(Store& store, const standard::Surroundings& at) override {
    if (feature_) throw std::logic_error("this bundle of recovery was opened before");
    auto options = with(at);
    options.enabled = options.enabled && can_link(options);
    surroundings_ = at;
    tickets_ = tickets_beside(store);
    feature_ = std::make_unique<Recovery>(*tickets_, std::move(options));
    return *feature_;
  }

  std::vector<http::Route> routes(Auth&) override {
    if (!feature_) return {};
    auto all = recovery::routes(*feature_);
    const auto& options = feature_->options();
    if (options.enabled && options.pages) {
      auto pages = page_routes({.service_name = surroundings_.service_name,
                                .api = ".." + surroundings_.prefix,
                                .links = brings_link(options.reset),
                                .codes = brings_code(options.reset),
                                .login_page = surroundings_.login_page});
      std::move(pages.begin(), pages.end(), std::back_inserter(all));
    }
    return all;
  }

  std::vector<standard::Command> commands() override {
    return {reset_command([this]() -> Recovery& {
      if (!feature_) throw std::logic_error("this bundle of recovery was not opened");
      if (!feature_->options().enabled) throw std::runtime_error(why_off(surroundings_));
      return *feature_;
    })};
  }

 private:
  [[nodiscard]] RecoveryOptions with(const standard::Surroundings& at) const {
    auto options = options_;
    if (options.public_url.empty()) options.public_url = at.public_url;
    return options;
  }

  static bool can_link(const RecoveryOptions& options) {
    if (!options.public_url.empty()) return true;
    return !options.reset_url.empty() && !options.email_change_url.empty() &&
           !options.email_undo_url.empty();
  }

  RecoveryOptions options_;
  standard::Surroundings surroundings_{};
  std::unique_ptr<TicketStore> tickets_;
  std::unique_ptr<Recovery> feature_;
};

}  // namespace

std::shared_ptr<standard::Bundle> bundle(RecoveryOptions options) {
  return std::make_shared<RecoveryBundle>(std::move(options));
}

}  // namespace coffeeauth::recovery

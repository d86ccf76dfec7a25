#include "coffeeauth/second_factor/bundle.hpp"

#include <ostream>
#include <stdexcept>
#include <utility>

#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/second_factor/memory.hpp"
#include "coffeeauth/second_factor/routes.hpp"
#include "coffeeauth/second_factor/second_factor.hpp"
#include "coffeeauth/second_factor/sql.hpp"
#include "coffeeauth/sql/query.hpp"
#include "coffeeauth/standard/command.hpp"

namespace coffeeauth::second_factor {
namespace {

std::unique_ptr<FactorStore> factors_beside(Store& store) {
  return sql::is_sql_store(store) ? make_sql_factors() : make_memory_factors(store);
}

constexpr std::string_view email_option = "--email";

/// Whether there is something to remove, in use or not.
bool has_any(SecondFactor& feature, const User& user) {
  const auto all = feature.overview(user);
  return user.second_factor || !all.factors.empty() || !all.others.empty() ||
         all.recovery_codes_left > 0;
}

/// `opened` gives the feature. A reset works where the feature is switched off, too: an account
/// that has a second factor cannot log in then.
standard::Command reset_command(std::function<SecondFactor&()> opened) {
  standard::Command command{
      .name = "reset-second-factor",
      .summary = "removes all second factors of an account, whose owner has lost them"};
  command.options = {
      {std::string{email_option}, "E", "the email address of the account (required)", true}};
  command.run = [opened = std::move(opened)](Auth& auth, const standard::CommandInput& input) {
    auto& feature = opened();
    const auto email = EmailAddress::parse(input.value(email_option).value_or(""));
    if (!email) throw std::runtime_error("that is not an email address");
    const auto found = auth.parts().store.users().find_credentials(*email);
    const bool had_any = found && has_any(feature, found->user);
    // Whoever has a shell on the server may know what strangers may not.
    const auto done = found ? feature.reset(found->user.id, std::nullopt, {})
                            : Result<void>{ErrorCode::not_found};
    if (!done && done.error().code == ErrorCode::not_found) {
      throw std::runtime_error("no account has that email address");
    }
    if (!done) throw std::runtime_error(std::string{message(done.error().code)});
    input.out << (had_any ? "removed all second factors, recovery codes, trusted devices and "
                            "sessions of user "
                          : "there was no second factor to remove; ended the sessions of user ")
              << found->user.id.str() << "; its logins need only the password"
              << (had_any ? " now\n" : "\n");
  };
  return command;
}

class SecondFactorBundle final : public standard::Bundle {
 public:
  explicit SecondFactorBundle(SecondFactorOptions options) : options_(std::move(options)) {}

  std::string_view name() const noexcept override { return "second_factor"; }
  std::vector<ConfigField> fields() override { return second_factor::fields(options_); }
  sql::RoomMigrations migrations() const override { return second_factor::migrations(); }
  std::vector<MailKind> mails() const override { return second_factor::mails(); }

  std::string why_off(const standard::Surroundings& at) const override {
    // Who switches it off in C++ reads it there.
    if (options_.enabled || at.by_options) return {};
    std::string why{"SECOND_FACTOR is false: accounts that have a second factor cannot log in"};
    if (options_.policy != Policy::never) why += ", and SECOND_FACTOR_POLICY has no effect";
    return why;
  }

  Feature& open(Store& store, const standard::Surroundings& at) override {
    if (feature_) throw std::logic_error("this bundle of second_factor was opened before");
    qr_svg_ = at.qr_svg;
    factors_ = factors_beside(store);
    codes_ = crypto::make_openssl_one_time_codes();
    feature_ = std::make_unique<SecondFactor>(*factors_, *codes_, options_);
    return *feature_;
  }

  std::vector<http::Route> routes(Auth&) override {
    if (!feature_) return {};
    return second_factor::routes(*feature_, {.qr_svg = qr_svg_});
  }

  std::vector<standard::Command> commands() override {
    return {reset_command([this]() -> SecondFactor& {
      if (!feature_) throw std::logic_error("this bundle of second_factor was not opened");
      return *feature_;
    })};
  }

 private:
  SecondFactorOptions options_;
  std::function<std::string(std::string_view)> qr_svg_;
  std::unique_ptr<FactorStore> factors_;
  std::unique_ptr<OneTimeCodes> codes_;
  std::unique_ptr<SecondFactor> feature_;
};

}  // namespace

std::shared_ptr<standard::Bundle> bundle(SecondFactorOptions options) {
  return std::make_shared<SecondFactorBundle>(std::move(options));
}

}  // namespace coffeeauth::second_factor

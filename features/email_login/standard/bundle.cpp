#include "coffeeauth/email_login/bundle.hpp"

#include <iterator>
#include <stdexcept>
#include <utility>

#include "coffeeauth/email_login/email_login.hpp"
#include "coffeeauth/email_login/memory.hpp"
#include "coffeeauth/email_login/pages.hpp"
#include "coffeeauth/email_login/routes.hpp"
#include "coffeeauth/email_login/sql.hpp"
#include "coffeeauth/sql/query.hpp"

namespace coffeeauth::email_login {
namespace {

std::unique_ptr<TicketStore> tickets_beside(Store& store) {
  return sql::is_sql_store(store) ? make_sql_tickets() : make_memory_tickets(store);
}

class EmailLoginBundle final : public standard::Bundle {
 public:
  explicit EmailLoginBundle(EmailLoginOptions options) : options_(std::move(options)) {}

  std::string_view name() const noexcept override { return "email_login"; }
  std::vector<ConfigField> fields() override { return email_login::fields(options_); }
  sql::RoomMigrations migrations() const override { return email_login::migrations(); }
  std::vector<MailKind> mails() const override { return email_login::mails(); }

  std::string why_off(const standard::Surroundings& at) const override {
    // Nothing is wrong where it is not wanted.
    if (!options_.enabled || can_link(with(at))) return {};
    if (at.by_options) {
      return "public_url: is not set, so the mailed link would lead nowhere; set it, or url in "
             "email_login::bundle({...})";
    }
    return "neither PUBLIC_URL nor EMAIL_LOGIN_URL is set, so the mailed link would lead nowhere: "
           "nobody can log in by mail";
  }

  Feature& open(Store& store, const standard::Surroundings& at) override {
    if (feature_) throw std::logic_error("this bundle of email_login was opened before");
    auto options = with(at);
    options.enabled = options.enabled && can_link(options);
    surroundings_ = at;
    tickets_ = tickets_beside(store);
    feature_ = std::make_unique<EmailLogin>(*tickets_, std::move(options));
    return *feature_;
  }

  std::vector<http::Route> routes(Auth& auth) override {
    if (!feature_) return {};
    auto all = email_login::routes(*feature_, auth);
    const auto& options = feature_->options();
    if (options.enabled && options_.url.empty()) {
      auto pages = page_routes(
          {.service_name = surroundings_.service_name, .api = ".." + surroundings_.prefix});
      std::move(pages.begin(), pages.end(), std::back_inserter(all));
    }
    return all;
  }

 private:
  [[nodiscard]] EmailLoginOptions with(const standard::Surroundings& at) const {
    auto options = options_;
    if (options.public_url.empty()) options.public_url = at.public_url;
    if (options.url.empty() && !options.public_url.empty() && !at.login_page.empty()) {
      auto& url = options.url = options.public_url;
      while (url.ends_with('/')) url.pop_back();
      url.append(at.login_page).append("#token={token}");
    }
    return options;
  }

  static bool can_link(const EmailLoginOptions& options) {
    return !options.public_url.empty() || !options.url.empty();
  }

  EmailLoginOptions options_;
  standard::Surroundings surroundings_{};
  std::unique_ptr<TicketStore> tickets_;
  std::unique_ptr<EmailLogin> feature_;
};

}  // namespace

std::shared_ptr<standard::Bundle> bundle(EmailLoginOptions options) {
  return std::make_shared<EmailLoginBundle>(std::move(options));
}

}  // namespace coffeeauth::email_login

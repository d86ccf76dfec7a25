#include "coffeeauth/account_pages/bundle.hpp"

#include <stdexcept>

#include "coffeeauth/account_pages/pages.hpp"

namespace coffeeauth::account_pages {
namespace {

/// Adds nothing to Auth: pages are all there is.
class AccountPages final : public Feature {
 public:
  std::string_view name() const noexcept override { return "account_pages"; }
  Contributions attach(Kernel& /*kernel*/) override { return {}; }
};

class AccountPagesBundle final : public standard::Bundle {
 public:
  explicit AccountPagesBundle(AccountPagesOptions options) : options_(options) {}

  std::string_view name() const noexcept override { return feature_.name(); }
  std::vector<ConfigField> fields() override { return account_pages::fields(options_); }

  std::string login_page() const override { return options_.enabled ? "/account/login" : ""; }

  Feature& open(Store& /*store*/, const standard::Surroundings& at) override {
    if (is_open_) throw std::logic_error("this bundle of account_pages was opened before");
    is_open_ = true;
    pages_ = {.service_name = at.service_name, .api = ".." + at.prefix};
    return feature_;
  }

  std::vector<http::Route> routes(Auth& /*auth*/) override {
    if (!is_open_ || !options_.enabled) return {};
    return page_routes(pages_);
  }

 private:
  AccountPagesOptions options_;
  PageOptions pages_{};
  AccountPages feature_{};
  bool is_open_ = false;
};

}  // namespace

std::shared_ptr<standard::Bundle> bundle(AccountPagesOptions options) {
  return std::make_shared<AccountPagesBundle>(options);
}

}  // namespace coffeeauth::account_pages

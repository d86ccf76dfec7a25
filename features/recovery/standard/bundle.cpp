#include "coffeeauth/recovery/bundle.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "coffeeauth/recovery/memory.hpp"
#include "coffeeauth/recovery/pages.hpp"
#include "coffeeauth/recovery/recovery.hpp"
#include "coffeeauth/recovery/routes.hpp"
#include "coffeeauth/recovery/sql.hpp"
#include "coffeeauth/sql/query.hpp"

namespace coffeeauth::recovery {
namespace {

std::unique_ptr<TicketStore> tickets_beside(Store& store) {
  try {
    static_cast<void>(sql::engine_of(store));
  } catch (const std::invalid_argument&) {
    return make_memory_tickets(store);
  }
  return make_sql_tickets();
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
    return "PUBLIC_URL is not set, so mailed links would lead nowhere: passwords cannot be reset "
           "and addresses not changed";
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
                                .codes = brings_code(options.reset)});
      std::move(pages.begin(), pages.end(), std::back_inserter(all));
    }
    return all;
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

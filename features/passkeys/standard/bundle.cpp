#include "coffeeauth/passkeys/bundle.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/passkeys/memory.hpp"
#include "coffeeauth/passkeys/passkeys.hpp"
#include "coffeeauth/passkeys/routes.hpp"
#include "coffeeauth/passkeys/sql.hpp"
#include "coffeeauth/sql/query.hpp"
#include "coffeeauth/url.hpp"

namespace coffeeauth::passkeys {
namespace {

std::unique_ptr<PasskeyStore> passkeys_beside(Store& store) {
  return sql::is_sql_store(store) ? make_sql_passkeys() : make_memory_passkeys(store);
}

/// Whether the host can be that of passkeys: browsers have none for IP addresses, whose last part
/// is a number, or has brackets.
bool is_domain(std::string_view host) {
  const auto label = host.substr(host.rfind('.') + 1);
  return !host.empty() && host.front() != '[' &&
         !std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// This machine by its name, for browsers make passkeys for `localhost` and for no IP address.
std::string by_name(const std::string& url) {
  constexpr std::string_view by_address = "http://127.0.0.1";
  const bool is_local = url.starts_with(by_address) &&
                        (url.size() == by_address.size() || url[by_address.size()] == ':' ||
                         url[by_address.size()] == '/');
  return is_local ? "http://localhost" + url.substr(by_address.size()) : url;
}

class PasskeyBundle final : public standard::Bundle {
 public:
  explicit PasskeyBundle(PasskeyOptions options) : options_(std::move(options)) {}

  std::string_view name() const noexcept override { return "passkeys"; }
  std::vector<ConfigField> fields() override { return passkeys::fields(options_); }
  sql::RoomMigrations migrations() const override { return passkeys::migrations(); }
  std::vector<MailKind> mails() const override { return passkeys::mails(); }

  std::string why_off(const standard::Surroundings& at) const override {
    const auto options = with(at);
    if (!options.enabled || !options.rp_id.empty()) return {};
    if (options.public_url.empty()) {
      return at.by_options ? "public_url: is not set; set it, or rp_id and origins in "
                             "passkeys::bundle({...})"
                           : "neither PUBLIC_URL nor WEBAUTHN_RP_ID is set, so there is no domain "
                             "to make passkeys for";
    }
    if (is_domain(PublicUrl::parse(options.public_url).host())) return {};
    return at.by_options
               ? "public_url: has an IP address for a host, and browsers make passkeys "
                 "for domains alone"
               : "the host of PUBLIC_URL is an IP address, and browsers make passkeys for "
                 "domains alone, such as localhost";
  }

  Feature& open(Store& store, const standard::Surroundings& at) override {
    if (feature_) throw std::logic_error("this bundle of passkeys was opened before");
    auto options = with(at);
    options.enabled = options.enabled && why_off(at).empty();
    keys_ = crypto::make_openssl_public_keys();
    passkeys_ = passkeys_beside(store);
    feature_ = std::make_unique<PasskeyService>(*passkeys_, *keys_, std::move(options));
    return *feature_;
  }

  std::vector<http::Route> routes(Auth& auth) override {
    if (!feature_) return {};
    return passkeys::routes(*feature_, auth);
  }

 private:
  [[nodiscard]] PasskeyOptions with(const standard::Surroundings& at) const {
    auto options = options_;
    if (options.public_url.empty()) options.public_url = by_name(at.public_url);
    return options;
  }

  PasskeyOptions options_;
  std::unique_ptr<PublicKeyVerifier> keys_;
  std::unique_ptr<PasskeyStore> passkeys_;
  std::unique_ptr<PasskeyService> feature_;
};

}  // namespace

std::shared_ptr<standard::Bundle> bundle(PasskeyOptions options) {
  return std::make_shared<PasskeyBundle>(std::move(options));
}

}  // namespace coffeeauth::passkeys

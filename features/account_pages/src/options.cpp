#include "coffeeauth/account_pages/options.hpp"

namespace coffeeauth::account_pages {

std::vector<ConfigField> fields(AccountPagesOptions& options) {
  return {field("ACCOUNT_SECURITY_PAGES",
                "Whether the server serves the pages /account/login and /account/security.",
                options.enabled)};
}

}  // namespace coffeeauth::account_pages

#include "bundles.hpp"

#include <iterator>
#include <utility>
#include <variant>

#include "backends.hpp"
#include "qr_code.hpp"

namespace coffeeauth::server {
std::vector<ConfigField> fields_of(const Bundles& bundles) {
  std::vector<ConfigField> all;
  for (const auto& bundle : bundles) {
    auto some = bundle->fields();
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

void add_tables(const Bundles& bundles, sql::Database& database) {
  auto rooms = standard::tables_of(bundles);
  std::visit(
      [&](auto& options) {
        std::move(rooms.begin(), rooms.end(), std::back_inserter(options.rooms));
      },
      database);
}

standard::Surroundings surroundings_of(const Settings& settings, const Bundles& bundles) {
  standard::Surroundings at{.public_url = settings.public_url,
                            .service_name = settings.policy.passwords.service_name,
                            .login_page = standard::login_page_of(bundles),
                            .qr_svg = qr_svg};
  if (!std::holds_alternative<sql::PostgresOptions>(database_of(settings))) {
    at.data_dir = settings.data_dir.string();
  }
  // While mails go to a folder, whoever reads them is on this machine.
  const bool is_tried_out =
      settings.smtp_url.empty() && settings.old_names.count("EMAIL_HOST") == 0;
  if (at.public_url.empty() && is_tried_out && settings.http_port != 0 &&
      settings.http_host == "127.0.0.1") {
    // By its name, since browsers have passkeys for no address.
    at.public_url = "http://localhost:" + std::to_string(settings.http_port);
  }
  return at;
}

}  // namespace coffeeauth::server

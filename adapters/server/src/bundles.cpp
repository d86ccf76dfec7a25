#include "bundles.hpp"

#include <iterator>
#include <utility>

#include "backends.hpp"

namespace coffeeauth::server {
namespace {

/// All that `take` gives of each.
template <class Part, class Take>
std::vector<Part> gathered(const Bundles& bundles, Take take) {
  std::vector<Part> all;
  for (const auto& bundle : bundles) {
    auto some = take(*bundle);
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

std::vector<ConfigField> fields_of(const Bundles& bundles) {
  return gathered<ConfigField>(bundles, [](auto& bundle) { return bundle.fields(); });
}

std::vector<MailKind> mails_of(const Bundles& bundles) {
  return gathered<MailKind>(bundles, [](auto& bundle) { return bundle.mails(); });
}

void add_tables(const Bundles& bundles, sql::Database& database) {
  for (const auto& bundle : bundles) {
    auto room = bundle->migrations();
    if (room.feature.empty()) continue;
    std::visit([&](auto& options) { options.rooms.push_back(std::move(room)); }, database);
  }
}

standard::Surroundings surroundings_of(const Settings& settings) {
  standard::Surroundings at{.public_url = settings.public_url,
                            .service_name = settings.policy.passwords.service_name};
  // While mails go to a folder, whoever reads them is on this machine.
  const bool is_tried_out =
      settings.smtp_url.empty() && settings.old_names.count("EMAIL_HOST") == 0;
  if (at.public_url.empty() && is_tried_out && settings.http_port != 0 &&
      settings.http_host == "127.0.0.1") {
    at.public_url = "http://127.0.0.1:" + std::to_string(settings.http_port);
  }
  return at;
}

}  // namespace coffeeauth::server

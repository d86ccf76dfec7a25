#include "coffeeauth/standard/bundle.hpp"

#include <iterator>
#include <utility>

namespace coffeeauth::standard {
namespace {

/// All that `take` gives of each.
template <class Item, class Take>
std::vector<Item> gathered(const Bundles& bundles, Take take) {
  std::vector<Item> all;
  for (const auto& bundle : bundles) {
    auto some = take(*bundle);
    std::move(some.begin(), some.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

std::vector<sql::RoomMigrations> tables_of(const Bundles& bundles) {
  std::vector<sql::RoomMigrations> rooms;
  for (const auto& bundle : bundles) {
    if (auto room = bundle->migrations(); !room.feature.empty()) rooms.push_back(std::move(room));
  }
  return rooms;
}

std::vector<MailKind> mails_of(const Bundles& bundles) {
  return gathered<MailKind>(bundles, [](const Bundle& bundle) { return bundle.mails(); });
}

std::string login_page_of(const Bundles& bundles) {
  for (const auto& bundle : bundles) {
    if (auto page = bundle->login_page(); !page.empty()) return page;
  }
  return {};
}

std::vector<http::Route> routes_of(const Bundles& bundles, Auth& auth) {
  return gathered<http::Route>(bundles, [&](Bundle& bundle) { return bundle.routes(auth); });
}

std::vector<JobReceiver> receivers_of(const Bundles& bundles, Auth& auth) {
  return gathered<JobReceiver>(bundles, [&](Bundle& bundle) { return bundle.receivers(auth); });
}

std::vector<Command> commands_of(const Bundles& bundles) {
  return gathered<Command>(bundles, [](Bundle& bundle) { return bundle.commands(); });
}

}  // namespace coffeeauth::standard

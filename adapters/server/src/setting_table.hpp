#pragma once
/// The settings of the program, in one list: the server's own, those of Config and those of rooms.

#include <vector>

#include "coffeeauth/config_fields.hpp"
#include "settings.hpp"

namespace coffeeauth::server {

/// The server's own, those of the service that this one replaces at the end. As every function
/// here, it gives fields that are bound to `settings`, which must outlive them and stay where it
/// is.
[[nodiscard]] std::vector<ConfigField> server_fields(Settings& settings);

/// Appends the names of the service that this one replaces.
void add_old_fields(std::vector<ConfigField>& out, Settings& settings);

/// All that can be set, in the order in which `coffeeauth config` shows them. `rooms`: the fields
/// of every feature that the program holds.
[[nodiscard]] std::vector<ConfigField> program_fields(Settings& settings,
                                                      std::vector<ConfigField> rooms = {});

}  // namespace coffeeauth::server

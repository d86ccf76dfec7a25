#pragma once
/// The features that the program holds: those of COFFEEAUTH_FEATURES when it was built.

#include <memory>
#include <vector>

#include "coffeeauth/sql/database.hpp"
#include "coffeeauth/standard/bundle.hpp"
#include "settings.hpp"

namespace coffeeauth::server {

/// Each feature of the program, new and not opened yet. CMake writes it.
[[nodiscard]] Bundles make_bundles();

/// The settings of all.
[[nodiscard]] std::vector<ConfigField> fields_of(const Bundles& bundles);
/// Has the database opened with the tables of all.
void add_tables(const Bundles& bundles, sql::Database& database);
/// What a feature is told of this program.
[[nodiscard]] standard::Surroundings surroundings_of(const Settings& settings,
                                                     const Bundles& bundles);

}  // namespace coffeeauth::server

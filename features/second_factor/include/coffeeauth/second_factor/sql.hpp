#pragma once
/// The tables of the feature `second_factor`, in SQL.

#include <memory>

#include "coffeeauth/export.hpp"
#include "coffeeauth/second_factor/factors.hpp"
#include "coffeeauth/sql/migrations.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace second_factor {

/// Returns the tables of the feature, for the options of a SQL store.
[[nodiscard]] sql::RoomMigrations migrations();

/// Stores the rows of the feature in the database of a SQL store, which must have been opened with
/// migrations(). Stateless: one object can serve several stores.
[[nodiscard]] std::unique_ptr<FactorStore> make_sql_factors();

}  // namespace second_factor
}  // namespace coffeeauth

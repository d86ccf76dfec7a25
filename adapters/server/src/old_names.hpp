#pragma once
/// Names in the environment of the Django service before, beside those that are settings here.

#include <cstddef>
#include <span>
#include <string_view>

namespace coffeeauth::server {

/// Whether the service before may have read it, so that it is told and not refused.
[[nodiscard]] bool is_of_the_service_before(std::string_view name) noexcept;

/// Whether it is certainly one of its names, and no slip in one of the settings here.
[[nodiscard]] bool is_exactly_of_the_service_before(std::string_view name) noexcept;

/// How many letters have to be put in, left out, replaced or swapped with the next one to make one
/// of the other.
[[nodiscard]] std::size_t edit_distance(std::string_view one, std::string_view other);

/// Those that are worth a word when the environment has them.
[[nodiscard]] std::span<const std::string_view> common_names_of_the_service_before() noexcept;

}  // namespace coffeeauth::server

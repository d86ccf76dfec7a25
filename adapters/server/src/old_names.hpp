#pragma once
/// Names in the environment of the Django service before, beside those that are settings here.

#include <span>
#include <string_view>

namespace coffeeauth::server {

/// Whether the service before may have read it, so that it is told and not refused.
[[nodiscard]] bool is_of_the_service_before(std::string_view name) noexcept;

/// Those that are worth a word when the environment has them.
[[nodiscard]] std::span<const std::string_view> common_names_of_the_service_before() noexcept;

}  // namespace coffeeauth::server

#pragma once
/// How the Kernel is made, and features are attached to it. Private to the library.

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/feature.hpp"
#include "coffeeauth/kernel.hpp"

namespace coffeeauth {

struct Services;

/// What stands in front of each purpose of that feature's Sealer.
[[nodiscard]] std::string purpose_prefix(std::string_view feature);

/// Borrows `services`.
[[nodiscard]] std::unique_ptr<Kernel> make_kernel(Services& services);

/// Takes in what each brings. Throws std::invalid_argument for a null one, and for two of one name.
void attach_all(const std::vector<Feature*>& features, Services& services, Kernel& kernel);

}  // namespace coffeeauth

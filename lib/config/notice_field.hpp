#pragma once
/// The setting NOTICES. Private to lib/config.

#include "coffeeauth/config_fields.hpp"

namespace coffeeauth {

[[nodiscard]] ConfigField notice_field(NoticeConfig& notices);

}  // namespace coffeeauth

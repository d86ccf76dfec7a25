#pragma once
/// The files of lib/mail/mails, which the build embeds. Private to lib/mail.

#include <string_view>

#include "coffeeauth/mail_templates.hpp"

namespace coffeeauth {

[[nodiscard]] std::string_view library_layout() noexcept;
[[nodiscard]] std::string_view library_code() noexcept;
[[nodiscard]] std::string_view library_button() noexcept;

}  // namespace coffeeauth

#pragma once
/// ListCursor: where the next page of a user list begins, as text that only this service can make
/// or read: it stands in URLs, which are logged, and holds an address.
/// Private to the library.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/admin_service.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {

/// The cursor behind `last`, good for this list (filter, order and direction) only.
[[nodiscard]] std::string make_list_cursor(const User& last, const ListUsersRequest& request,
                                           const Vault& vault);

/// The position; nothing when the text is not a cursor that was made for this very list.
[[nodiscard]] std::optional<UserPosition> parse_list_cursor(std::string_view text,
                                                            const ListUsersRequest& request,
                                                            const Vault& vault);

}  // namespace coffeeauth

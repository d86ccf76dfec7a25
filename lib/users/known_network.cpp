#include "lib/users/known_network.hpp"

namespace coffeeauth {

bool knows_network(const Services& services, const UserId& user, std::string_view network) {
  const auto& vault = services.vault;
  bool is_known = false;
  // All of them, so that the time does not tell for how long somebody has been known.
  for (std::size_t key = 0; key < vault.key_count(); ++key) {
    const auto digest = vault.address_digest(network, key);
    is_known = services.parts.store.users().knows_address(user, digest) || is_known;
  }
  return is_known;
}

}  // namespace coffeeauth

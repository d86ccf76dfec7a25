#include "coffeeauth/result.hpp"

// Not marked [[nodiscard]] itself: the type is.
coffeeauth::Result<void> remove_account();

void wrong() { remove_account(); }

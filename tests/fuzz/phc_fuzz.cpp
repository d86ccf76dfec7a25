// Hash strings out of the database: bounds before memory, and one spelling each.

#include "lib/passwords/phc.hpp"
#include "tests/fuzz/target.hpp"

COFFEEAUTH_FUZZ_TARGET(phc) {
  using namespace coffeeauth;
  using fuzz::hold;
  const auto parsed = parse_phc(input);
  if (!parsed) return;
  hold(parsed->memory_kib >= 8 && parsed->memory_kib <= 1'048'576, "the memory is bounded");
  hold(parsed->iterations >= 1 && parsed->iterations <= 20, "the time is bounded");
  hold(parsed->salt.size() == 16, "a salt has 16 octets");
  hold(parsed->hash.size() >= 16 && parsed->hash.size() <= 64, "a hash has 16 to 64 octets");
  hold(to_phc(*parsed) == input, "a hash string has one spelling");
}

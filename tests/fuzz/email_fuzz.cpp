// Addresses: whatever is typed, one that is accepted can stand in a header and is one account.

#include <algorithm>

#include "coffeeauth/email_address.hpp"
#include "tests/fuzz/target.hpp"

COFFEEAUTH_FUZZ_TARGET(email) {
  using namespace coffeeauth;
  using fuzz::hold;
  const auto parsed = EmailAddress::parse(input);
  if (!parsed) {
    hold(parsed.error().code == ErrorCode::validation_failed && parsed.error().fields.size() == 1 &&
             parsed.error().fields.front().field == "email",
         "a refusal names the field");
    return;
  }
  const auto& canonical = parsed->canonical();
  hold(canonical.size() <= 254 && parsed->display().size() <= 254, "an address has 254 octets");
  hold(std::count(canonical.begin(), canonical.end(), '@') == 1, "an address has one @");
  hold(std::all_of(canonical.begin(), canonical.end(),
                   [](char c) {
                     return c > 0x20 && c < 0x7F && !(c >= 'A' && c <= 'Z') &&
                            std::string_view{"<>()[],;:\\\""}.find(c) == std::string_view::npos;
                   }),
       "a canonical address is plain lower-case ASCII");
  hold(std::none_of(parsed->display().begin(), parsed->display().end(),
                    [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }),
       "an address that is shown has no control characters");
  hold(canonical.starts_with(parsed->local_part()), "the local part is the beginning");

  const auto again = EmailAddress::parse(canonical);
  hold(again.has_value() && again->canonical() == canonical, "a canonical address is its own");
  const auto shown = EmailAddress::parse(parsed->display());
  hold(shown.has_value() && *shown == *parsed, "an address that is shown is the same account");
}

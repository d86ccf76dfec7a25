#include "coffeeauth/passkeys/bundle.hpp"

#include "coffeeauth/testing/doctest.hpp"

namespace coffeeauth::passkeys {
namespace {

std::string why_off(const PasskeyOptions& options, const std::string& public_url,
                    bool by_options = false) {
  return bundle(options)->why_off({.public_url = public_url, .by_options = by_options});
}

TEST_CASE("without a domain there are no passkeys, and operators are told why") {
  CHECK(why_off({}, "https://example.org").empty());
  CHECK(why_off({}, "http://localhost:8000").empty());
  CHECK(why_off({}, "").find("PUBLIC_URL") != std::string::npos);
  CHECK(why_off({}, "", true).starts_with("public_url: "));
  // This machine has a name, too.
  CHECK(why_off({}, "http://127.0.0.1:8000").empty());
  for (const auto* const address : {"https://127.0.0.1.example.org.5:8000", "http://[::1]:8000"}) {
    CHECK(why_off({}, address).find("localhost") != std::string::npos);
    CHECK(why_off({}, address, true).starts_with("public_url: "));
  }
  CHECK(why_off({.rp_id = "example.org", .origins = {"https://example.org"}}, "").empty());
  CHECK(why_off({.enabled = false}, "").empty());
}

}  // namespace
}  // namespace coffeeauth::passkeys

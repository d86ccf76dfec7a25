#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/testing/doctest.hpp"
// The checks are the room's own.
#include "features/passkeys/src/options.hpp"

namespace coffeeauth::passkeys {
namespace {

PasskeyOptions at(std::string public_url) { return {.public_url = std::move(public_url)}; }

/// The setting that is at fault; empty when none is.
std::string fault_of(const PasskeyOptions& options) {
  try {
    static_cast<void>(completed(options));
  } catch (const std::invalid_argument& fault) {
    const std::string text{fault.what()};
    return text.substr(0, text.find(':'));
  }
  return {};
}

std::string fault_of(const std::function<void(PasskeyOptions&)>& change) {
  auto options = at("https://example.org");
  change(options);
  return fault_of(options);
}

/// What a setting makes of a text.
bool accepts(std::string_view name, std::string_view text) {
  PasskeyOptions options;
  const auto all = fields(options);
  return set_field(all, name, text).has_value();
}

TEST_CASE("domain and origin come from the public URL") {
  const auto options = completed(at("https://accounts.example.org:8443/auth"));
  CHECK(options.rp_id == "accounts.example.org");
  CHECK(options.origins == std::vector<std::string>{"https://accounts.example.org:8443"});
  const auto local = completed(at("http://localhost:8000"));
  CHECK(local.rp_id == "localhost");
  CHECK(local.origins == std::vector<std::string>{"http://localhost:8000"});
}

TEST_CASE("an origin is at or below the domain, or related") {
  const auto with = [](std::string origin) {
    return fault_of([&](PasskeyOptions& o) { o.origins = {std::move(origin)}; });
  };
  CHECK(with("https://example.org").empty());
  CHECK(with("https://app.example.org").empty());
  CHECK(with("https://example.org:8443").empty());
  CHECK(with("android:apk-key-hash:47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU").empty());
  for (const auto* const wrong :
       {"https://badexample.org", "https://example.org.evil.example", "https://example.com",
        "http://example.org", "https://example.org/", "https://EXAMPLE.org",
        "https://example.org:443", "android:apk-key-hash:", "android:apk-key-hash:abc", "",
        "null"}) {
    CAPTURE(wrong);
    CHECK(with(wrong) == "WEBAUTHN_ORIGINS");
  }
  const auto related = [](std::string origin) {
    return fault_of([&](PasskeyOptions& o) { o.related_origins = {std::move(origin)}; });
  };
  CHECK(related("https://example.com").empty());
  CHECK(related("http://example.com") == "WEBAUTHN_RELATED_ORIGINS");
}

TEST_CASE("what does not fit is refused by the names of what was set") {
  const auto said = [](const PasskeyOptions& options) -> std::string {
    try {
      static_cast<void>(completed(options));
    } catch (const std::invalid_argument& fault) {
      return fault.what();
    }
    return {};
  };
  auto options = at("https://shop.example");
  options.rp_id = "example.org";
  CHECK(said(options).starts_with("WEBAUTHN_RP_ID: the host of PUBLIC_URL "));
  options.origins = {"https://shop.example"};
  CHECK(said(options).starts_with("WEBAUTHN_ORIGINS: "));
  CHECK(said(options).find("PUBLIC_URL") == std::string::npos);
  options.rp_id.clear();
  CHECK(said(options).empty());
  options.origins = {"https://example.org"};
  CHECK(said(options).starts_with("WEBAUTHN_ORIGINS: "));
  CHECK(said(options).find("PUBLIC_URL") != std::string::npos);
}

TEST_CASE("a relying party is a domain") {
  for (const auto* const wrong : {"https://example.org", "EXAMPLE.org", "example.org:443",
                                  "example.org/", "127.0.0.1", "[::1]", "a b"}) {
    CAPTURE(wrong);
    CHECK(fault_of([&](PasskeyOptions& o) { o.rp_id = wrong; }) == "WEBAUTHN_RP_ID");
    CHECK_FALSE(accepts("WEBAUTHN_RP_ID", wrong));
  }
  CHECK(accepts("WEBAUTHN_RP_ID", "example.org"));
  CHECK(accepts("WEBAUTHN_RP_ID", ""));
  CHECK(fault_of(at("http://127.0.0.1:8000")) == "WEBAUTHN_RP_ID");
  CHECK(fault_of(PasskeyOptions{}) == "WEBAUTHN_RP_ID");
  CHECK(fault_of(PasskeyOptions{.rp_id = "example.org"}) == "WEBAUTHN_ORIGINS");
}

TEST_CASE("numbers have ranges, and nothing is asked of what is disabled") {
  CHECK(fault_of([](PasskeyOptions& o) { o.max = 0; }) == "PASSKEY_MAX");
  CHECK(fault_of([](PasskeyOptions& o) { o.challenge_lifetime = std::chrono::minutes{16}; }) ==
        "PASSKEY_CHALLENGE_LIFETIME");
  CHECK(fault_of(PasskeyOptions{.enabled = false}).empty());
}

TEST_CASE("settings are read as operators write them") {
  CHECK(accepts("WEBAUTHN_ORIGINS", "https://example.org, https://app.example.org"));
  CHECK_FALSE(accepts("WEBAUTHN_ORIGINS", "https://example.org, ftp://example.org"));
  CHECK(accepts("PASSKEY_COUNTER", "device_bound"));
  CHECK_FALSE(accepts("PASSKEY_COUNTER", "some"));
}

}  // namespace
}  // namespace coffeeauth::passkeys

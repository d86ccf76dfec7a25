// The JSON of a credential, as toJSON() of a browser returns it.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "coffeeauth/base64url.hpp"
#include "features/passkeys/tests/webauthn_world.hpp"

namespace coffeeauth::passkeys {
namespace {

using nlohmann::json;

json new_credential() { return json::parse(authenticator().create(ceremony).json()); }
json login_credential() { return json::parse(authenticator().get(ceremony).json()); }

std::string reading_new(const json& credential) {
  return outcome(read_registration(credential.dump()));
}
std::string reading_login(const json& credential) {
  return outcome(read_assertion(credential.dump()));
}

std::vector<std::string> transports_of(const json& list) {
  auto credential = new_credential();
  credential["response"]["transports"] = list;
  return value_of(read_registration(credential.dump())).transports;
}

}  // namespace

TEST_CASE("unknown members of a credential are ignored") {
  auto made = new_credential();
  made["more"] = {{"a", json::array({1, nullptr})}};
  made["response"]["publicKeyAlgorithm"] = -8;
  made["response"]["more"] = 1;
  CHECK(reading_new(made) == "ok");
  auto login = login_credential();
  login["more"] = nullptr;
  login["response"]["attestationObject"] = "!";
  CHECK(reading_login(login) == "ok");
}

TEST_CASE("a credential needs each of its members, as a text") {
  const auto refuses = [](const json& whole, const json::json_pointer& place, auto&& reading) {
    CAPTURE(place.to_string());
    for (const auto& value : {json(), json(1), json(true), json::array(), json::object(),
                              json("not base64url!"), json("AA=="), json("AB")}) {
      auto changed = whole;
      changed[place] = value;
      CHECK(reading(changed) == "credential");
    }
    auto changed = whole;
    changed[place.parent_pointer()].erase(place.back());
    CHECK(reading(changed) == "credential");
  };
  for (const auto* const place :
       {"/id", "/rawId", "/type", "/response/clientDataJSON", "/response/attestationObject"}) {
    refuses(new_credential(), json::json_pointer{place}, reading_new);
  }
  for (const auto* const place : {"/id", "/rawId", "/type", "/response/clientDataJSON",
                                  "/response/authenticatorData", "/response/signature"}) {
    refuses(login_credential(), json::json_pointer{place}, reading_login);
  }
  for (const auto& response : {json(), json(1), json("text"), json::array(), json::object()}) {
    auto made = new_credential();
    made["response"] = response;
    CHECK(reading_new(made) == "credential");
  }
}

TEST_CASE("a credential is a public key, whose id is its raw id") {
  for (const auto* const type : {"", "password", "Public-Key", "public-key "}) {
    auto made = new_credential();
    made["type"] = type;
    CHECK(reading_new(made) == "credential");
  }
  auto login = login_credential();
  login["id"] = base64url_encode("another");
  CHECK(reading_login(login) == "credential");
  login["rawId"] = login["id"];
  CHECK(reading_login(login) == "ok");
  for (const auto& id : {std::string{}, std::string(1'024, 'i')}) {
    login["id"] = login["rawId"] = base64url_encode(id);
    CHECK(reading_login(login) == "credential");
  }
  login["id"] = login["rawId"] = base64url_encode(std::string(1'023, 'i'));
  CHECK(reading_login(login) == "ok");
}

TEST_CASE("a credential has 16 KiB at most") {
  auto made = new_credential();
  made["more"] = "";
  const auto size = made.dump().size();
  made["more"] = std::string(longest_credential_json - size, 'x');
  REQUIRE(made.dump().size() == 16'384);
  CHECK(reading_new(made) == "ok");
  made["more"] = std::string(longest_credential_json - size + 1, 'x');
  CHECK(reading_new(made) == "credential");
  auto login = login_credential();
  login["more"] = std::string(longest_credential_json, 'x');
  CHECK(reading_login(login) == "credential");
}

TEST_CASE("a credential is one JSON object that names no member twice") {
  const auto made = new_credential().dump();
  const auto inside = made.substr(0, made.size() - 1);
  for (const auto& text : {std::string{}, std::string{"null"}, "[" + made + "]", made + made,
                           inside, inside + R"(,"type":"public-key"})",
                           inside + R"(,"more":1,"more":2})", inside + R"(,"more":{"a":1,"a":1}})",
                           made + '\0', "\xEF\xBB\xBF" + made, inside + ",\"more\":\"\xFF\"}"}) {
    CHECK(outcome(read_registration(text)) == "credential");
    CHECK(outcome(read_assertion(text)) == "credential");
  }
}

TEST_CASE("of the transports the known words are kept, each once") {
  using Words = std::vector<std::string>;
  CHECK(transports_of(json::array()) == Words{});
  CHECK(transports_of({"usb", "nfc", "ble", "smart-card", "hybrid", "internal"}) ==
        Words{"usb", "nfc", "ble", "smart-card", "hybrid", "internal"});
  CHECK(transports_of({"cable", "USB", "", "usb", "usb", "<script>"}) == Words{"usb"});
  CHECK(transports_of(json(std::vector<std::string>(200, "nfc"))) == Words{"nfc"});
  auto made = new_credential();
  made["response"].erase("transports");
  CHECK(value_of(read_registration(made.dump())).transports.empty());
  for (const auto& other : {json(), json("usb"), json(1), json::object(), json::array({1}),
                            json::array({"usb", nullptr})}) {
    made["response"]["transports"] = other;
    CHECK(reading_new(made) == "credential");
  }
}

TEST_CASE("a user handle may be absent, and is base64url") {
  auto login = login_credential();
  CHECK(value_of(read_assertion(login.dump())).user_handle == authenticator().user_handle);
  login["response"]["userHandle"] = nullptr;
  CHECK_FALSE(value_of(read_assertion(login.dump())).user_handle);
  login["response"].erase("userHandle");
  CHECK_FALSE(value_of(read_assertion(login.dump())).user_handle);
  for (const auto& other : {json("AA=="), json("AB"), json(1), json::array(), json("a b")}) {
    login["response"]["userHandle"] = other;
    CHECK(reading_login(login) == "credential");
  }
}

TEST_CASE("each rejection has a word of its own") {
  std::vector<std::string_view> words;
  for (int i = 0; i <= static_cast<int>(Rejection::signature); ++i) {
    const auto word = wire_name(static_cast<Rejection>(i));
    CHECK(std::find(words.begin(), words.end(), word) == words.end());
    words.push_back(word);
  }
  CHECK(words.size() == 16);
}

}  // namespace coffeeauth::passkeys

// Client data: strict JSON, whose unknown members are ignored.

#include "coffeeauth/base64url.hpp"
#include "features/passkeys/tests/webauthn_world.hpp"

namespace coffeeauth::passkeys {
namespace {

std::string verdict_on(const std::string& client_data) {
  auto made = authenticator().create(ceremony);
  made.client_data.text = client_data;
  return verdict(made);
}

const std::string members = R"("type":"webauthn.create","challenge":")" +
                            base64url_encode(challenge) + R"(","origin":"https://example.org")";

std::string with_tail(const std::string& tail) { return "{" + members + tail + "}"; }

}  // namespace

TEST_CASE("client data may have further members, in any order, of any kind") {
  CHECK(verdict_on(with_tail("")) == "ok");
  CHECK(verdict_on(with_tail(R"(,"crossOrigin":false)")) == "ok");
  CHECK(verdict_on(with_tail(R"(,"new":{"a":[1,2.5,null,{"b":"c"}]},"other":-1e3)")) == "ok");
  CHECK(verdict_on(" {\n\"new\" : true, " + members + " }\n") == "ok");
  CHECK(verdict_on(with_tail(R"(,"tokenBinding":{"status":"supported"})")) == "ok");
  CHECK_MESSAGE(verdict_on(with_tail(R"(,"é":"\u00e9")")) == "ok", "UTF-8");
}

TEST_CASE("client data of a page that another origin embeds is refused") {
  for (const auto* const tail :
       {R"(,"crossOrigin":true)", R"(,"crossOrigin":null)", R"(,"crossOrigin":"false")",
        R"(,"crossOrigin":0)", R"(,"crossOrigin":[])", R"(,"crossOrigin":{})",
        R"(,"topOrigin":"https://example.org")", R"(,"topOrigin":null)", R"(,"topOrigin":"")",
        R"(,"crossOrigin":false,"topOrigin":"https://example.org")",
        R"(,"crossOrigin":true,"topOrigin":"https://example.com")",
        R"(,"\u0063rossOrigin":true)"}) {
    CHECK_MESSAGE(verdict_on(with_tail(tail)) == "cross_origin", tail);
  }
}

TEST_CASE("client data that name a member twice are refused") {
  for (const auto* const tail :
       {R"(,"type":"webauthn.create")", R"(,"type":"webauthn.get")",
        R"(,"origin":"https://evil.example")", R"(,"\u006frigin":"https://example.org")",
        R"(,"crossOrigin":false,"crossOrigin":false)", R"(,"new":1,"new":1)",
        R"(,"new":{"a":1,"a":1})", R"(,"new":[{"a":1,"a":2}])"}) {
    CHECK_MESSAGE(verdict_on(with_tail(tail)) == "client_data", tail);
  }
  CHECK(verdict_on(with_tail(R"(,"new":[{"a":1},{"a":1}])")) == "ok");
}

TEST_CASE("client data are one JSON object in UTF-8") {
  const auto good = with_tail("");
  const std::string nul(1, '\0');
  for (const auto& text : {std::string{},
                           std::string{"null"},
                           std::string{"\"text\""},
                           "[" + good + "]",
                           good + good,
                           good + nul,
                           good + "x",
                           good.substr(1),
                           good.substr(0, good.size() - 1),
                           nul + good,
                           "\xEF\xBB\xBF" + good,
                           with_tail(","),
                           with_tail(",'a':1"),
                           with_tail(",\"a\":01"),
                           with_tail(",\"a\":NaN"),
                           with_tail(" /* */"),
                           with_tail(",\"a\":\"\xFF\""),
                           with_tail(",\"a\":\"\xC0\x80\""),
                           with_tail(",\"a\":\"\xED\xA0\x80\""),
                           with_tail(R"(,"a":"\ud800")"),
                           with_tail(",\"a\":\"" + nul + "\""),
                           with_tail(",\"a\":\"\n\""),
                           with_tail(",\"a\":" + std::string(16, '[')),
                           with_tail(",\"a\":" + std::string(16, '[') + std::string(16, ']'))}) {
    CHECK_MESSAGE(verdict_on(text) == "client_data", text);
  }
  CHECK(verdict_on(with_tail(",\"a\":" + std::string(15, '[') + std::string(15, ']'))) == "ok");
}

TEST_CASE("client data have a type, a challenge and an origin, each a text") {
  const auto encoded = base64url_encode(challenge);
  const auto client_data = [](const std::string& type, const std::string& said,
                              const std::string& origin) {
    return "{\"type\":" + type + ",\"challenge\":" + said + ",\"origin\":" + origin + "}";
  };
  const auto type = R"("webauthn.create")";
  const auto said = "\"" + encoded + "\"";
  const auto origin = R"("https://example.org")";
  REQUIRE(verdict_on(client_data(type, said, origin)) == "ok");
  for (const auto* const other : {"null", "true", "1", "[]", "{}", R"(["webauthn.create"])"}) {
    CHECK(verdict_on(client_data(other, said, origin)) == "client_data");
    CHECK(verdict_on(client_data(type, other, origin)) == "client_data");
    CHECK(verdict_on(client_data(type, said, other)) == "client_data");
  }
  CHECK(verdict_on("{}") == "client_data");
  CHECK(verdict_on(R"({"origin":"https://example.org","challenge":"AA"})") == "client_data");
  CHECK(verdict_on(R"({"type":"webauthn.create","challenge":"AA"})") == "client_data");
  CHECK(verdict_on(R"({"type":"webauthn.create","origin":"https://example.org"})") ==
        "client_data");
  CHECK_MESSAGE(verdict_on(client_data(type, said, R"("https://example.org\u0000")")) == "origin",
                "a NUL behind it");
}

TEST_CASE("the challenge in client data has one spelling") {
  const auto encoded = base64url_encode(challenge);
  // The last of 22 characters has four bits that mean nothing.
  auto another = encoded;
  another.back() = static_cast<char>(another.back() + 1);
  for (const auto& said : {another, encoded + "=", encoded + "==", " " + encoded, encoded + "\n",
                           encoded.substr(1), encoded + "A"}) {
    auto made = authenticator().create(ceremony);
    made.client_data.challenge = said;
    CHECK_MESSAGE(verdict(made) == "challenge", said);
  }
}

}  // namespace coffeeauth::passkeys

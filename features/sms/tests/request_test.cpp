// What is sent to a gateway, and what is understood of its answer; pure.

#include "coffeeauth/testing/doctest.hpp"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "features/sms/senders/endpoint.hpp"
#include "features/sms/senders/http_answer.hpp"
#include "features/sms/senders/request.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::sms {
namespace {

std::string fault_of(const std::string& url) {
  try {
    static_cast<void>(parse_endpoint(url));
    return {};
  } catch (const std::invalid_argument& fault) {
    return fault.what();
  }
}

Secret key_of(std::string_view secret) { return signing_key_of(Secret{secret}); }

std::string said(const HeadRead& head) {
  if (head.is_malformed) return "malformed";
  return head.status ? std::to_string(*head.status) : "more";
}

}  // namespace

TEST_CASE("a gateway is https, or on loopback, and its path and query are sent as they are") {
  const auto usual = parse_endpoint("https://Gateway.Example/v1/messages?token=a%2Fb");
  CHECK(usual.is_secured);
  CHECK(usual.host == "gateway.example");
  CHECK(usual.port == 443);
  CHECK(usual.authority == "gateway.example");
  CHECK(usual.target == "/v1/messages?token=a%2Fb");
  CHECK(parse_endpoint("https://gateway.example").target == "/");
  CHECK(parse_endpoint("https://gateway.example?a=b").target == "/?a=b");
  CHECK(parse_endpoint("https://gateway.example:8443/").authority == "gateway.example:8443");
  const auto local = parse_endpoint("http://[::1]:8080/x");
  CHECK_FALSE(local.is_secured);
  CHECK(local.host == "::1");
  CHECK(local.port == 8080);
  CHECK(local.authority == "[::1]:8080");
  CHECK(parse_endpoint("http://localhost/x").port == 80);
}

TEST_CASE("a gateway that is neither is refused, without a word of its URL") {
  for (const auto* url :
       {"", "gateway.example", "http://gateway.example/secret", "http://127.0.0.1.example/secret",
        "ftp://gateway.example/secret", "https:///secret", "https://user:secret@gateway.example/",
        "https://gateway.example/secret#x", "https://gateway.example/secret x",
        "https://gateway.example/secret\r\nHost: evil.example", "https://gateway.example:0/secret",
        "https://gateway.example\\@evil.example/secret", "https://gateway.example/\xc3\xa9"}) {
    CAPTURE(url);
    const auto fault = fault_of(url);
    CHECK_FALSE(fault.empty());
    CHECK(fault.find("secret") == std::string::npos);
    CHECK(fault.find("example") == std::string::npos);
  }
  CHECK_FALSE(fault_of("https://gateway.example/" + std::string(2'000, 'x')).empty());
}

TEST_CASE("a secret is a key of 24 to 64 bytes, in clear or as Standard Webhooks writes it") {
  CHECK(key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").size() == 24);
  CHECK(key_of(std::string(24, 'k')).size() == 24);
  CHECK(key_of(std::string(64, 'k')).size() == 64);
  for (const auto& secret :
       {std::string{}, std::string(23, 'k'), std::string(65, 'k'), std::string{"whsec_"},
        std::string{"whsec_not base64 at all, is it?"}, std::string{"whsec_AAAA"}}) {
    CAPTURE(secret);
    CHECK_THROWS_AS(static_cast<void>(key_of(secret)), std::invalid_argument);
  }
}

TEST_CASE("a signature is that of the example of Standard Webhooks") {
  // From the specification's own libraries.
  CHECK(signature_of(key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"),
                     "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", R"({"test": 2432232314})") ==
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST_CASE("a body is JSON, whatever the text is made of") {
  const Sms message{.id = testing::nth<JobId>(1),
                    .to = PhoneNumber::parse("+491701234567").value(),
                    .text = Secret{std::string_view{"\"a\"\\\n\r\t\x01\x7f \u00e9 \U0001F511"}},
                    .kind = "code",
                    .expires_at = testing::noon};
  WipedText body;
  write_body(message, "Shop \"1\"", body);
  const auto read = nlohmann::json::parse(body.text);
  CHECK(read.size() == 6);
  CHECK(read.at("id") == message.id.str());
  CHECK(read.at("to") == "+491701234567");
  CHECK(read.at("from") == "Shop \"1\"");
  CHECK(read.at("text") == std::string{message.text.expose_secret()});
  CHECK(read.at("kind") == "code");
  CHECK(read.at("expires_at") == to_rfc3339(testing::noon));

  const Sms plain{.id = message.id, .to = message.to, .text = Secret{}, .kind = "test"};
  WipedText bare;
  write_body(plain, "", bare);
  const auto without = nlohmann::json::parse(bare.text);
  CHECK(without.size() == 5);
  CHECK(without.at("expires_at").is_null());
}

TEST_CASE("a request says how long it is, who signed it, and that it is the only one") {
  WipedText request;
  write_request(parse_endpoint("https://gateway.example/m?t=1"), key_of(std::string(32, 'k')),
                "the-id", from_unix_millis(1'614'265'330'999), "{}", request);
  const auto signature = signature_of(key_of(std::string(32, 'k')), "the-id", "1614265330", "{}");
  CHECK(request.text ==
        "POST /m?t=1 HTTP/1.1\r\nHost: gateway.example\r\nUser-Agent: coffeeauth\r\n"
        "Content-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n"
        "webhook-id: the-id\r\nwebhook-timestamp: 1614265330\r\nwebhook-signature: " +
            signature + "\r\n\r\n{}");
}

TEST_CASE("a head is read whole, behind interim ones, and from nobody who speaks otherwise") {
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"", "more"},
           {"H", "more"},
           {"HTTP/1.1 200 OK\r\n", "more"},
           {"HTTP/1.1 200 OK\r\nA: b\r\n\r\n", "200"},
           {"HTTP/1.0 503\r\n\r\nbody", "503"},
           {"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 204 \r\n\r\n", "204"},
           {"HTTP/1.1 100 Continue\r\n\r\n", "more"},
           {"HTTP/1.1 101 Switching\r\n\r\n", "malformed"},
           {"HTTP/2 200\r\n\r\n", "malformed"},
           {"HTTP/1.1 20\r\n\r\n", "malformed"},
           {"HTTP/1.1 2000\r\n\r\n", "malformed"},
           {"HTTP/1.1 099 x\r\n\r\n", "malformed"},
           {"HTTP/1.1\t200 OK\r\n\r\n", "malformed"},
           {"220 smtp.example ESMTP", "malformed"},
           {"HTTP/1.1 200 OK\r\n" + std::string(longest_heads, 'x'), "malformed"}}) {
    CAPTURE(text);
    CHECK(said(read_head(text)) == expected);
  }
}

}  // namespace coffeeauth::sms

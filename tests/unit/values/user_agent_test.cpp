#include "coffeeauth/user_agent.hpp"

#include <array>

#include "coffeeauth/testing/doctest.hpp"

using namespace coffeeauth;

namespace {

constexpr std::string_view firefox =
    "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0";

struct Example {
  std::string_view user_agent;
  std::string_view words;
  std::string_view family;
};

constexpr std::array<Example, 9> examples{
    {{firefox, "Firefox, Linux", "mozilla; Firefox, Linux"},
     {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
      "Chrome/128.0.0.0 Safari/537.36 Edg/128.0.0.0",
      "Edge, Windows", "mozilla; Edge, Windows"},
     {"Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like "
      "Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
      "Safari, iPhone", "mozilla; Safari, iPhone"},
     {"curl/8.5.0", "", "curl"},
     {"CoffeeShop/3.2.1 (Android 14; Pixel 8) okhttp/4.12.0", "Android", "coffeeshop; Android"},
     {"My App/7", "", "my"},
     {"bare", "", "bare"},
     {"(a comment alone)", "", ""},
     {"", "", ""}}};

}  // namespace

TEST_CASE("a client is named by browser and system, and by nothing that it wrote itself") {
  for (const auto& one : examples) {
    CAPTURE(one.user_agent);
    CHECK(client_words(one.user_agent) == one.words);
  }
}

TEST_CASE("a client's family tells it from others and is the same in every version") {
  for (const auto& one : examples) {
    CAPTURE(one.user_agent);
    CHECK(client_family(one.user_agent) == one.family);
  }
  CHECK(client_family("Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0") ==
        client_family(firefox));
  CHECK(client_family("CURL/9") == client_family("curl/8.5.0"));
}

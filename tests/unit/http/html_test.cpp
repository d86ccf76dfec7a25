#include "coffeeauth/http/html.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <string>

namespace coffeeauth::http {
namespace {

TEST_CASE("text in a page opens no element and ends no attribute") {
  CHECK(escape_html("<script>alert('1 & \"2\"')</script>") ==
        "&lt;script&gt;alert(&#39;1 &amp; &quot;2&quot;&#39;)&lt;/script&gt;");
  CHECK(escape_html("&lt;") == "&amp;lt;");
  CHECK(escape_html("").empty());
}

TEST_CASE("all other octets of a text stay what they are") {
  for (int octet = 0; octet < 256; ++octet) {
    const std::string text{'a', static_cast<char>(octet), 'z'};
    const bool is_special = std::string_view{"&<>\"'"}.find(text[1]) != std::string_view::npos;
    CHECK((escape_html(text) == text) == !is_special);
  }
}

}  // namespace
}  // namespace coffeeauth::http

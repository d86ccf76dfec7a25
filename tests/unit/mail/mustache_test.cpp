#include <doctest/doctest.h>

#include <stdexcept>

#include "lib/mail/mustache.hpp"

using namespace coffeeauth::mustache;

namespace {

std::string complaint(const std::string& source) {
  try {
    static_cast<void>(names_in(source, {"code"}));
  } catch (const std::invalid_argument& failure) {
    return failure.what();
  }
  return {};
}

}  // namespace

TEST_CASE("names are those of values and sections, not of parts and comments") {
  const auto names = names_in(
      "{{! a }}{{ first }} {{#second}}{{/second}}{{^third}}x{{/third}}{{> code}}", {"code"});
  CHECK(names == std::set<std::string, std::less<>>{"first", "second", "third"});
}

TEST_CASE("what mails must not use is refused, with its line") {
  CHECK(complaint("a\n\n{{{name}}}") == "line 3: a value without escaping");
  CHECK(complaint("{{& name}}") == "line 1: a value without escaping");
  CHECK(complaint("\n{{=<% %>=}}") == "line 2: other delimiters than {{ and }}");
  CHECK(complaint("{{> name}}") == "line 1: there is no part {{> name}}");
  CHECK(complaint("{{a b}}") == "line 1: {{a b}} is no name: a-z, 0-9 and _");
  CHECK(complaint("{{}}").find("is no name") != std::string::npos);
  CHECK(complaint("\n{{name") == "line 2: {{ without }}");
  CHECK(complaint("\n{{#name}}x") == "line 2: Unclosed section \"name\"");
  CHECK(complaint("\n{{/name}}") == "line 2: Unopened section \"name\"");
  CHECK(complaint("{{#a}}{{#b}}{{/a}}{{/b}}").find("line 1: Unclosed section") == 0);
  CHECK(complaint("{{").find("line 1") == 0);
  CHECK(complaint("{{> code}} {{name}} } {").empty());
}

TEST_CASE("a value stays a value, whatever it holds") {
  const Values values{{"name", "{{code}} {{#code}} <b title=\"'\">&"}, {"code", "1"}};
  CHECK(render("{{name}}", values, Output::text) == values.at("name"));
  CHECK(render("{{name}}", values, Output::html) ==
        "{{code}} {{#code}} &lt;b title=&quot;&apos;&quot;&gt;&amp;");
}

TEST_CASE("a value is one line") {
  const Values values{{"name", "a\r\nBcc: b\tc\x7F"}};
  CHECK(render("{{name}}", values, Output::text) == "a  Bcc: b c ");
  CHECK(render("{{name}}", values, Output::html) == "a  Bcc: b c ");
}

TEST_CASE("an empty value is an empty section") {
  CHECK(render("{{#a}}yes{{/a}}{{^a}}no{{/a}}", {{"a", ""}}, Output::text) == "no");
  CHECK(render("{{#a}}yes{{/a}}{{^a}}no{{/a}}", {}, Output::text) == "no");
  CHECK(render("{{#a}}{{a}}{{b}}{{/a}}", {{"a", "1"}, {"b", "2"}}, Output::text) == "12");
}

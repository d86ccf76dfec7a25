#include "command.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <set>

namespace coffeeauth::server {
namespace {

const std::vector<OptionSpec>& specs() {
  static const std::vector<OptionSpec> all{{"--email", "E", "the address"},
                                           {"--promote", "", "a switch"}};
  return all;
}
Arguments parse(const std::vector<std::string>& words) { return Arguments{words, specs()}; }

std::string complaint(const std::vector<std::string>& words) {
  try {
    static_cast<void>(parse(words));
    return {};
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST_CASE("an option's argument is the next word, or stands behind an equals sign") {
  CHECK(parse({"--email", "a@example.com"}).value("--email") == "a@example.com");
  CHECK(parse({"--email=a@example.com"}).value("--email") == "a@example.com");
  CHECK(parse({"--email=a=b"}).value("--email") == "a=b");
  CHECK(parse({"--email="}).value("--email") == "");
  CHECK(parse({"--email", "--promote"}).value("--email") == "--promote");
  CHECK_FALSE(parse({}).value("--email"));
}

TEST_CASE("a switch is there or not") {
  CHECK(parse({"--promote"}).has("--promote"));
  CHECK_FALSE(parse({"--email", "x"}).has("--promote"));
}

TEST_CASE("what is no option is a word, in order") {
  const auto arguments = parse({"retry", "--promote", "7", "-", "8"});
  CHECK(arguments.words() == std::vector<std::string>{"retry", "7", "-", "8"});
}

TEST_CASE("behind -- all are words, also those that look like options") {
  const auto arguments = parse({"--promote", "revoke", "--", "-oPv0", "--email"});
  CHECK(arguments.words() == std::vector<std::string>{"revoke", "-oPv0", "--email"});
  CHECK(arguments.has("--promote"));
  CHECK_FALSE(arguments.has("--email"));
}

TEST_CASE("what is not understood is refused, and no value is repeated") {
  CHECK(complaint({"--emial", "x"}) == "unknown option --emial");
  CHECK(complaint({"--password=s3cret"}) == "unknown option --password");
  CHECK(complaint({"-e"}) == "unknown option -e; -- stands before a word that begins with -");
  CHECK(complaint({"--email", "a", "--email=b"}) == "--email is given twice");
  CHECK(complaint({"--email"}) == "--email needs E");
  CHECK(complaint({"--promote=yes"}) == "--promote takes no value");
  CHECK(complaint({"--EMAIL=x"}) == "unknown option --EMAIL");
}

TEST_CASE("every command has a name of its own, a summary and something to run") {
  std::set<std::string_view> names;
  for (const auto& command : commands()) {
    CAPTURE(command.name);
    CHECK(names.insert(command.name).second);
    CHECK_FALSE(command.summary.empty());
    CHECK((command.run != nullptr));
    std::set<std::string_view> options;
    for (const auto& option : command.options) {
      CHECK(option.name.starts_with("--"));
      CHECK(options.insert(option.name).second);
      CHECK_FALSE(option.description.empty());
    }
  }
  for (const std::string_view name : {"serve", "worker", "scheduler", "migrate", "create-admin",
                                      "config", "openapi", "keys", "outbox", "version"}) {
    CHECK(names.contains(name));
  }
}

}  // namespace
}  // namespace coffeeauth::server

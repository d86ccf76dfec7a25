#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>

#include "tests/unit/config/room.hpp"

namespace coffeeauth {
namespace {

using namespace std::chrono_literals;
using testing::Reveal;
using testing::RoomOptions;

const ConfigField& named(const std::vector<ConfigField>& fields, std::string_view name) {
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const ConfigField& one) { return one.name == name; });
  REQUIRE_MESSAGE(found != fields.end(), name);
  return *found;
}

/// Why the field of that name refuses that text; empty when it takes it.
std::string refusal(std::string_view name, std::string_view text) {
  RoomOptions options;
  const auto done = set_field(room_fields(options), name, text);
  if (done) return {};
  CHECK(done.error().fields.at(0).field == name);
  CHECK(done.error().fields.at(0).code == "invalid");
  return done.error().fields.at(0).message;
}

TEST_CASE("a field of each kind shows its member, and sets it and no other") {
  struct Each {
    std::string_view name;
    std::string_view shown;
    std::string_view text;
    std::string_view then;
  };
  for (const auto& each :
       {Each{"RESET_ENABLED", "true", " NO ", "false"}, Each{"RESET_TRIES", "3", " 7", "7"},
        Each{"RESET_PORT", "", "0", "0"}, Each{"RESET_LIFETIME", "1h", "90min", "90min"},
        Each{"RESET_POLL", "1500ms", "2", "2s"}, Each{"RESET_KEPT", "7d", "48h", "2d"},
        Each{"RESET_REVEAL", "link", " CODE", "code"}, Each{"RESET_TITLE", "Coffee", " x ", " x "},
        Each{"RESET_HOSTS", "", "A.example,, b.example ", "A.example,b.example"},
        Each{"RESET_PAGE", "https://coffee.example", "https://x.example/y", "https://x.example/y"},
        Each{"RESET_HOOK", "", "https://u:s3cret@h/x", "https://u:********@h/x"},
        Each{"RESET_TOKEN", "", "0123456789abcdef", "********"},
        Each{"RESET_OLD_TOKENS", "", "0123456789abcdef,0123456789ABCDEF", "********"}}) {
    CAPTURE(each.name);
    RoomOptions options;
    RoomOptions untouched;
    const auto fields = room_fields(options);
    CHECK(named(fields, each.name).get() == each.shown);
    REQUIRE_OK(set_field(fields, each.name, each.text));
    CHECK(named(fields, each.name).get() == each.then);
    CHECK(validate(fields).empty());
    for (const auto& other : room_fields(untouched)) {
      CAPTURE(other.name);
      if (other.name != each.name) CHECK(named(fields, other.name).get() == other.get());
    }
  }
}

TEST_CASE("what is set is in the options themselves") {
  RoomOptions options;
  const auto fields = room_fields(options);
  for (const auto& each : {std::pair{"RESET_ENABLED", "off"}, std::pair{"RESET_TRIES", "9"},
                           std::pair{"RESET_PORT", "80"}, std::pair{"RESET_LIFETIME", "2h"},
                           std::pair{"RESET_POLL", "250ms"}, std::pair{"RESET_KEPT", "3d"},
                           std::pair{"RESET_REVEAL", "both"}, std::pair{"RESET_HOSTS", "a,b"},
                           std::pair{"RESET_TOKEN", "0123456789abcdef"}}) {
    CAPTURE(each.first);
    REQUIRE_OK(set_field(fields, each.first, each.second));
  }
  CHECK_FALSE(options.enabled);
  CHECK(options.tries == 9);
  CHECK(options.port == 80);
  CHECK(options.lifetime == 2h);
  CHECK(options.poll == 250ms);
  CHECK(options.kept == 72h);
  CHECK(options.reveal == Reveal::both);
  CHECK(options.hosts == std::vector<std::string>{"a", "b"});
  CHECK((options.token == Secret{"0123456789abcdef"}));
}

TEST_CASE("several secrets are one a line where there are lines, and have commas elsewhere") {
  RoomOptions options;
  const auto fields = room_fields(options);
  const auto count = [&](std::string_view text) {
    REQUIRE_OK(set_field(fields, "RESET_OLD_TOKENS", text));
    return options.old_tokens.size();
  };
  CHECK(count(" 0123456789abcdef ,, 0123456789ABCDEF ") == 2);
  CHECK((options.old_tokens[0] == Secret{"0123456789abcdef"}));
  CHECK((options.old_tokens[1] == Secret{"0123456789ABCDEF"}));
  CHECK(count(" 01234567,89abcdef \r\n\n0123456789ABCDEF") == 2);
  CHECK((options.old_tokens[0] == Secret{" 01234567,89abcdef "}));
  CHECK_ERROR(set_field(fields, "RESET_OLD_TOKENS", "0123456789abcdef,short"),
              ErrorCode::validation_failed);
  CHECK(options.old_tokens.size() == 2);
}

TEST_CASE("a refusal says what a value must be and what its range is, and never quotes it") {
  CHECK(refusal("RESET_ENABLED", "s3cret") == "must be true or false");
  CHECK(refusal("RESET_TRIES", "s3cret") == "must be 1 to 10");
  CHECK(refusal("RESET_PORT", "65536") == "must be 0 to 65535");
  CHECK(refusal("RESET_LIFETIME", "s3cret") ==
        "must be a duration of 5min to 1d, in whole seconds");
  CHECK(refusal("RESET_LIFETIME", "600500ms") ==
        "must be a duration of 5min to 1d, in whole seconds");
  CHECK(refusal("RESET_POLL", "s3cret") == "must be a duration of 100ms to 1min");
  CHECK(refusal("RESET_KEPT", "90min") == "must be a duration of 1d to 30d, in multiples of 1h");
  CHECK(refusal("RESET_REVEAL", "s3cret") == "must be off, link, code or both");
  CHECK(refusal("RESET_TITLE", "") == "must be some text");
  CHECK(refusal("RESET_HOSTS", "a.example, s3cret s3cret") == "must be host names, with commas");
  CHECK(refusal("RESET_PAGE", "s3cret") == "must be https://host");
  CHECK(refusal("RESET_TOKEN", "s3cret") == "must be 16 bytes at least");
  CHECK(refusal("RESET_OLD_TOKENS", "0123456789abcdef, s3cret") ==
        "must be tokens of 16 bytes at least, with commas");
}

TEST_CASE("options that are filled in code are held to the same ranges, with the setting's name") {
  using Fill = void (*)(RoomOptions&);
  struct Each {
    Fill fill;
    FieldError problem;
  };
  const std::vector<Each> all{
      {[](RoomOptions& o) { o.tries = 0; }, {"RESET_TRIES", "out_of_range", "must be 1 to 10"}},
      {[](RoomOptions& o) { o.tries = 11; }, {"RESET_TRIES", "out_of_range", "must be 1 to 10"}},
      {[](RoomOptions& o) { o.lifetime = -1s; },
       {"RESET_LIFETIME", "out_of_range", "must be a duration of 5min to 1d, in whole seconds"}},
      {[](RoomOptions& o) { o.kept = std::chrono::hours::max(); },
       {"RESET_KEPT", "out_of_range", "must be a duration of 1d to 30d, in multiples of 1h"}},
      {[](RoomOptions& o) { o.reveal = static_cast<Reveal>(9); },
       {"RESET_REVEAL", "invalid", "must be off, link, code or both"}},
      {[](RoomOptions& o) { o.title.clear(); }, {"RESET_TITLE", "required", "must not be empty"}},
      {[](RoomOptions& o) { o.title = "x"; },
       {"RESET_TITLE", "too_short", "must have at least 2 octets"}},
      {[](RoomOptions& o) { o.title = std::string(41, 'x'); },
       {"RESET_TITLE", "too_long", "must have at most 40 octets"}},
      {[](RoomOptions& o) { o.title = "a\r\nBcc: b"; },
       {"RESET_TITLE", "invalid", "must be UTF-8 without control characters"}},
      {[](RoomOptions& o) { o.hook = "s3cret"; }, {"RESET_HOOK", "invalid", "must be a URL"}},
      {[](RoomOptions& o) { o.kept = 24h, o.lifetime = 24h, o.poll = 1min; }, {}},
      {[](RoomOptions& o) { o.lifetime = 5min, o.poll = 1min, o.pause = 6min; },
       {"RESET_LIFETIME", "out_of_range", "must be at least RESET_PAUSE"}}};
  for (const auto& each : all) {
    RoomOptions options;
    each.fill(options);
    const auto problems = validate(room_fields(options));
    CAPTURE(each.problem.field);
    if (each.problem.field.empty()) {
      CHECK(problems.empty());
      continue;
    }
    REQUIRE(problems.size() == 1);
    CHECK(problems[0] == each.problem);
  }
}

TEST_CASE("a field out of its own range is not held against others, too") {
  RoomOptions options;
  options.lifetime = 1min;
  options.pause = 2min;
  const auto problems = validate(room_fields(options));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].message.find("1d") != std::string::npos);
}

TEST_CASE("every rule of a field counts, the first that is broken is told") {
  bool first = true;
  bool second = false;
  std::size_t value = 1;
  const auto made = with_rule(
      with_rule(field("X", "A number", value, {0, 2}), "more than A", [&] { return first; }),
      "more than B", [&] { return second; });
  REQUIRE(made.rule());
  CHECK(made.rule()->message == "must be more than B");
  first = false;
  CHECK(made.rule()->message == "must be more than A");
  first = second = true;
  CHECK_FALSE(made.rule());
}

TEST_CASE("the range is added to a description that does not end its sentence") {
  RoomOptions options;
  const auto fields = room_fields(options);
  CHECK(named(fields, "RESET_TRIES").description == "Wrong guesses until a link is dead; 1 to 10.");
  CHECK(named(fields, "RESET_LIFETIME").description == "How long a link is good; 5min to 1d.");
  CHECK(named(fields, "RESET_PORT").description == "A port; 0 for any free one.");
}

}  // namespace
}  // namespace coffeeauth

#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <set>

#include "coffeeauth/config_fields.hpp"

namespace coffeeauth {
namespace {

using namespace std::chrono_literals;

/// The field of that name among all of `config`.
ConfigField field_of(Config& config, std::string_view name) {
  const auto fields = config_fields(config);
  const auto found = std::find_if(fields.begin(), fields.end(),
                                  [&](const ConfigField& one) { return one.name == name; });
  REQUIRE_MESSAGE(found != fields.end(), name);
  return *found;
}

/// What the field of that name shows.
std::string shown(Config config, std::string_view name) { return field_of(config, name).get(); }

/// Every field, bound to a Config of defaults that lives for ever.
const std::vector<ConfigField>& defaults() {
  static Config config;
  static const auto fields = config_fields(config);
  return fields;
}

/// The names of what validate() complains about.
std::set<std::string> complaints(const Config& config) {
  std::set<std::string> names;
  for (const auto& problem : validate(config)) names.insert(problem.field);
  return names;
}

/// What `config` becomes with one field set.
Config with(Config config, std::string_view name, std::string_view text) {
  const auto done = set_field(config_fields(config), name, text);
  INFO(name << " = " << text);
  REQUIRE_OK(done);
  return config;
}
Config with(std::string_view name, std::string_view text) { return with(Config{}, name, text); }

TEST_CASE("the defaults are valid") { CHECK(validate(Config{}).empty()); }

TEST_CASE("names are those of an environment, each once, each explained") {
  std::set<std::string_view> names;
  for (const auto& one : defaults()) {
    CAPTURE(one.name);
    CHECK(names.insert(one.name).second);
    CHECK(std::all_of(one.name.begin(), one.name.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    }));
    CHECK(one.description.size() > 10);
    CHECK(one.description.back() == '.');
    CHECK_FALSE(one.expects.empty());
  }
}

TEST_CASE("the fields show the defaults that are documented") {
  std::map<std::string_view, std::string> all;
  for (const auto& one : defaults()) all[one.name] = one.get();
  const std::map<std::string_view, std::string> expected{
      {"CODE_LIFETIME", "1h"},
      {"CODE_ATTEMPTS", "5"},
      {"CODE_GUESSES_PER_DAY", "50"},
      {"CODE_NETWORKS", "3"},
      {"CODE_RESEND_PAUSE", "1min"},
      {"CODE_MAILS_PER_HOUR", "5"},
      {"CODE_MAILS_PER_DAY", "10"},
      {"PENDING_SIGN_UPS", "5"},
      {"LOGIN_CODE_LIFETIME", "10min"},
      {"UNVERIFIED_LIFETIME", "2d"},
      {"SIGNUP_REVEALS_EXISTING", "false"},
      {"TOKEN_ISSUER", "coffeeauth"},
      {"TOKEN_AUDIENCE", "coffeeauth"},
      {"TOKEN_CLIENT_ID", ""},
      {"TOKEN_ALGORITHM", "ES256"},
      {"ACCESS_TOKEN_LIFETIME", "10min"},
      {"TOKEN_LEEWAY", "5s"},
      {"REFRESH_IDLE_LIFETIME", "14d"},
      {"REFRESH_ABSOLUTE_LIFETIME", "30d"},
      {"REFRESH_GRACE", "10s"},
      {"KEY_OVERLAP", "1h"},
      {"JWKS_MAX_AGE", "5min"},
      {"KEY_PUBLICATION_MARGIN", "1min"},
      {"SESSIONS_PER_USER", "100"},
      {"REAUTH_LIFETIME", "10min"},
      {"VERIFIED_TOKEN_CACHE", "10000"},
      {"LIVE_USER_CACHE_LIFETIME", "1s"},
      {"PASSWORD_MIN_LENGTH", "8"},
      {"ARGON2_MEMORY_KIB", "19456"},
      {"ARGON2_ITERATIONS", "2"},
      {"HASHING_THREADS", "0"},
      {"HASHING_QUEUE", "64"},
      {"SERVICE_NAME", "coffeeauth"},
      {"RATE_LIMITS_ENABLED", "true"},
      {"LOGIN_FAILURE_LIMIT", "10"},
      {"LOGIN_FAILURE_WINDOW", "15min"},
      {"LOGIN_FIRST_WAIT", "15s"},
      {"LOGIN_FAILURE_MEMORY", "1d"},
      {"LOGIN_ADDRESS_LIMIT", "100"},
      {"LOGIN_ADDRESS_WINDOW", "15min"},
      {"SIGNUP_LIMIT", "20"},
      {"SIGNUP_WINDOW", "1h"},
      {"RESEND_LIMIT", "20"},
      {"RESEND_WINDOW", "1h"},
      {"VERIFY_LIMIT", "60"},
      {"VERIFY_WINDOW", "1h"},
      {"REQUEST_LIMIT", "600"},
      {"REQUEST_WINDOW", "1min"},
      {"IPV6_56_FACTOR", "4"},
      {"IPV6_48_FACTOR", "16"},
      {"LIST_PAGE_SIZE", "10"},
      {"LIST_MAX_PAGE_SIZE", "100"},
      {"LIST_COUNTED_MATCHES", "1000"},
      {"LIST_CACHE_LIFETIME", "1min"},
      {"NOTICES", "all"},
      {"MAIL_CONCURRENCY", "20"},
      {"MAIL_IN_DOUBT", "4"},
      {"MAIL_IN_DOUBT_AFTER", "20"},
      {"MAIL_LEASE", "15s"},
      {"MAIL_FIRST_BACKOFF", "5s"},
      {"MAIL_MAX_BACKOFF", "30min"},
      {"MAIL_MAX_ATTEMPTS", "12"},
      {"MAIL_MAX_ABANDONED", "10"},
      {"MAIL_ALONE_AFTER", "2"},
      {"MAIL_DEAD_LIFETIME", "30d"},
      {"MAIL_OVERDUE_AFTER", "5min"},
      {"MAIL_POLL_INTERVAL", "1s"},
      {"CLEAN_UP_INTERVAL", "10min"},
      {"CLEAN_UP_BATCH", "500"},
  };
  CHECK(all.size() == expected.size());
  for (const auto& each : expected) {
    CAPTURE(each.first);
    CHECK(all[each.first] == each.second);
  }
}

/// A value that differs from the default and that validate() accepts.
std::string another_value(const ConfigField& one) {
  const auto now = one.get();
  for (const std::string_view text :
       {"HS256", "another text", "true", "false", "9", "3", "100", "200", "500ms", "20s", "2min",
        "20min", "2h", "15d", "-password_changed"}) {
    Config config;
    const auto field = field_of(config, one.name);
    if (!field.set(text) || field.get() == now) continue;
    if (validate(config).empty()) return std::string{text};
  }
  return {};
}

TEST_CASE("what a field shows is what it reads") {
  for (const auto& one : defaults()) {
    CAPTURE(one.name);
    const auto text = another_value(one);
    REQUIRE_FALSE(text.empty());
    const auto text_shown = shown(with(one.name, text), one.name);
    CHECK(text_shown != one.get());
    CHECK(shown(with(one.name, text_shown), one.name) == text_shown);
  }
}

TEST_CASE("a field sets itself and no other") {
  for (const auto& one : defaults()) {
    CAPTURE(one.name);
    const auto config = with(one.name, another_value(one));
    for (const auto& other : defaults()) {
      if (other.name == one.name) continue;
      CAPTURE(other.name);
      CHECK(shown(config, other.name) == other.get());
    }
  }
}

TEST_CASE("a malformed value changes nothing and says what is expected") {
  for (const auto& one : defaults()) {
    for (const std::string_view text :
         {"", "s3cret-looking", "-1", "+1", "1.5", "0x10", "\n1", "1\r", "1,000", "1e3",
          "99999999999999999999999", "10 min", "ten"}) {
      CAPTURE(one.name);
      CAPTURE(text);
      Config config;
      const auto done = set_field(config_fields(config), one.name, text);
      if (one.expects == "some text" && !text.empty()) continue;
      REQUIRE_ERROR(done, ErrorCode::validation_failed);
      CHECK(shown(config, one.name) == one.get());
      const auto& problem = done.error().fields.at(0);
      CHECK(problem.field == one.name);
      CHECK(problem.code == "invalid");
      CHECK(problem.message == "must be " + one.expects);
      CHECK((text.empty() || problem.message.find("s3cret") == std::string::npos));
    }
  }
}

TEST_CASE("a field that is not there is unknown, also in another letter case") {
  for (const std::string_view name : {"", "CODE_LIFETIMES", "code_lifetime", "CODE_LIFETIME "}) {
    Config config;
    const auto done = set_field(config_fields(config), name, "1h");
    REQUIRE_ERROR(done, ErrorCode::validation_failed);
    CHECK(done.error().fields.at(0).code == "unknown_field");
  }
}

struct Range {
  std::string_view name;
  std::string_view below;  // empty where nothing is below
  std::string_view least;
  std::string_view most;
  std::string_view above;
};

/// The ranges that config.hpp promises.
const std::vector<Range>& ranges() {
  static const std::vector<Range> all{
      {"CODE_LIFETIME", "299s", "5min", "24h", "86401s"},
      {"CODE_ATTEMPTS", "0", "1", "10", "11"},
      {"CODE_GUESSES_PER_DAY", "4", "5", "1000", "1001"},
      {"CODE_NETWORKS", "0", "1", "20", "21"},
      {"CODE_RESEND_PAUSE", "", "0s", "1h", "3601s"},
      {"CODE_MAILS_PER_HOUR", "0", "1", "1000", "1001"},
      {"CODE_MAILS_PER_DAY", "0", "1", "1000", "1001"},
      {"PENDING_SIGN_UPS", "0", "1", "20", "21"},
      {"LOGIN_CODE_LIFETIME", "59s", "1min", "1h", "3601s"},
      {"UNVERIFIED_LIFETIME", "3599s", "1h", "90d", "7776001s"},
      {"ACCESS_TOKEN_LIFETIME", "59s", "1min", "24h", "86401s"},
      {"TOKEN_LEEWAY", "", "0s", "10min", "601s"},
      {"REFRESH_IDLE_LIFETIME", "3599s", "1h", "365d", "31536001s"},
      {"REFRESH_ABSOLUTE_LIFETIME", "3599s", "1h", "3650d", "315360001s"},
      {"REFRESH_GRACE", "", "0s", "60s", "61s"},
      {"REAUTH_LIFETIME", "59s", "1min", "1h", "3601s"},
      {"KEY_OVERLAP", "", "0s", "30d", "2592001s"},
      {"JWKS_MAX_AGE", "", "0s", "24h", "86401s"},
      {"KEY_PUBLICATION_MARGIN", "", "0s", "1h", "3601s"},
      {"SESSIONS_PER_USER", "0", "1", "100", "101"},
      {"VERIFIED_TOKEN_CACHE", "", "0", "10000000", "10000001"},
      {"LIVE_USER_CACHE_LIFETIME", "", "0s", "1s", "1001ms"},
      {"PASSWORD_MIN_LENGTH", "7", "8", "64", "65"},
      {"ARGON2_MEMORY_KIB", "7", "8", "1048576", "1048577"},
      {"ARGON2_ITERATIONS", "0", "1", "20", "21"},
      {"HASHING_THREADS", "", "0", "256", "257"},
      {"HASHING_QUEUE", "0", "1", "100000", "100001"},
      {"LIST_PAGE_SIZE", "0", "1", "1000", "1001"},
      {"LIST_MAX_PAGE_SIZE", "0", "1", "1000", "1001"},
      {"LIST_COUNTED_MATCHES", "", "0", "1000000", "1000001"},
      {"LIST_CACHE_LIFETIME", "", "0s", "60s", "61s"},
      {"MAIL_CONCURRENCY", "0", "1", "100", "101"},
      {"MAIL_IN_DOUBT", "0", "1", "100", "101"},
      {"MAIL_IN_DOUBT_AFTER", "", "0", "10000", "10001"},
      {"MAIL_LEASE", "4s", "5s", "1h", "3601s"},
      {"MAIL_FIRST_BACKOFF", "0s", "1s", "1h", "3601s"},
      {"MAIL_MAX_BACKOFF", "0s", "1s", "24h", "86401s"},
      {"MAIL_MAX_ATTEMPTS", "0", "1", "100", "101"},
      {"MAIL_MAX_ABANDONED", "2", "3", "100", "101"},
      {"MAIL_ALONE_AFTER", "0", "1", "3", "4"},
      {"MAIL_DEAD_LIFETIME", "86399s", "1d", "3650d", "315360001s"},
      {"MAIL_OVERDUE_AFTER", "9s", "10s", "24h", "86401s"},
      {"MAIL_POLL_INTERVAL", "99ms", "100ms", "1min", "60001ms"},
      {"CLEAN_UP_INTERVAL", "0s", "1s", "24h", "86401s"},
      {"CLEAN_UP_BATCH", "0", "1", "10000", "10001"},
      {"LOGIN_FAILURE_LIMIT", "0", "1", "1000000000", "1000000001"},
      {"LOGIN_FAILURE_WINDOW", "0s", "1s", "24h", "86401s"},
      {"LOGIN_FIRST_WAIT", "0s", "1s", "1h", "3601s"},
      {"LOGIN_FAILURE_MEMORY", "59s", "1min", "7d", "604801s"},
      {"IPV6_56_FACTOR", "0", "1", "256", "257"},
      {"IPV6_48_FACTOR", "0", "1", "65536", "65537"},
      {"LOGIN_ADDRESS_LIMIT", "0", "1", "1000000000", "1000000001"},
      {"LOGIN_ADDRESS_WINDOW", "0s", "1s", "24h", "86401s"},
      {"SIGNUP_LIMIT", "0", "1", "1000000000", "1000000001"},
      {"SIGNUP_WINDOW", "0s", "1s", "24h", "86401s"},
      {"RESEND_LIMIT", "0", "1", "1000000000", "1000000001"},
      {"RESEND_WINDOW", "0s", "1s", "24h", "86401s"},
      {"VERIFY_LIMIT", "0", "1", "1000000000", "1000000001"},
      {"VERIFY_WINDOW", "0s", "1s", "24h", "86401s"},
      {"REQUEST_LIMIT", "0", "1", "1000000000", "1000000001"},
      {"REQUEST_WINDOW", "0s", "1s", "24h", "86401s"}};
  return all;
}

/// A Config in which no rule between two fields is in the way of one field's own range.
Config roomy() {
  auto config = with("REFRESH_IDLE_LIFETIME", "1h");
  config = with(config, "REFRESH_ABSOLUTE_LIFETIME", "3650d");
  config = with(config, "LIST_PAGE_SIZE", "1");
  config = with(config, "LIST_MAX_PAGE_SIZE", "1000");
  config = with(config, "IPV6_56_FACTOR", "1");
  config = with(config, "IPV6_48_FACTOR", "65536");
  config = with(config, "MAIL_FIRST_BACKOFF", "1s");
  config = with(config, "CODE_LIFETIME", "5min");
  config = with(config, "UNVERIFIED_LIFETIME", "2d");
  config = with(config, "LOGIN_FAILURE_WINDOW", "1s");
  config = with(config, "LOGIN_FIRST_WAIT", "1s");
  config = with(config, "LOGIN_FAILURE_MEMORY", "7d");
  return with(config, "MAIL_MAX_BACKOFF", "24h");
}

TEST_CASE("the ends of every range are accepted, and what is one beyond is named") {
  for (const auto& range : ranges()) {
    CAPTURE(range.name);
    CHECK(validate(with(roomy(), range.name, range.least)).empty());
    CHECK(validate(with(roomy(), range.name, range.most)).empty());
    for (const auto beyond : {range.below, range.above}) {
      if (beyond.empty()) continue;
      const auto problems = validate(with(roomy(), range.name, beyond));
      REQUIRE_FALSE(problems.empty());
      // The page size that is too large is so for LIST_MAX_PAGE_SIZE, too.
      CHECK(problems.size() == (range.name == "LIST_PAGE_SIZE" && beyond == range.above ? 2 : 1));
      CHECK(problems.front().field == range.name);
      CHECK(problems.front().code == "out_of_range");
    }
  }
}

TEST_CASE("every number has a range, which its description and its refusal tell") {
  std::set<std::string_view> with_range;
  for (const auto& range : ranges()) {
    with_range.insert(range.name);
    const auto text = shown(with(range.name, range.least), range.name) + " to " +
                      shown(with(range.name, range.most), range.name);
    Config config;
    const auto one = field_of(config, range.name);
    CAPTURE(one.description);
    CHECK(one.description.ends_with("; " + text + "."));
    CAPTURE(one.expects);
    CHECK(one.expects.find(text) != std::string::npos);
  }
  for (const auto& one : defaults()) {
    CAPTURE(one.name);
    CHECK(with_range.contains(one.name) == (one.expects.find(" to ") != std::string::npos));
  }
}

TEST_CASE("every switch, number and duration is read by the one parser") {
  for (const auto& one : defaults()) {
    CAPTURE(one.name);
    if (one.expects == "true or false") {
      CHECK(shown(with(one.name, " OFF "), one.name) == "false");
    } else if (one.expects.find(" to ") != std::string::npos) {
      static_cast<void>(with(one.name, " 90 "));
      Config config;
      CHECK_FALSE(field_of(config, one.name).set("-90"));
    }
  }
}

TEST_CASE("a complaint says what is right and does not repeat what is wrong") {
  const auto problems = validate(with("CODE_ATTEMPTS", "11"));
  REQUIRE(problems.size() == 1);
  CHECK(problems[0].code == "out_of_range");
  CHECK(problems[0].message == "must be 1 to 10");
}

TEST_CASE("texts that stand in tokens and mails are not empty, short, and one line of UTF-8") {
  for (const std::string_view name : {"TOKEN_ISSUER", "TOKEN_AUDIENCE", "SERVICE_NAME"}) {
    CAPTURE(name);
    const std::set<std::string> named{std::string{name}};
    CHECK(validate(with(name, "x")).empty());
    CHECK(validate(with(name, "Caf\xC3\xA9 https://auth.example/")).empty());
    CHECK(validate(with(name, std::string(200, 'x'))).empty());
    CHECK(complaints(with(name, std::string(201, 'x'))) == named);
    for (const std::string_view text : {"a\r\nBcc: b", "a\x1B[2J", "\xFF", "a\xE2\x80\xAE"}) {
      CHECK(complaints(with(name, text)) == named);
    }
  }
  Config config;
  config.passwords.service_name.clear();
  CHECK(complaints(config) == std::set<std::string>{"SERVICE_NAME"});
}

TEST_CASE("a limit that depends on another is held against it") {
  struct Pair {
    std::string_view upper;
    std::string_view equal;
    std::string_view below;
    std::string_view lower;
    std::string_view text;
  };
  for (const auto& each :
       {Pair{"REFRESH_ABSOLUTE_LIFETIME", "10d", "863999s", "REFRESH_IDLE_LIFETIME", "10d"},
        Pair{"LIST_MAX_PAGE_SIZE", "50", "49", "LIST_PAGE_SIZE", "50"},
        Pair{"MAIL_MAX_BACKOFF", "10min", "599s", "MAIL_FIRST_BACKOFF", "10min"},
        Pair{"UNVERIFIED_LIFETIME", "3h", "10799s", "CODE_LIFETIME", "3h"},
        Pair{"LOGIN_FAILURE_MEMORY", "30min", "1799s", "LOGIN_FAILURE_WINDOW", "30min"},
        Pair{"LOGIN_FAILURE_MEMORY", "40min", "2399s", "LOGIN_FIRST_WAIT", "40min"}}) {
    CAPTURE(each.upper);
    const auto& [upper, equal, below, lower, text] = each;
    const auto base = with(lower, text);
    CHECK(validate(with(base, upper, equal)).empty());
    const auto problems = validate(with(base, upper, below));
    REQUIRE(problems.size() == 1);
    CHECK(problems[0].field == upper);
    CHECK(problems[0].message == "must be at least " + std::string{lower});
  }
}

TEST_CASE("a field is complained about once, and every bad field is") {
  auto config = with("REFRESH_ABSOLUTE_LIFETIME", "1s");  // too short by itself and for the other
  CHECK(validate(config).size() == 1);
  config = with(config, "CODE_ATTEMPTS", "0");
  config = with(config, "MAIL_LEASE", "1s");
  CHECK(complaints(config) ==
        std::set<std::string>{"REFRESH_ABSOLUTE_LIFETIME", "CODE_ATTEMPTS", "MAIL_LEASE"});
}

TEST_CASE("values that no text says are out of range too") {
  Config config;
  config.codes.lifetime = -1s;
  config.tokens.leeway = -1s;
  config.jobs.concurrency = std::numeric_limits<std::size_t>::max();
  CHECK(complaints(config) ==
        std::set<std::string>{"CODE_LIFETIME", "TOKEN_LEEWAY", "MAIL_CONCURRENCY"});
}

TEST_CASE("a switch is read as people write one") {
  for (const std::string_view text : {"true", "TRUE", "True", "1", "yes", "YES", "on", "On"}) {
    CHECK(with("SIGNUP_REVEALS_EXISTING", text).codes.sign_up_reveals_existing);
  }
  for (const std::string_view text : {"false", "False", "0", "no", "NO", "off", "OFF"}) {
    CHECK_FALSE(with("RATE_LIMITS_ENABLED", text).limits.enabled);
  }
  for (const std::string_view text : {"", "2", "t", "y", "enabled", "true\n", "00"}) {
    Config config;
    CHECK_FALSE(field_of(config, "RATE_LIMITS_ENABLED").set(text));
    CHECK(config.limits.enabled);
  }
}

TEST_CASE("a lifetime in seconds is not cut to whole ones") {
  Config config;
  const auto lifetime = field_of(config, "CODE_LIFETIME");
  CHECK_FALSE(lifetime.set("600500ms"));
  CHECK(lifetime.expects == "a duration of 5min to 1d, in whole seconds");
  CHECK(lifetime.set("600000ms"));
  CHECK(config.codes.lifetime == 10min);
  CHECK(field_of(config, "MAIL_POLL_INTERVAL").set("250ms"));
  CHECK(config.jobs.poll_interval == 250ms);
}

TEST_CASE("a mail is tried alone before it is given up for the workers that died of it") {
  Config config;
  config.jobs.alone_after = 3;
  config.jobs.max_abandoned = 3;
  const auto problems = validate(config);
  REQUIRE(problems.size() == 1);
  CHECK(problems.front().field == "MAIL_MAX_ABANDONED");
  config.jobs.max_abandoned = 4;
  CHECK(validate(config).empty());
}

TEST_CASE("an algorithm that is none is malformed") {
  Config config;
  for (const std::string_view text : {"none", "ES25", "ES512", "HS256\n"}) {
    CHECK_FALSE(field_of(config, "TOKEN_ALGORITHM").set(text));
  }
  CHECK(field_of(config, "TOKEN_ALGORITHM").expects == "ES256, EdDSA, RS256 or HS256");
  CHECK(field_of(config, "TOKEN_ALGORITHM").set(" eddsa"));
  CHECK(config.tokens.algorithm == SigningAlgorithm::eddsa);
}

TEST_CASE("NOTICES names what is left out behind a minus, and nothing else") {
  const auto left_out = [](std::string_view text) {
    return with("NOTICES", text).notices.left_out;
  };
  using Kinds = std::vector<std::string>;
  CHECK(left_out("all").empty());
  CHECK(left_out(" All ").empty());
  CHECK(left_out("-new_device_login") == Kinds{"new_device_login"});
  CHECK(left_out("all, -password_changed , -email_changed") ==
        Kinds{"password_changed", "email_changed"});
  CHECK(shown(with("NOTICES", "all,-a_kind,-another"), "NOTICES") == "-a_kind,-another");
  CHECK(shown(with(with("NOTICES", "-a_kind"), "NOTICES", "all"), "NOTICES") == "all");
  for (const std::string_view text : {"password_changed", "-", "none", "off", "all,email_changed",
                                      "-a_kind,all", "-Kind", "--kind", "- kind", "-a kind", ","}) {
    CAPTURE(text);
    Config config;
    CHECK_ERROR(set_field(config_fields(config), "NOTICES", text), ErrorCode::validation_failed);
  }
}

}  // namespace
}  // namespace coffeeauth

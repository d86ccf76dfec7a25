#include "log.hpp"

#include <unistd.h>
#include "coffeeauth/testing/doctest.hpp"

#include <algorithm>
#include <atomic>
#include <cstdio>
#include <optional>
#include <random>
#include <thread>

#include <nlohmann/json.hpp>

#include "coffeeauth/testing/manual_clock.hpp"
#include "event_log.hpp"
#include "state_watch.hpp"

namespace coffeeauth::server {
namespace {

/// What is written on standard error while `work` runs.
template <class Work>
std::string written_by(Work work) {
  std::fflush(stderr);
  std::FILE* const file = std::tmpfile();
  REQUIRE(file != nullptr);
  const int kept = ::dup(STDERR_FILENO);
  ::dup2(::fileno(file), STDERR_FILENO);
  work();
  std::fflush(stderr);
  ::dup2(kept, STDERR_FILENO);
  ::close(kept);
  std::rewind(file);
  std::string text;
  char buffer[4096];
  for (std::size_t size = 0; (size = std::fread(buffer, 1, sizeof buffer, file)) > 0;) {
    text.append(buffer, size);
  }
  std::fclose(file);
  return text;
}

std::string line_of(LogFormat format, const std::string& event, LogFields fields) {
  const testing::ManualClock clock;
  return written_by([&] {
    Log log{format, LogLevel::info, clock};
    log.info(event, fields);
  });
}

bool is_printable_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
}

/// What people send who want to write the log themselves.
const std::vector<std::string>& hostile() {
  static const std::vector<std::string> all{"a\r\n{\"event\":\"logged_in\"}",
                                            "\x1B[2J\x1B[H",
                                            "\"},{\"x\":\"",
                                            "\\",
                                            "\x7F",
                                            std::string{"a\0b", 3},
                                            "\xC2\x9B"
                                            "2J",
                                            "\xE2\x80\xAE",
                                            "\xFF\xFE",
                                            "\xC3",
                                            "\xED\xA0\x80",
                                            "\xF0\x9F\x98\x80",
                                            "\b\f\t"};
  return all;
}

TEST_CASE("a line of JSON says when, how grave and what") {
  const auto line = line_of(LogFormat::json, "listening", {{"host", "127.0.0.1"}, {"empty", ""}});
  CHECK(line ==
        "{\"time\":\"2026-01-15T09:30:00.125Z\",\"level\":\"info\",\"event\":\"listening\","
        "\"host\":\"127.0.0.1\"}\n");
}

TEST_CASE("a line of text says the same for a person, with the day where it is kept") {
  CHECK(line_of(LogFormat::text, "listening", {{"host", "127.0.0.1"}, {"empty", ""}}) ==
        "2026-01-15T09:30:00.125Z info listening host=127.0.0.1\n");
}

TEST_CASE("whatever a field holds, it is one line that no terminal obeys") {
  for (const auto& text : hostile()) {
    CAPTURE(text);
    for (const auto format : {LogFormat::json, LogFormat::text}) {
      const auto line = line_of(format, text, {{"field", text}});
      REQUIRE(line.ends_with('\n'));
      CHECK(is_printable_ascii(std::string_view{line}.substr(0, line.size() - 1)));
    }
    const auto read = nlohmann::json::parse(line_of(LogFormat::json, "e", {{"field", text}}));
    CHECK(read.size() == 4);
    CHECK(read.at("event") == "e");
  }
}

TEST_CASE("an event is a line with its details") {
  const testing::ManualClock clock;
  const auto text = written_by([&] {
    Log log{LogFormat::text, LogLevel::info, clock};
    Metrics metrics;
    EventLog events{log, metrics};
    events.on({.kind = EventKind::user_updated, .details = {{"verification", "taken"}}});
    events.on({.kind = EventKind::signed_up, .details = {{"account", "created"}, {"tries", "2"}}});
    events.on({.kind = EventKind::logged_in});
  });
  CHECK(text ==
        "2026-01-15T09:30:00.125Z info user_updated details=verification=taken\n"
        "2026-01-15T09:30:00.125Z info signed_up details=account=created,tries=2\n"
        "2026-01-15T09:30:00.125Z info logged_in\n");
}

TEST_CASE("text that is UTF-8 is read back from JSON as it was") {
  std::mt19937 random{9};
  for (int round = 0; round < 5'000; ++round) {
    std::string text;
    for (auto size = random() % 8; size > 0; --size) {
      static const std::vector<std::string> pieces{"a",
                                                   "\"",
                                                   "\\",
                                                   "/",
                                                   "\n",
                                                   "\x1B",
                                                   "\x7F",
                                                   "\xC3\xA9",
                                                   "\xC2\x85",
                                                   "\xE2\x80\xA8",
                                                   "\xF0\x9F\x98\x80",
                                                   std::string(1, '\0')};
      text += pieces[random() % pieces.size()];
    }
    const auto escaped = json_escaped(text);
    REQUIRE(is_printable_ascii(escaped));
    REQUIRE(nlohmann::json::parse("\"" + escaped + "\"") == text);
  }
}

TEST_CASE("octets that are not UTF-8 are replaced, and the rest stays") {
  CHECK(json_escaped("a\xFFz") == "a\\ufffdz");
  CHECK(json_escaped("plain") == "plain");
  CHECK(json_escaped("") == "");
}

TEST_CASE("lines below the level are not written") {
  const testing::ManualClock clock;
  const auto text = written_by([&] {
    Log log{LogFormat::text, LogLevel::warning, clock};
    log.write(LogLevel::debug, "one", {});
    log.info("two", {});
    log.write(LogLevel::warning, "three", {});
    log.write(LogLevel::error, "four", {});
  });
  CHECK(text == "2026-01-15T09:30:00.125Z warning three\n2026-01-15T09:30:00.125Z error four\n");
}

TEST_CASE("away from a terminal a line is JSON") {
  CHECK(line_of(LogFormat::automatic, "e", {}).starts_with("{\"time\""));
}

TEST_CASE("lines of many threads are whole") {
  const testing::ManualClock clock;
  const auto text = written_by([&] {
    Log log{LogFormat::json, LogLevel::info, clock};
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int k = 0; k < 200; ++k) log.info("event", {{"filler", std::string(100, 'x')}});
      });
    }
    for (auto& thread : threads) thread.join();
  });
  std::size_t lines = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);
    REQUIRE(nlohmann::json::accept(text.substr(begin, end - begin)));
    ++lines;
    begin = end + 1;
  }
  CHECK(lines == 1'600);
}

/// Standard error is a pipe that nobody reads until read_all() is called.
class UnreadPipe {
 public:
  UnreadPipe() {
    REQUIRE(::pipe(ends_) == 0);
    kept_ = ::dup(STDERR_FILENO);
    ::dup2(ends_[1], STDERR_FILENO);
    ::close(ends_[1]);
  }
  /// Everything up to the end; whoever writes must be done or about to be.
  template <class Work>
  std::string read_all_while(Work work) {
    std::string text;
    std::thread reader{[&] {
      char buffer[4096];
      for (ssize_t size = 0; (size = ::read(ends_[0], buffer, sizeof buffer)) > 0;) {
        text.append(buffer, static_cast<std::size_t>(size));
      }
    }};
    work();
    restore();
    reader.join();
    return text;
  }
  ~UnreadPipe() {
    restore();
    ::close(ends_[0]);
  }

 private:
  void restore() {
    if (kept_ < 0) return;
    ::dup2(kept_, STDERR_FILENO);
    ::close(kept_);
    kept_ = -1;
  }
  int ends_[2]{-1, -1};
  int kept_ = -1;
};

TEST_CASE("a reader that does not read holds up nobody, and is told afterwards what it missed") {
  const testing::ManualClock clock;
  UnreadPipe pipe;
  auto log = std::make_optional<Log>(LogFormat::json, LogLevel::info, clock);
  std::uint64_t written = 0;
  // Without a queue with an end, this never ends.
  for (; written < 1'000 || log->dropped() == 0; ++written) {
    log->info("event", {{"filler", std::string(1'000, 'x')}});
  }
  const auto lost = log->dropped();
  const auto text = pipe.read_all_while([&] { log.reset(); });
  std::uint64_t read = 0;
  std::uint64_t told = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const auto end = text.find('\n', begin);
    REQUIRE(end != std::string::npos);
    const auto line = nlohmann::json::parse(text.substr(begin, end - begin));
    if (line.at("event") == "log_lines_dropped") {
      told += std::stoull(line.at("count").get<std::string>());
    } else {
      ++read;
    }
    begin = end + 1;
  }
  CHECK(told == lost);
  CHECK(read + told == written);
}

TEST_CASE("a log whose reader never reads ends all the same") {
  const testing::ManualClock clock;
  const UnreadPipe pipe;
  Log log{LogFormat::json, LogLevel::info, clock};
  for (int i = 0; i < 1'000; ++i) log.info("event", {{"filler", std::string(1'000, 'x')}});
}

TEST_CASE("a part that goes and comes back is a line each, and its reason a fixed word") {
  const testing::ManualClock clock;
  std::atomic<int> state{0};
  std::atomic<int> asked{0};
  const auto wait = [&] {
    const int seen = asked;
    while (asked < seen + 2) std::this_thread::sleep_for(std::chrono::milliseconds{5});
  };
  const auto text = written_by([&] {
    Log log{LogFormat::text, LogLevel::info, clock};
    const StateWatch watch{log,
                           {{"redis",
                             [&]() -> std::optional<DownReason> {
                               ++asked;
                               if (state == 0) return std::nullopt;
                               return state == 1 ? DownReason::credentials
                                                 : DownReason::unreachable;
                             }}},
                           std::chrono::milliseconds{1}};
    for (const int next : {0, 1, 1, 2, 0}) {
      state = next;
      wait();
    }
  });
  CHECK(text ==
        "2026-01-15T09:30:00.125Z error redis_down reason=credentials\n"
        "2026-01-15T09:30:00.125Z error redis_down reason=unreachable\n"
        "2026-01-15T09:30:00.125Z info redis_back\n");
}

}  // namespace
}  // namespace coffeeauth::server

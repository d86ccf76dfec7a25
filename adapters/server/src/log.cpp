#include "log.hpp"

#include <unistd.h>

#include <array>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace coffeeauth::server {
namespace {

std::string_view word_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warning:
      return "warning";
    case LogLevel::error:
      return "error";
  }
  return "info";
}

}  // namespace

std::string json_escaped(std::string_view text) {
  // ASCII only, so that no terminal takes a C1 control or a direction mark for its own.
  const auto quoted =
      nlohmann::json(text).dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
  std::string out;
  for (const char c : std::string_view{quoted}.substr(1, quoted.size() - 2)) {
    if (c == 0x7F) {
      out += "\\u007f";
    } else {
      out += c;
    }
  }
  return out;
}

Log::Log(LogFormat format, LogLevel level, const Clock& clock)
    : json_(format == LogFormat::json ||
            (format == LogFormat::automatic && ::isatty(STDERR_FILENO) == 0)),
      level_(level),
      clock_(clock) {}

void Log::write(LogLevel level, std::string_view event, LogFields fields) noexcept {
  if (level < level_) return;
  try {
    std::string line;
    const auto time = to_rfc3339(clock_.now());
    if (json_) {
      line = "{\"time\":\"" + time + "\",\"level\":\"" + std::string{word_of(level)} +
             "\",\"event\":\"" + json_escaped(event) + "\"";
      for (const auto& [name, value] : fields) {
        if (value.empty()) continue;
        line += ",\"" + json_escaped(name) + "\":\"" + json_escaped(value) + "\"";
      }
      line += "}\n";
    } else {
      line = time.substr(11, 8) + " " + std::string{word_of(level)} + " " + json_escaped(event);
      for (const auto& [name, value] : fields) {
        if (!value.empty()) line += " " + std::string{name} + "=" + json_escaped(value);
      }
      line += "\n";
    }
    const std::lock_guard lock{mutex_};
    std::fwrite(line.data(), 1, line.size(), stderr);
  } catch (const std::exception&) {
    // A line is lost rather than a request.
  }
}

}  // namespace coffeeauth::server

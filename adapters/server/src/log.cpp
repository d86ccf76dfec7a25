#include "log.hpp"

#include <unistd.h>

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

namespace {

/// A whole line with its end; a field that is empty is left out.
std::string make_line(bool json, UtcTime now, LogLevel level, std::string_view event,
                      LogFields fields) {
  const auto time = to_rfc3339(now);
  if (!json) {
    auto line = time.substr(11, 8) + " " + std::string{word_of(level)} + " " + json_escaped(event);
    for (const auto& [name, value] : fields) {
      if (!value.empty()) line += " " + std::string{name} + "=" + json_escaped(value);
    }
    return line + "\n";
  }
  auto line = "{\"time\":\"" + time + "\",\"level\":\"" + std::string{word_of(level)} +
              "\",\"event\":\"" + json_escaped(event) + "\"";
  for (const auto& [name, value] : fields) {
    if (value.empty()) continue;
    line += ",\"" + json_escaped(name) + "\":\"" + json_escaped(value) + "\"";
  }
  return line + "}\n";
}

}  // namespace

Log::Log(LogFormat format, LogLevel level, const Clock& clock)
    : json_(format == LogFormat::json ||
            (format == LogFormat::automatic && ::isatty(STDERR_FILENO) == 0)),
      level_(level),
      clock_(clock),
      writer_([json = json_](std::uint64_t lost) {
        const auto now =
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        return make_line(json, now, LogLevel::warning, "log_lines_dropped",
                         {{"count", std::to_string(lost)}});
      }) {}

void Log::write(LogLevel level, std::string_view event, LogFields fields) noexcept {
  if (level < level_) return;
  try {
    writer_.put(make_line(json_, clock_.now(), level, event, fields));
  } catch (const std::exception&) {
    // A line is lost rather than a request.
  }
}

}  // namespace coffeeauth::server

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

LineStyle style_of(LogFormat format, bool on_a_terminal) {
  if (format == LogFormat::json) return LineStyle::json;
  if (on_a_terminal) return LineStyle::terminal;
  return format == LogFormat::text ? LineStyle::text : LineStyle::json;
}

/// A whole line with its end; a field that is empty is left out.
std::string make_line(LineStyle style, UtcTime now, LogLevel level, std::string_view event,
                      LogFields fields) {
  const auto time = to_rfc3339(now);
  if (style != LineStyle::json) {
    auto line = (style == LineStyle::terminal ? time.substr(11, 8) : time) + " " +
                std::string{word_of(level)} + " " + json_escaped(event);
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
    : style_(style_of(format, ::isatty(STDERR_FILENO) != 0)),
      level_(level),
      clock_(clock),
      writer_([style = style_](std::uint64_t lost) {
        const auto now =
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
        return make_line(style, now, LogLevel::warning, "log_lines_dropped",
                         {{"count", std::to_string(lost)}});
      }) {}

void Log::write(LogLevel level, std::string_view event, LogFields fields) noexcept {
  if (level < level_) return;
  try {
    writer_.put(make_line(style_, clock_.now(), level, event, fields));
  } catch (const std::exception&) {
    // A line is lost rather than a request.
  }
}

}  // namespace coffeeauth::server

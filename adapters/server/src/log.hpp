#pragma once
/// Log: one line an event on standard error, JSON for machines, text on a terminal.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/ports/event_sink.hpp"
#include "line_writer.hpp"
#include "settings.hpp"

namespace coffeeauth::server {

using LogFields = std::initializer_list<std::pair<std::string_view, std::string>>;

/// On a terminal the time of day is enough.
enum class LineStyle { json, text, terminal };

/// Callable from any thread; a line is written whole, by a thread of the log's own: nobody waits
/// for whoever reads it, and lines that find no room are dropped and counted. Whatever a field
/// holds, it can neither end the line nor reach a terminal as a control sequence.
class Log {
 public:
  /// Borrows `clock`.
  Log(LogFormat format, LogLevel level, const Clock& clock);

  void write(LogLevel level, std::string_view event, LogFields fields) noexcept;
  void info(std::string_view event, LogFields fields) noexcept {
    write(LogLevel::info, event, fields);
  }
  /// Writes out what waits, for a second at most; for an end that runs no destructors.
  void close() { writer_.close(); }
  /// Lines lost so far.
  [[nodiscard]] std::uint64_t dropped() const noexcept { return writer_.dropped(); }

 private:
  const LineStyle style_;
  const LogLevel level_;
  const Clock& clock_;
  LineWriter writer_;
};

/// `text` as the inside of a JSON string: control characters, quotes, and what is not UTF-8
/// escaped.
[[nodiscard]] std::string json_escaped(std::string_view text);

}  // namespace coffeeauth::server

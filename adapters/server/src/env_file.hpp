#pragma once
/// Env files: `NAME=value` a line, as compose files and shells know them. Pure.

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coffeeauth::server {

/// The configuration cannot be used; what() is one clear line for the operator, without secrets.
class ConfigError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct EnvEntry {
  std::string name;
  std::string value;
  /// Counted from 1.
  std::size_t line = 0;
  /// A quote that begins the value closes before its end, as in `"Coffee" <coffee@example.com>`.
  bool has_quote_inside = false;
};

/// Reads `NAME=value`, `export NAME=value`, blank lines and lines that begin with `#`.
///
/// A value may stand in single quotes (literal) or double quotes (`\n \r \t \" \\ \$` mean what
/// they mean in a shell, and no other escape is one); unquoted it ends before ` #` and loses blanks
/// at its ends, and quotes inside it are part of it. Nothing is substituted. A byte order mark and
/// line ends of Windows are overlooked. Throws ConfigError naming `file` and the line for anything
/// else, and for a name that comes twice.
[[nodiscard]] std::vector<EnvEntry> parse_env_file(std::string_view text, std::string_view file);

}  // namespace coffeeauth::server

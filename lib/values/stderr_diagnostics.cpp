#include <unistd.h>

#include <string>

#include "coffeeauth/ports/diagnostics.hpp"

namespace coffeeauth {
namespace {

// A text of several lines stays one, and none can colour a terminal or forge a line of a log.
void append_inert(std::string& line, std::string_view text) {
  for (const char c : text) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    line.push_back(is_control ? ' ' : c);
  }
}

class StderrDiagnostics final : public Diagnostics {
 public:
  void tell(const Diagnostic& diagnostic) noexcept override {
    try {
      std::string line = "coffeeauth: ";
      append_inert(line, diagnostic.what);
      line += " failed: ";
      append_inert(line, diagnostic.text);
      line += " [";
      append_inert(line, diagnostic.which);
      line += "]\n";
      // One write, so that lines of several threads do not mix. What cannot be written is lost.
      static_cast<void>(!::write(STDERR_FILENO, line.data(), line.size()));
    } catch (...) {
      // No memory for a line.
    }
  }
};

}  // namespace

Diagnostics& stderr_diagnostics() noexcept {
  static StderrDiagnostics instance;
  return instance;
}

}  // namespace coffeeauth

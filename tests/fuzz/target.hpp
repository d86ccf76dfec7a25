#pragma once
/// What a fuzz target is, alike for libFuzzer and for the test that replays the seeds.

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace coffeeauth::fuzz {

/// An input broke what has to be true of every input.
class PropertyBroken : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

inline void hold(bool condition, const char* property) {
  if (!condition) throw PropertyBroken(property);
}

/// One parser, or one part of the service, and what is promised of it: `run` throws PropertyBroken.
struct Target {
  const char* name;
  void (*run)(std::string_view input);
};

/// Those linked into this program.
[[nodiscard]] inline std::vector<Target>& targets() {
  static std::vector<Target> all;
  return all;
}

/// Takes an input apart, so that one target can have several arguments and seeds stay readable.
class Pieces {
 public:
  explicit Pieces(std::string_view input) : rest_(input) {}

  /// What stands before the next `separator`, which goes too; all of the rest when there is none.
  std::string_view until(std::string_view separator) noexcept {
    const auto end = rest_.find(separator);
    const auto piece = rest_.substr(0, end);
    rest_ =
        end == std::string_view::npos ? std::string_view{} : rest_.substr(end + separator.size());
    return piece;
  }
  std::string_view line() noexcept { return until("\n"); }
  /// 0 when nothing is left.
  unsigned char octet() noexcept {
    if (rest_.empty()) return 0;
    const auto value = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  [[nodiscard]] bool done() const noexcept { return rest_.empty(); }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

 private:
  std::string_view rest_;
};

}  // namespace coffeeauth::fuzz

/// `COFFEEAUTH_FUZZ_TARGET(email) { ... input ... }` defines and registers one.
#define COFFEEAUTH_FUZZ_TARGET(name)                            \
  static void run_##name(std::string_view input);               \
  [[maybe_unused]] static const bool registered_##name = [] {   \
    coffeeauth::fuzz::targets().push_back({#name, run_##name}); \
    return true;                                                \
  }();                                                          \
  static void run_##name(std::string_view input)

#pragma once
/// PartHealth: tells of a background part that begins to fail, and that is well again. Private to
/// the library.

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include "lib/auth/services.hpp"

namespace coffeeauth::jobs {

/// `store_unavailable`, or `failed` for what else a part may throw; never the text of an exception.
[[nodiscard]] inline std::string_view failure_word(const std::exception& failure) noexcept {
  return dynamic_cast<const Unavailable*>(&failure) != nullptr ? "store_unavailable" : "failed";
}

/// Every failure is an event, so that it is counted; those after the first are marked as repeated.
/// Belongs to one thread at a time.
class PartHealth {
 public:
  PartHealth(const Services& services, std::string part) : s_(services), part_(std::move(part)) {}

  void failed(std::string_view reason) {
    s_.note({.kind = EventKind::background_failed,
             .at = s_.now(),
             .part = part_,
             .reason = std::string{reason},
             .repeated = failing_});
    failing_ = true;
  }
  void well() {
    if (!std::exchange(failing_, false)) return;
    s_.note({.kind = EventKind::background_recovered, .at = s_.now(), .part = part_});
  }

 private:
  const Services& s_;
  const std::string part_;
  bool failing_ = false;
};

}  // namespace coffeeauth::jobs

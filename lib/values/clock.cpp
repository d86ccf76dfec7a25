#include "coffeeauth/ports/clock.hpp"

#include <chrono>

namespace coffeeauth {
namespace {

class SystemClock final : public Clock {
 public:
  [[nodiscard]] UtcTime now() const noexcept override {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
  }
};

}  // namespace

std::unique_ptr<Clock> make_system_clock() { return std::make_unique<SystemClock>(); }

}  // namespace coffeeauth

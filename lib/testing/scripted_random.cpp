#include "coffeeauth/testing/scripted_random.hpp"

#include <utility>

#include "coffeeauth/error.hpp"

namespace coffeeauth::testing {

void ScriptedRandom::fill(std::span<std::byte> out) {
  const std::lock_guard lock{mutex_};
  if (std::exchange(fails_next_, false)) throw Unavailable("the random source was told to fail");
  for (auto& byte : out) {
    if (queued_.empty()) {
      byte = static_cast<std::byte>(generator_() & 0xFFU);
    } else {
      byte = queued_.front();
      queued_.pop_front();
    }
  }
}

void ScriptedRandom::queue(std::span<const std::byte> bytes) {
  const std::lock_guard lock{mutex_};
  queued_.insert(queued_.end(), bytes.begin(), bytes.end());
}

void ScriptedRandom::fail_next() noexcept {
  const std::lock_guard lock{mutex_};
  fails_next_ = true;
}

}  // namespace coffeeauth::testing

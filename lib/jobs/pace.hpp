#pragma once
/// Pace: how many mails a worker sends side by side, from what came of the last ones. Private to
/// the library.

#include <algorithm>
#include <cstddef>

#include "coffeeauth/config.hpp"

namespace coffeeauth::jobs {

/// Begins with one mail at a time: a few mails need one connection, and a server that fails is
/// asked by one. Belongs to one thread at a time.
class Pace {
 public:
  /// Borrows it.
  explicit Pace(const JobConfig& rules) : rules_(rules) {}

  /// The mail server failed, or there is nothing to send.
  void begin_anew() noexcept {
    answers_ = 0;
    at_once_ = 1;
  }
  /// The mail server would have no more connections.
  void turned_away() noexcept { at_once_ = std::max<std::size_t>(at_once_ / 2, 1); }
  /// The mail server answered, and the Store knows what. Where mails queue for their turn, more of
  /// them side by side would only wait longer, on connections that the server closes.
  void answered(std::size_t waiting_for_turn) noexcept {
    ++answers_;
    if (waiting_for_turn == 0) {
      at_once_ = std::min(at_once_ + 1, rules_.concurrency);
    } else if (waiting_for_turn > in_doubt() && at_once_ > 1) {
      --at_once_;
    }
  }

  /// Mails in hand at the same time.
  [[nodiscard]] std::size_t at_once() const noexcept { return at_once_; }
  /// Those of them that may be handed over without the Store knowing it.
  [[nodiscard]] std::size_t in_doubt() const noexcept {
    return answers_ < rules_.in_doubt_after ? 1 : rules_.in_doubt;
  }

 private:
  const JobConfig& rules_;
  std::size_t answers_ = 0;
  std::size_t at_once_ = 1;
};

}  // namespace coffeeauth::jobs

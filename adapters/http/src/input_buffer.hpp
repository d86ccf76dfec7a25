#pragma once
/// The octets that a connection has received and not used yet.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "coffeeauth/wipe.hpp"

namespace coffeeauth::http_poco {

/// Grows to `limit` and no further, so that a peer cannot make it.
class InputBuffer {
 public:
  explicit InputBuffer(std::size_t limit)
      : limit_(limit), octets_(std::min<std::size_t>(limit, 2048)) {}

  [[nodiscard]] std::string_view unread() const noexcept {
    return {octets_.data() + begin_, end_ - begin_};
  }

  /// Wipes what was used, too: it may have been a password.
  void consume(std::size_t octets) noexcept {
    wipe(std::as_writable_bytes(std::span{octets_}.subspan(begin_, octets)));
    begin_ += octets;
    if (begin_ == end_) begin_ = end_ = 0;
  }

  /// Where to receive to; empty when `limit` octets wait unread.
  [[nodiscard]] std::span<char> room() {
    if (begin_ > 0) {
      const auto kept = end_ - begin_;
      std::memmove(octets_.data(), octets_.data() + begin_, kept);
      wipe(std::as_writable_bytes(std::span{octets_}.subspan(kept, begin_)));
      end_ = kept;
      begin_ = 0;
    }
    if (end_ == octets_.size() && end_ < limit_) grow();
    return std::span(octets_).subspan(end_);
  }

  void received(std::size_t octets) noexcept { end_ += octets; }

 private:
  /// By hand, since a vector leaves its octets behind in what it outgrows.
  void grow() {
    std::vector<char> larger(std::min(limit_, 2 * octets_.size()));
    std::memcpy(larger.data(), octets_.data(), end_);
    wipe(std::as_writable_bytes(std::span{octets_}));
    octets_.swap(larger);
  }

  std::size_t limit_;
  std::vector<char> octets_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace coffeeauth::http_poco

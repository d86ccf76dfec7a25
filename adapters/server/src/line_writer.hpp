#pragma once
/// LineWriter: puts lines on standard error without ever making their writers wait.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace coffeeauth::server {

/// A bounded queue and a thread that empties it. Whoever reads the other end may stop doing so: the
/// queue fills, further lines are dropped and counted, and once there is a reader again a line says
/// how many. Callable from any thread.
class LineWriter {
 public:
  /// Octets that may wait.
  static constexpr std::size_t capacity = 512 * 1024;

  /// Makes the line about that many lost ones. It may be called after the LineWriter is gone.
  using TellDropped = std::function<std::string(std::uint64_t)>;

  explicit LineWriter(TellDropped tell_dropped);
  /// Closes it.
  ~LineWriter();
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

  /// Takes a line with its end, or drops it. Throws std::bad_alloc.
  void put(std::string line);
  /// Waits until the queue is empty, for a second at most; later lines are lost.
  void close();
  /// Lines lost so far.
  [[nodiscard]] std::uint64_t dropped() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace coffeeauth::server

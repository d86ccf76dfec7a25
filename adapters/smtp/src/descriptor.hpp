#pragma once
/// Descriptor: a file or an end of a pipe, which is closed with this object.

#include <unistd.h>

#include <utility>

namespace coffeeauth::smtp {

class Descriptor {
 public:
  /// Takes what open() and its like returned; negative for none.
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  void close() noexcept {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  }
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

}  // namespace coffeeauth::smtp

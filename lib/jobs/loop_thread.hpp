#pragma once
/// LoopThread: a thread that does something over and over until it is stopped. Private to the
/// library.

#include <atomic>
#include <thread>

namespace coffeeauth {

/// start() and stop() belong to one owner; stopping() is callable from any thread.
class LoopThread {
 public:
  LoopThread() = default;
  LoopThread(const LoopThread&) = delete;
  LoopThread& operator=(const LoopThread&) = delete;

  /// Calls `step` again and again. A step that throws is answered with `pause()`: what
  /// is gone is waited for.
  template <class Step, class Pause>
  void start(Step step, Pause pause) {
    if (thread_.joinable()) return;
    stopping_ = false;
    thread_ = std::thread([this, step, pause] {
      while (!stopping_) {
        try {
          step();
        } catch (...) {
          pause();
        }
      }
    });
  }

  /// Tells the loop to end after the present step, and returns at once.
  void request_stop() noexcept { stopping_ = true; }

  /// Lets the present step finish; `wake` ends its wait.
  template <class Wake>
  void stop(Wake wake) {
    stopping_ = true;
    wake();
    if (thread_.joinable()) thread_.join();
  }

  [[nodiscard]] bool stopping() const noexcept { return stopping_; }

 private:
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace coffeeauth

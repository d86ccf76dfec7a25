#pragma once
/// A program that a test starts, and that is gone when the test is.

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace coffeeauth::testing {

/// Killed and reaped by the destructor, and killed by the kernel when the test program dies.
class Child {
 public:
  /// What the program says on its standard error goes to `log`.
  Child(const std::vector<std::string>& command, const std::string& log);
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  /// The first line of the program's standard output. Throws when none comes in 60 s.
  [[nodiscard]] std::string first_line();
  /// Waits for the end; true for an exit code of 0.
  [[nodiscard]] bool succeeds();

 private:
  pid_t pid_ = -1;
  int output_ = -1;
};

/// Runs a program to its end. Throws when it fails.
void run(const std::vector<std::string>& command);

}  // namespace coffeeauth::testing

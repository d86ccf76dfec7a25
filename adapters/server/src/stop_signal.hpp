#pragma once
/// StopSignal: how an operator ends the program.

#include <string_view>

namespace coffeeauth::server {

/// Takes SIGTERM, SIGINT and SIGHUP from the moment it is made. Make it before any thread, since
/// threads inherit what is blocked. One at a time.
class StopSignal {
 public:
  StopSignal();

  /// Returns when one came, with its name. From then on the process has ten seconds: whatever still
  /// hangs then is ended, with exit status 1.
  std::string_view wait();
};

}  // namespace coffeeauth::server

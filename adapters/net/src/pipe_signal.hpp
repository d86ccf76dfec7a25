#pragma once
/// Keeps SIGPIPE from a process that does not expect it.

#include <csignal>

namespace coffeeauth::net {

/// While it lives, writing to a connection that is gone raises no SIGPIPE on this thread. OpenSSL
/// writes to its socket without MSG_NOSIGNAL, and what the signal does is the embedder's to say.
class PipeSignalBlocked {
 public:
  PipeSignalBlocked() noexcept;
  ~PipeSignalBlocked();
  PipeSignalBlocked(const PipeSignalBlocked&) = delete;
  PipeSignalBlocked& operator=(const PipeSignalBlocked&) = delete;

 private:
  sigset_t before_{};
  bool was_pending_ = false;
};

}  // namespace coffeeauth::net

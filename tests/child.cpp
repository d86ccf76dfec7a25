#include "tests/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

namespace coffeeauth::testing {

// No function that allocates may run between fork and exec: other threads may hold the lock.
Child::Child(const std::vector<std::string>& command, const std::string& log) {
  std::vector<char*> arguments;
  for (const auto& part : command) arguments.push_back(const_cast<char*>(part.c_str()));
  arguments.push_back(nullptr);
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != parent) ::_exit(126);
    const int errors = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    ::dup2(ends[1], 1);
    ::dup2(errors, 2);
    ::execvp(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(ends[1]);
  output_ = ends[0];
  if (pid_ < 0) {
    ::close(output_);
    throw std::runtime_error("no process");
  }
}

Child::~Child() {
  ::close(output_);
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

std::string Child::first_line() {
  std::string line;
  for (;;) {
    pollfd wanted{.fd = output_, .events = POLLIN, .revents = 0};
    char c = 0;
    if (::poll(&wanted, 1, 60'000) != 1 || ::read(output_, &c, 1) != 1) {
      throw std::runtime_error("the program did not say a line");
    }
    if (c == '\n') return line;
    line += c;
  }
}

bool Child::succeeds() {
  int status = -1;
  const bool ended = ::waitpid(pid_, &status, 0) == pid_;
  pid_ = -1;
  return ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void run(const std::vector<std::string>& command) {
  if (!Child{command, "/dev/null"}.succeeds())
    throw std::runtime_error(command.front() + " failed");
}

}  // namespace coffeeauth::testing

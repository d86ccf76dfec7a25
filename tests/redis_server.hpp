#pragma once
/// A redis-server of its own for a test program, in a temporary folder.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "coffeeauth/redis/redis.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::testing {

/// Started by the constructor, killed by the destructor, and by the kernel when the program dies.
/// Listens on a free port of 127.0.0.1 and keeps nothing.
class RedisServer {
 public:
  static constexpr auto password = "a redis password";

  /// `options` are further words of redis-server's command line, where a later one wins. An empty
  /// password is none.
  explicit RedisServer(std::vector<std::string> options = {}, std::string password_used = password)
      : port_(free_port()), options_(std::move(options)), password_(std::move(password_used)) {
    start();
  }
  ~RedisServer() { stop(); }
  RedisServer(const RedisServer&) = delete;
  RedisServer& operator=(const RedisServer&) = delete;

  /// Starts it again on the same port, and waits until it answers.
  void start() {
    process_ = spawn();
    const auto client = redis::make_redis_client(options());
    for (int tries = 0; tries < 500; ++tries) {
      if (client->ping()) return;
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    stop();
    throw std::runtime_error("redis-server did not start");
  }
  void stop() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = 0;
  }
  void freeze() { ::kill(process_, SIGSTOP); }
  void thaw() { ::kill(process_, SIGCONT); }

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  /// Patient: the machine that tests run on may be busy.
  [[nodiscard]] redis::RedisOptions options() const {
    redis::RedisOptions options;
    options.port = port_;
    options.password = Secret{password_};
    options.timeout = std::chrono::milliseconds{2000};
    options.pause_after_failure = std::chrono::milliseconds{20};
    options.connections = 128;
    return options;
  }

  static std::uint16_t free_port() {
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool bound = ::bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       ::getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    ::close(probe);
    if (!bound) throw std::runtime_error("no free port");
    return ntohs(address.sin_port);
  }

 private:
  [[nodiscard]] pid_t spawn() const {
    std::vector<std::string> words{"redis-server",
                                   "--port",
                                   std::to_string(port_),
                                   "--bind",
                                   "127.0.0.1",
                                   "--save",
                                   "",
                                   "--dir",
                                   folder_.path().string(),
                                   "--logfile",
                                   folder_.file("log"),
                                   "--requirepass",
                                   password_};
    words.insert(words.end(), options_.begin(), options_.end());
    std::vector<char*> arguments;
    for (auto& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork");
    if (child == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::execvp(arguments.front(), arguments.data());
      ::_exit(127);
    }
    return child;
  }

  TemporaryFolder folder_;
  std::uint16_t port_;
  std::vector<std::string> options_;
  std::string password_;
  pid_t process_ = 0;
};

}  // namespace coffeeauth::testing

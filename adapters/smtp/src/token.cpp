#include "token.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <utility>

#include "descriptor.hpp"

extern char** environ;

namespace coffeeauth::smtp {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t longest_token = 16'384;
/// How often a command that closed its output is looked after until it has ended.
constexpr auto end_pause = 5ms;

/// What is read until the end, or `longest_token` octets, in memory that is wiped.
Secret read_some(int fd, std::optional<Clock::time_point> deadline) {
  auto read = Secret::of_size(longest_token);
  auto room = read.writable();
  while (!room.empty()) {
    if (deadline) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now());
      pollfd waiting{.fd = fd, .events = POLLIN, .revents = 0};
      const int ready = left <= 0ms ? 0 : ::poll(&waiting, 1, static_cast<int>(left.count()));
      if (ready == 0) throw std::runtime_error("the token's command takes too long");
      if (ready < 0 && errno == EINTR) continue;
    }
    const auto size = ::read(fd, room.data(), room.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw std::runtime_error("the token cannot be read");
    if (size == 0) break;
    room = room.subspan(static_cast<std::size_t>(size));
  }
  // The first line, without the blanks around it.
  auto text = read.expose_secret().substr(0, longest_token - room.size());
  text = text.substr(0, text.find('\n'));
  while (text.ends_with('\r') || text.ends_with(' ')) text.remove_suffix(1);
  while (text.starts_with(' ')) text.remove_prefix(1);
  return Secret{text};
}

/// A command of the shell in a process group of its own, which ends with this object.
class Command {
 public:
  explicit Command(const std::string& line) {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error("no pipe is left");
    const Descriptor write_end{ends[1]};
    output_ = std::make_unique<Descriptor>(ends[0]);
    posix_spawn_file_actions_t actions{};
    posix_spawnattr_t attributes{};
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDOUT_FILENO);
    // Sockets of this process are none of its business.
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    sigset_t none{};
    sigset_t all{};
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setflags(
        &attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP);
    std::string shell = "sh";
    std::string option = "-c";
    std::string script = line;
    std::array<char*, 4> arguments{shell.data(), option.data(), script.data(), nullptr};
    const int failed =
        ::posix_spawn(&process_, "/bin/sh", &actions, &attributes, arguments.data(), environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
      process_ = -1;
      throw std::runtime_error("the token's command cannot be run");
    }
  }
  ~Command() {
    if (process_ < 0) return;
    ::kill(-process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
  }
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  [[nodiscard]] int output() const noexcept { return output_->get(); }

  /// Whether it ended by itself, and well.
  [[nodiscard]] bool succeeded(Clock::time_point deadline) {
    for (;;) {
      int status = 0;
      const auto ended = ::waitpid(process_, &status, WNOHANG);
      if (ended == process_) {
        process_ = -1;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0;
      }
      if (ended < 0 && errno != EINTR) return false;
      if (Clock::now() >= deadline) return false;
      std::this_thread::sleep_for(end_pause);
    }
  }

 private:
  std::unique_ptr<Descriptor> output_;
  pid_t process_ = -1;
};

Secret run(const std::string& line, std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + timeout;
  Command command{line};
  auto token = read_some(command.output(), deadline);
  if (!command.succeeded(deadline)) throw std::runtime_error("the token's command failed");
  return token;
}

/// The last token of a command, for all threads: one asks, and the others wait for what it is
/// given.
class Remembered {
 public:
  Secret get(const std::string& command, std::chrono::milliseconds timeout, bool refused) {
    std::unique_lock lock{mutex_};
    // No timed mutex: ThreadSanitizer of g++ 12 does not see who locks one.
    if (!is_free_.wait_for(lock, timeout, [this] { return !is_asking_; })) {
      throw std::runtime_error("the token's command takes too long");
    }
    if (!refused && !token_.empty()) return token_.clone();
    is_asking_ = true;
    token_ = {};
    lock.unlock();
    try {
      auto fresh = run(command, timeout);
      auto token = fresh.clone();
      keep(std::move(fresh));
      return token;
    } catch (...) {
      keep({});
      throw;
    }
  }

 private:
  void keep(Secret token) {
    const std::lock_guard lock{mutex_};
    token_ = std::move(token);
    is_asking_ = false;
    is_free_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable is_free_;
  bool is_asking_ = false;
  Secret token_;
};

}  // namespace

bool is_bearer_token(const Secret& token) noexcept {
  const auto text = token.expose_secret();
  return !text.empty() && text.size() < longest_token &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7F; });
}

TokenSource token_from_file(std::filesystem::path file) {
  return [file = std::move(file)](bool) {
    const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (in.get() < 0) throw std::runtime_error("the token's file cannot be read");
    return read_some(in.get(), std::nullopt);
  };
}

TokenSource token_from_command(std::string command, std::chrono::milliseconds timeout) {
  return [command = std::move(command), timeout, last = std::make_shared<Remembered>()](
             bool refused) { return last->get(command, timeout, refused); };
}

}  // namespace coffeeauth::smtp

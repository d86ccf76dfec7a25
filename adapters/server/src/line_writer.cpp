#include "line_writer.hpp"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string_view>
#include <thread>
#include <utility>

#include "descriptor.hpp"

namespace coffeeauth::server {
namespace {

constexpr std::chrono::seconds longest_flush{1};
constexpr int poll_milliseconds = 100;
/// What a pipe takes whole or not at all, so that the lines of two processes do not mix.
constexpr std::size_t whole_octets = PIPE_BUF;

enum class Kind { file, socket, pipe };

Kind kind_of(int descriptor) {
  struct stat info {};
  if (::fstat(descriptor, &info) != 0) return Kind::pipe;
  if (S_ISREG(info.st_mode)) return Kind::file;
  return S_ISSOCK(info.st_mode) ? Kind::socket : Kind::pipe;
}

/// Standard error as something that a write does not wait for. O_NONBLOCK on the descriptor itself
/// would be every other process's that shares it, so pipes and terminals are opened once more.
class Output {
 public:
  Output()
      : kind_(kind_of(STDERR_FILENO)),
        own_(kind_ == Kind::pipe ? ::open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                                 : -1),
        descriptor_(own_.get() >= 0 ? own_.get() : STDERR_FILENO) {}

  /// Octets written; 0 when there is no room at present, negative when there never will be.
  [[nodiscard]] ssize_t write(std::string_view text) const {
    if (kind_ != Kind::file && own_.get() < 0 && !has_room(0)) return 0;
    const auto done = kind_ == Kind::socket ? ::send(descriptor_, text.data(), text.size(),
                                                     MSG_DONTWAIT | MSG_NOSIGNAL)
                                            : ::write(descriptor_, text.data(), text.size());
    if (done >= 0) return done;
    return errno == EAGAIN || errno == EINTR ? 0 : -1;
  }

  bool has_room(int milliseconds) const {
    pollfd one{.fd = descriptor_, .events = POLLOUT, .revents = 0};
    return ::poll(&one, 1, milliseconds) > 0;
  }

 private:
  const Kind kind_;
  const Descriptor own_;
  const int descriptor_;
};

}  // namespace

/// Shared with the thread, which may have to be left behind at the end.
struct LineWriter::State {
  explicit State(TellDropped tell) : tell_dropped(std::move(tell)) {}

  void work();
  /// Whether it went out; not when nothing takes it and the end has come.
  bool write_out(std::string_view text) const;
  [[nodiscard]] std::string next_piece(std::size_t& lines);

  const TellDropped tell_dropped;
  const Output output;
  std::atomic<std::uint64_t> dropped{0};
  std::uint64_t told = 0;
  std::atomic<bool> cut{false};

  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::string> lines;
  std::size_t waiting_octets = 0;
  bool stopping = false;
  bool finished = false;
};

bool LineWriter::State::write_out(std::string_view text) const {
  while (!text.empty()) {
    const auto done = output.write(text);
    if (done < 0 || (done == 0 && cut)) return false;
    text.remove_prefix(static_cast<std::size_t>(done));
    if (done == 0) static_cast<void>(output.has_room(poll_milliseconds));
  }
  return true;
}

/// Whole lines, as many as a pipe takes at once.
std::string LineWriter::State::next_piece(std::size_t& count) {
  std::string piece = std::move(lines.front());
  lines.pop_front();
  count = 1;
  while (!lines.empty() && piece.size() + lines.front().size() <= whole_octets) {
    piece += lines.front();
    lines.pop_front();
    ++count;
  }
  return piece;
}

void LineWriter::State::work() {
  std::unique_lock lock{mutex};
  for (;;) {
    changed.wait(lock, [&] { return stopping || !lines.empty(); });
    if (lines.empty()) break;
    std::size_t count = 0;
    const auto piece = next_piece(count);
    lock.unlock();
    const bool written = write_out(piece);
    if (!written) dropped += count;
    const auto lost = dropped.load();
    if (written && lost != told && write_out(tell_dropped(lost - told))) told = lost;
    lock.lock();
    waiting_octets -= piece.size();
  }
  finished = true;
  changed.notify_all();
}

LineWriter::LineWriter(TellDropped tell_dropped)
    : state_(std::make_shared<State>(std::move(tell_dropped))) {
  std::thread{[state = state_] { state->work(); }}.detach();
}

LineWriter::~LineWriter() { close(); }

void LineWriter::close() {
  std::unique_lock lock{state_->mutex};
  state_->stopping = true;
  state_->changed.notify_all();
  if (state_->changed.wait_for(lock, longest_flush, [&] { return state_->finished; })) return;
  // Whoever reads has stopped reading: what is left is given up. The thread sees it within a poll;
  // one that hangs in a write is left to the end of the process.
  state_->cut = true;
  state_->changed.wait_for(lock, longest_flush, [&] { return state_->finished; });
}

void LineWriter::put(std::string line) {
  {
    const std::lock_guard lock{state_->mutex};
    if (state_->waiting_octets + line.size() > capacity) {
      ++state_->dropped;
      return;
    }
    state_->waiting_octets += line.size();
    state_->lines.push_back(std::move(line));
  }
  state_->changed.notify_all();
}

std::uint64_t LineWriter::dropped() const noexcept { return state_->dropped; }

}  // namespace coffeeauth::server

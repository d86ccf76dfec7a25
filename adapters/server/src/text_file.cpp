#include "text_file.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <string>

#include "descriptor.hpp"
#include "env_file.hpp"

namespace coffeeauth::server {
namespace {

constexpr std::size_t most_octets = 1024 * 1024;
constexpr std::chrono::seconds longest_wait{30};

[[noreturn]] void fail(const std::filesystem::path& file, std::string_view why) {
  throw ConfigError(file.string() + ": " + std::string{why});
}

std::string_view reason(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "is not there";
    case EACCES:
    case EPERM:
      return "cannot be read: permission denied";
    default:
      return "cannot be read";
  }
}

/// What comes through a pipe until its end: `--env-file <(sops -d secrets.env)`.
Secret read_stream(int in, const std::filesystem::path& file) {
  auto text = Secret::of_size(most_octets + 1);
  std::size_t size = 0;
  const auto last_moment = std::chrono::steady_clock::now() + longest_wait;
  while (size < text.size()) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        last_moment - std::chrono::steady_clock::now());
    pollfd readable{.fd = in, .events = POLLIN, .revents = 0};
    const int ready = left.count() > 0 ? ::poll(&readable, 1, static_cast<int>(left.count())) : 0;
    if (ready == 0) fail(file, "is a pipe whose writer did not come to its end within 30 seconds");
    const auto got = ready < 0 ? -1 : ::read(in, text.writable().data() + size, text.size() - size);
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (got < 0) fail(file, "cannot be read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  // Whoever should have written failed, or is not there.
  if (size == 0) fail(file, "is a pipe through which nothing came");
  if (size > most_octets) fail(file, "is larger than 1 MiB");
  return Secret{text.expose_secret().substr(0, size)};
}

Secret read_opened(const std::filesystem::path& file, bool may_stream) {
  // Without O_NONBLOCK opening a pipe waits for whoever writes to it.
  const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (in.get() < 0) fail(file, reason(errno));
  struct stat info {};
  if (::fstat(in.get(), &info) != 0) fail(file, "cannot be read");
  if (S_ISDIR(info.st_mode)) fail(file, "is a folder, not a file");
  // How a shell says "no file at all".
  if (S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3)) return {};
  if (S_ISFIFO(info.st_mode) && may_stream) return read_stream(in.get(), file);
  if (!S_ISREG(info.st_mode)) fail(file, "is not a file");
  if (info.st_size > static_cast<off_t>(most_octets)) fail(file, "is larger than 1 MiB");
  auto text = Secret::of_size(static_cast<std::size_t>(info.st_size));
  for (std::size_t done = 0; done < text.size();) {
    const auto got = ::read(in.get(), text.writable().data() + done, text.size() - done);
    if (got <= 0) fail(file, "cannot be read");
    done += static_cast<std::size_t>(got);
  }
  return text;
}

}  // namespace

Secret read_text_file(const std::filesystem::path& file) { return read_opened(file, true); }

std::optional<Secret> read_text_file_if_there(const std::filesystem::path& file) {
  struct stat info {};
  // A link that leads nowhere is there, and somebody meant something by it.
  if (::lstat(file.c_str(), &info) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return std::nullopt;
  }
  return read_opened(file, false);
}

}  // namespace coffeeauth::server

#include "text_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "descriptor.hpp"
#include "env_file.hpp"

namespace coffeeauth::server {
namespace {

constexpr std::size_t most_octets = 1024 * 1024;

[[noreturn]] void refuse_text_file(const std::filesystem::path& file, std::string_view why) {
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

}  // namespace

Secret read_text_file(const std::filesystem::path& file) {
  // Without O_NONBLOCK opening a pipe waits for whoever writes to it.
  const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (in.get() < 0) refuse_text_file(file, reason(errno));
  struct stat info {};
  if (::fstat(in.get(), &info) != 0) refuse_text_file(file, "cannot be read");
  if (S_ISDIR(info.st_mode)) refuse_text_file(file, "is a folder, not a file");
  // How a shell says "no file at all".
  if (S_ISCHR(info.st_mode) && info.st_rdev == makedev(1, 3)) return {};
  if (!S_ISREG(info.st_mode)) refuse_text_file(file, "is not a file");
  if (info.st_size > static_cast<off_t>(most_octets))
    refuse_text_file(file, "is larger than 1 MiB");
  auto text = Secret::of_size(static_cast<std::size_t>(info.st_size));
  for (std::size_t done = 0; done < text.size();) {
    const auto got = ::read(in.get(), text.writable().data() + done, text.size() - done);
    if (got <= 0) refuse_text_file(file, "cannot be read");
    done += static_cast<std::size_t>(got);
  }
  return text;
}

std::optional<Secret> read_text_file_if_there(const std::filesystem::path& file) {
  struct stat info {};
  // A link that leads nowhere is there, and somebody meant something by it.
  if (::lstat(file.c_str(), &info) != 0 && (errno == ENOENT || errno == ENOTDIR)) {
    return std::nullopt;
  }
  return read_text_file(file);
}

}  // namespace coffeeauth::server

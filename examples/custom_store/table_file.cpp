#include "table_file.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "table_json.hpp"

namespace json_store {
namespace {

/// Turns -1 into an exception, and repeats a call that a signal interrupted.
template <class Call>
auto checked(const char* what, Call call) {
  for (;;) {
    const auto result = call();
    if (result >= 0) return result;
    if (errno != EINTR) throw Unavailable(what);
  }
}

Descriptor open_file(const std::filesystem::path& path, int flags) {
  return Descriptor{checked("a file of the store cannot be opened",
                            [&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0600); })};
}

std::string read_all(const Descriptor& file) {
  std::string text;
  char block[64 * 1024];
  for (;;) {
    const auto count = checked("the file of the store cannot be read",
                               [&] { return ::read(file.number(), block, sizeof block); });
    if (count == 0) return text;
    text.append(block, static_cast<std::size_t>(count));
  }
}

void write_all(const Descriptor& file, std::string_view text) {
  while (!text.empty()) {
    const auto count = checked("the file of the store cannot be written",
                               [&] { return ::write(file.number(), text.data(), text.size()); });
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

void put_on_disk(const Descriptor& file) {
  checked("the file of the store cannot be put on the disk",
          [&] { return ::fsync(file.number()); });
}

struct ::stat status(const Descriptor& file) {
  struct ::stat found {};
  checked("a file of the store cannot be looked at",
          [&] { return ::fstat(file.number(), &found); });
  return found;
}

}  // namespace

Descriptor::~Descriptor() {
  if (number_ >= 0) ::close(number_);
}

TableFile::TableFile(std::filesystem::path path) : path_(std::move(path)) {
  const auto held = lock();
  if (!std::filesystem::exists(path_)) replace({});
  static_cast<void>(latest());
}

std::shared_ptr<const Tables> TableFile::latest() {
  const std::lock_guard guard{mutex_};
  struct ::stat there {};
  checked("the file of the store is gone", [&] { return ::stat(path_.c_str(), &there); });
  if (tables_) {
    const auto read = status(read_from_);
    // Every commit creates a new file, so an unchanged inode means unchanged tables.
    if (read.st_ino == there.st_ino && read.st_dev == there.st_dev) return tables_;
  }
  auto file = open_file(path_, O_RDONLY);
  tables_ = std::make_shared<const Tables>(parse_json_text(read_all(file)));
  read_from_ = std::move(file);
  return tables_;
}

Descriptor TableFile::lock() const {
  auto file = open_file(path_.string() + ".lock", O_RDWR | O_CREAT);
  checked("the store cannot be locked", [&] { return ::flock(file.number(), LOCK_EX); });
  return file;
}

void TableFile::replace(const Tables& tables) {
  const std::filesystem::path fresh = path_.string() + ".new";
  const auto file = open_file(fresh, O_WRONLY | O_CREAT | O_TRUNC);
  write_all(file, to_json_text(tables));
  put_on_disk(file);
  checked("the file of the store cannot be replaced",
          [&] { return ::rename(fresh.c_str(), path_.c_str()); });
  // Syncs the folder, so that the new name of the file is on the disk as well.
  const auto folder = std::filesystem::absolute(path_).parent_path();
  put_on_disk(open_file(folder, O_RDONLY | O_DIRECTORY));
}

}  // namespace json_store

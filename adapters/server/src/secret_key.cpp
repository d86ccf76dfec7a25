#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "coffeeauth/ports/random_source.hpp"
#include "descriptor.hpp"
#include "settings.hpp"

namespace coffeeauth::server {
namespace {

constexpr std::size_t key_size = 32;

[[noreturn]] void fail(const std::filesystem::path& file, std::string_view why) {
  throw ConfigError(file.string() + ": " + std::string{why});
}

Secret read_key(const std::filesystem::path& file, int fd) {
  struct stat info {};
  if (::fstat(fd, &info) != 0 || !S_ISREG(info.st_mode)) fail(file, "is not a file");
  if ((info.st_mode & 0077U) != 0) fail(file, "must be readable by its owner alone (chmod 600)");
  auto key = Secret::of_size(key_size);
  if (::read(fd, key.writable().data(), key_size) != static_cast<ssize_t>(key_size)) {
    fail(file, "contains no secret key");
  }
  return key;
}

/// Writes beside and links into place: of two processes that start at once one makes the key, and
/// nobody ever reads half of it.
void make_key(const std::filesystem::path& file) {
  const auto key = random_bytes(*make_system_random(), key_size);
  auto temporary = file.string() + ".XXXXXX";
  const Descriptor out{::mkostemp(temporary.data(), O_CLOEXEC)};
  if (out.get() < 0) fail(file, "cannot be written");
  const bool written =
      ::write(out.get(), key.expose_secret().data(), key_size) == static_cast<ssize_t>(key_size) &&
      ::fsync(out.get()) == 0;
  const bool linked = written && (::link(temporary.c_str(), file.c_str()) == 0 || errno == EEXIST);
  ::unlink(temporary.c_str());
  if (!linked) fail(file, "cannot be written");
  const Descriptor folder{::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (folder.get() >= 0) ::fsync(folder.get());
}

std::optional<Secret> key_in(const std::filesystem::path& file) {
  const Descriptor in{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)};
  if (in.get() >= 0) return read_key(file, in.get());
  if (errno != ENOENT) fail(file, "cannot be read");
  return std::nullopt;
}

void refuse_twins(const std::vector<Secret>& keys, std::string_view where) {
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    if (std::find(keys.begin(), key, *key) == key) continue;
    throw ConfigError(std::string{where} +
                      ": a key is listed twice, or is also the current one; list each key once");
  }
}

}  // namespace

std::optional<Secret> kept_secret_key(const std::filesystem::path& data_dir) {
  return key_in(data_dir / "secret.key");
}

std::optional<Secret> kept_previous_secret_key(const std::filesystem::path& data_dir) {
  const auto file = data_dir / "secret.key.previous";
  // Who has SECRET_KEY and PostgreSQL needs no DATA_DIR that can be looked into.
  std::error_code error;
  if (!std::filesystem::exists(std::filesystem::symlink_status(file, error))) return std::nullopt;
  return key_in(file);
}

bool has_previous_secret_key(const Settings& settings) {
  return !settings.previous_secret_keys.empty() || kept_previous_secret_key(settings.data_dir);
}

SecretKeys ring_of(const Settings& settings, Secret current) {
  std::vector<Secret> keys;
  keys.push_back(std::move(current));
  for (const auto& key : settings.previous_secret_keys) keys.push_back(key.clone());
  refuse_twins(keys, "SECRET_KEY_PREVIOUS");
  if (auto kept = kept_previous_secret_key(settings.data_dir)) {
    keys.push_back(*std::move(kept));
    refuse_twins(keys, (settings.data_dir / "secret.key.previous").string());
  }
  auto first = std::move(keys.front());
  keys.erase(keys.begin());
  return {std::move(first), std::move(keys)};
}

void check_secret_keys(const Settings& settings) {
  std::vector<Secret> keys;
  if (!settings.secret_key.empty()) keys.push_back(settings.secret_key.clone());
  for (const auto& key : settings.previous_secret_keys) keys.push_back(key.clone());
  refuse_twins(keys, "SECRET_KEY_PREVIOUS");
}

Secret secret_key_of(const std::filesystem::path& data_dir) {
  const auto file = data_dir / "secret.key";
  for (int tries = 0; tries < 2; ++tries) {
    if (auto key = kept_secret_key(data_dir)) return *std::move(key);
    make_key(file);
  }
  fail(file, "cannot be made");
}

}  // namespace coffeeauth::server

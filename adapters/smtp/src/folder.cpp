#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "address.hpp"
#include "coffeeauth/error.hpp"
#include "descriptor.hpp"
#include "message.hpp"

namespace coffeeauth::smtp {
namespace {

namespace fs = std::filesystem;

[[nodiscard]] bool write_all(const Descriptor& file, std::string_view bytes) noexcept {
  while (!bytes.empty()) {
    const auto written = ::write(file.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

[[nodiscard]] bool sync(const Descriptor& file) noexcept { return ::fsync(file.get()) == 0; }

/// Writes beside, syncs, renames, and syncs the folder: the file is there whole or not at all.
bool write_durably(const fs::path& file, std::string_view bytes) {
  const auto temporary = fs::path{file}.concat(".tmp");
  {
    const Descriptor out{
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!out.is_open() || !write_all(out, bytes) || !sync(out)) return false;
  }
  if (std::rename(temporary.c_str(), file.c_str()) != 0) return false;
  const Descriptor folder{::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return folder.is_open() && sync(folder);
}

/// Message-IDs are ours, but a file's name is no place to trust anything.
bool is_safe_name(std::string_view name) {
  return !name.empty() && name.front() != '.' && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.' || c == '@';
  });
}

class FolderMailer final : public Mailer {
 public:
  explicit FolderMailer(const FolderMailerOptions& options) : options_(options) {
    options_.from = require_valid(std::move(options_.from));
    options_.client_name = to_ascii_host(options_.client_name);
    fs::create_directories(options_.folder);
    fs::permissions(options_.folder, fs::perms::owner_all);
  }

  [[nodiscard]] Delivery deliver(const Mail& mail) noexcept override {
    try {
      if (!is_safe_name(mail.message_id))
        return {DeliveryVerdict::refused, "bad Message-ID", DeliveryProblem::message};
      // As it is: whoever opens the file copies the link.
      const auto message = compose_message(
          mail, options_.from, host_name(options_.client_name, options_.from), Octets::eight_bit);
      if (write_durably(options_.folder / (mail.message_id + ".eml"), message)) {
        return {DeliveryVerdict::delivered, {}};
      }
      return {DeliveryVerdict::retry_later, "the mail folder cannot be written",
              DeliveryProblem::local};
    } catch (const std::invalid_argument&) {
      return {DeliveryVerdict::refused, "a header field is not valid", DeliveryProblem::message};
    } catch (const std::exception&) {
      return {DeliveryVerdict::retry_later, "the mail folder cannot be written",
              DeliveryProblem::local};
    }
  }

  /// Takes no turn: a second try replaces the file.
  [[nodiscard]] Delivery deliver_in_turn(const Mail& mail, DeliveryTurn&) noexcept override {
    return deliver(mail);
  }

 private:
  FolderMailerOptions options_;
};

std::string read_file(const fs::path& path) {
  std::ifstream in{path, std::ios::binary};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

}  // namespace

std::unique_ptr<Mailer> make_folder_mailer(const FolderMailerOptions& options) {
  return std::make_unique<FolderMailer>(options);
}

std::vector<FolderMail> list_folder(const std::filesystem::path& folder, std::size_t limit) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{folder, error}) {
    if (entry.path().extension() == ".eml") files.push_back(entry.path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw Unavailable("the mail folder cannot be read");
  }
  // Names begin with a UUIDv7, whose order is that of time.
  std::sort(files.begin(), files.end(), std::greater<>{});
  std::vector<FolderMail> mails;
  for (const auto& file : files) {
    if (mails.size() == limit) break;
    auto mail = read_message(read_file(file));
    if (!mail) continue;
    mail->file = file.filename().string();
    mails.push_back(std::move(*mail));
  }
  return mails;
}

}  // namespace coffeeauth::smtp

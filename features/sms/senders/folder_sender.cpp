#include "coffeeauth/sms/folder_sender.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <utility>

#include "coffeeauth/error.hpp"
#include "coffeeauth/value_text.hpp"
#include "request.hpp"

namespace coffeeauth::sms {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view ending = ".sms";

/// Closes it when it goes.
class OpenFile {
 public:
  explicit OpenFile(int file) noexcept : file_(file) {}
  ~OpenFile() {
    if (file_ >= 0) ::close(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  [[nodiscard]] bool write_all(std::string_view bytes) const noexcept {
    while (file_ >= 0 && !bytes.empty()) {
      const auto written = ::write(file_, bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return file_ >= 0;
  }
  [[nodiscard]] bool sync() const noexcept { return file_ >= 0 && ::fsync(file_) == 0; }

 private:
  int file_;
};

/// Writes beside, syncs, renames, and syncs the folder: the file is there whole or not at all.
bool write_whole(const fs::path& file, std::string_view bytes) {
  const auto temporary = fs::path{file}.concat(".tmp");
  {
    const OpenFile out{
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)};
    if (!out.write_all(bytes) || !out.sync()) return false;
  }
  if (std::rename(temporary.c_str(), file.c_str()) != 0) return false;
  const OpenFile folder{::open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  return folder.sync();
}

/// Three lines for `to`, `kind` and the expiry, an empty one, and the text.
void write_message(const Sms& message, WipedText& out) {
  const auto expiry = message.expires_at ? std::to_string(to_unix_millis(*message.expires_at)) : "";
  const auto text = message.text.expose_secret();
  out.text.reserve(message.to.str().size() + message.kind.size() + expiry.size() + text.size() + 8);
  out.text.append(message.to.str()).append("\n").append(message.kind).append("\n");
  out.text.append(expiry).append("\n\n").append(text);
}

/// Up to the end of the line, which is taken off.
std::optional<std::string> take_line(std::string& text) {
  const auto end = text.find('\n');
  if (end == std::string::npos) return std::nullopt;
  auto line = text.substr(0, end);
  text.erase(0, end + 1);
  return line;
}

/// Nothing for a file that write_message() did not write.
std::optional<FolderSms> read_message(const fs::path& file) {
  const auto id = JobId::parse(file.stem().string());
  if (!id) return std::nullopt;
  std::ifstream in{file, std::ios::binary};
  std::string text{std::istreambuf_iterator<char>{in}, {}};
  auto to = take_line(text);
  auto kind = take_line(text);
  const auto expiry = take_line(text);
  const auto empty = take_line(text);
  if (!to || !PhoneNumber::parse(*to) || !kind || !expiry || empty != "") return std::nullopt;
  FolderSms message{.id = *id, .to = *std::move(to), .kind = *std::move(kind), .text = text};
  if (!expiry->empty()) {
    constexpr std::uint64_t end_of_year_9999 = 253'402'300'799'999;
    const auto millis = parse_number<std::uint64_t>(*expiry);
    if (!millis || *millis > end_of_year_9999) return std::nullopt;
    message.expires_at = from_unix_millis(static_cast<std::int64_t>(*millis));
  }
  return message;
}

class FolderSender final : public SmsSender {
 public:
  explicit FolderSender(fs::path folder) : folder_(std::move(folder)) {
    fs::create_directories(folder_);
    fs::permissions(folder_, fs::perms::owner_all);
  }

  [[nodiscard]] Delivery deliver(const Sms& message) noexcept override {
    try {
      WipedText text;
      write_message(message, text);
      // An id is made of digits and hyphens.
      if (write_whole(folder_ / message.id.str().append(ending), text.text)) {
        return {DeliveryVerdict::delivered};
      }
      return {DeliveryVerdict::retry_later, "the folder cannot be written", DeliveryProblem::local};
    } catch (const std::exception&) {
      return {DeliveryVerdict::retry_later, {}, DeliveryProblem::local};
    }
  }

 private:
  const fs::path folder_;
};

}  // namespace

std::unique_ptr<SmsSender> make_folder_sender(const std::filesystem::path& folder) {
  return std::make_unique<FolderSender>(folder);
}

std::vector<FolderSms> list_sms_folder(const std::filesystem::path& folder, std::size_t limit) {
  std::vector<fs::path> files;
  std::error_code error;
  for (const auto& entry : fs::directory_iterator{folder, error}) {
    if (entry.path().extension() == ending) files.push_back(entry.path());
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    throw Unavailable("the folder of text messages cannot be read");
  }
  // Names are UUIDv7, whose order is that of time.
  std::sort(files.begin(), files.end(), std::greater<>{});
  std::vector<FolderSms> messages;
  for (const auto& file : files) {
    if (messages.size() == limit) break;
    if (auto message = read_message(file)) messages.push_back(*std::move(message));
  }
  return messages;
}

}  // namespace coffeeauth::sms

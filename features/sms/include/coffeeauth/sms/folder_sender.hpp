#pragma once
/// make_folder_sender(): writes text messages to a folder instead of sending them.

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/sms/sender.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace sms {

/// Makes a sender that writes each message to a file `<Sms::id>.sms`, readable by its owner only:
/// for development. A second attempt replaces the file. Files appear complete and are on the disk
/// when deliver() returns. Thread-safe. Creates the folder with access for its owner only; throws
/// std::filesystem::filesystem_error when it cannot.
[[nodiscard]] std::unique_ptr<SmsSender> make_folder_sender(const std::filesystem::path& folder);

/// A message in a folder, to be shown.
struct FolderSms {
  /// Sms::id.
  JobId id;
  /// Sms::to.
  std::string to;
  /// Sms::kind.
  std::string kind;
  /// Sms::expires_at.
  std::optional<UtcTime> expires_at{};
  /// Sms::text.
  std::string text;
};

/// Returns the messages that make_folder_sender() wrote, newest first, at most `limit`. Other files
/// are skipped; there are none in a folder that does not exist. Throws Unavailable when the folder
/// cannot be read.
[[nodiscard]] std::vector<FolderSms> list_sms_folder(const std::filesystem::path& folder,
                                                     std::size_t limit);

}  // namespace sms
}  // namespace coffeeauth

#pragma once
/// Mailers: where finished messages go.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/ports/mailer.hpp"

namespace coffeeauth::smtp {

/// Who the mails are from: an address, and a name that may be empty.
struct Sender {
  std::string address = "coffeeauth@localhost";
  std::string name{};
};

/// Reads `Name <address>` or a bare address. Throws std::invalid_argument when it is neither, or
/// holds a character that could end a header line.
[[nodiscard]] Sender parse_sender(std::string_view text);

struct FolderMailerOptions {
  /// Made, readable by its owner alone, when it is not there.
  std::filesystem::path folder;
  Sender from{};
};

/// Writes each mail as an RFC 5322 file `<Message-ID>.eml` instead of sending it: for development
/// and for picking up by something else. A second try of the same mail replaces the file. Files
/// appear whole and are on the disk when deliver() returns.
[[nodiscard]] std::unique_ptr<Mailer> make_folder_mailer(const FolderMailerOptions& options);

/// A mail in a folder, for showing.
struct FolderMail {
  /// The file's name.
  std::string file;
  std::string to;
  std::string subject;
  std::string date;
  /// The plain text.
  std::string text;
};

/// The mails that make_folder_mailer() wrote, newest first, at most `limit`. Files that are
/// something else are left out. Throws Unavailable when the folder cannot be read.
[[nodiscard]] std::vector<FolderMail> list_folder(const std::filesystem::path& folder,
                                                  std::size_t limit);

}  // namespace coffeeauth::smtp

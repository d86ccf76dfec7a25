#pragma once
/// An operator's own words for mails, as files in a folder: MAIL_TEMPLATES.

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "coffeeauth/mail_templates.hpp"

namespace coffeeauth::server {

/// The library's mails and those of `further`, with the files of `folder` over them:
/// `<language>/<kind>.txt` and `.html`, and `layout.html`, `code.html`, `button.html`. What the
/// folder does not have stays as it is. An empty path is no folder.
///
/// Everything is read and parsed here. Throws ConfigError, which names the setting and the file,
/// for what cannot be read or parsed, and for names that are no mail: a slip in one would leave the
/// old words in use.
[[nodiscard]] std::unique_ptr<MailTemplates> make_folder_templates(
    const std::filesystem::path& folder, std::string service_name,
    std::vector<MailKind> further = {});

}  // namespace coffeeauth::server

#include "folder_templates.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "env_file.hpp"
#include "text_file.hpp"

namespace coffeeauth::server {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& place, const std::string& why) {
  throw ConfigError("MAIL_TEMPLATES: " + place.string() + ": " + why);
}

std::string read(const fs::path& file) {
  try {
    const auto text = read_text_file(file);
    return std::string{text.expose_secret()};
  } catch (const ConfigError& failure) {
    // Begins with the file.
    throw ConfigError("MAIL_TEMPLATES: " + std::string{failure.what()});
  }
}

/// Sorted, without what begins with a dot: version control and editors leave such files.
std::vector<fs::path> entries_of(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> found;
  for (fs::directory_iterator at{folder, error}, end; !error && at != end; at.increment(error)) {
    if (!at->path().filename().string().starts_with('.')) found.push_back(at->path());
  }
  if (error) refuse(folder, "cannot be read: " + error.message());
  std::sort(found.begin(), found.end());
  return found;
}

/// Reads the files of one language into `kinds`.
void read_language(const fs::path& folder, const std::set<std::string>& known,
                   std::vector<MailKind>& kinds) {
  const auto files = entries_of(folder);
  for (const auto& file : files) {
    const auto name = file.stem().string();
    const auto extension = file.extension();
    if (extension != ".txt" && extension != ".html") refuse(file, "is no .txt and no .html");
    if (!known.contains(name)) {
      std::string all;
      for (const auto& kind : known) all += (all.empty() ? "" : ", ") + kind;
      refuse(file, "there is no mail of this name; there are " + all);
    }
    auto text = file;
    text.replace_extension(".txt");
    if (extension == ".html") {
      if (std::find(files.begin(), files.end(), text) == files.end()) {
        refuse(file, "has no " + text.filename().string() + " beside it");
      }
      continue;
    }
    auto html = file;
    html.replace_extension(".html");
    const bool has_html = std::find(files.begin(), files.end(), html) != files.end();
    kinds.push_back({.name = name,
                     .words = {{.language = folder.filename().string(),
                                .text = read(file),
                                .html = has_html ? read(html) : std::string{}}}});
  }
}

std::set<std::string> names_of(const std::vector<MailKind>& kinds) {
  std::set<std::string> names;
  for (const auto& kind : kinds) names.insert(kind.name);
  return names;
}

}  // namespace

std::unique_ptr<MailTemplates> make_folder_templates(const fs::path& folder,
                                                     std::string service_name,
                                                     std::vector<MailKind> further) {
  if (folder.empty()) return make_default_templates(std::move(service_name), std::move(further));
  auto known = names_of(library_mail_kinds());
  known.merge(names_of(further));
  MailFrame frame;
  for (const auto& entry : entries_of(folder)) {
    const auto name = entry.filename().string();
    std::error_code error;
    if (name == "layout.html") {
      frame.layout = read(entry);
    } else if (name == "code.html") {
      frame.code = read(entry);
    } else if (name == "button.html") {
      frame.button = read(entry);
    } else if (fs::is_directory(entry, error)) {
      read_language(entry, known, further);
    } else {
      refuse(entry, "is neither a language's folder nor layout.html, code.html or button.html");
    }
  }
  try {
    return make_default_templates(std::move(service_name), std::move(further), std::move(frame));
  } catch (const std::invalid_argument& failure) {
    // Begins with the file, as seen from the folder.
    throw ConfigError("MAIL_TEMPLATES: " + folder.string() + "/" + failure.what());
  }
}

}  // namespace coffeeauth::server

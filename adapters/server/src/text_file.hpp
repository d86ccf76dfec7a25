#pragma once
/// Small files that hold settings: env files and secrets.

#include <filesystem>
#include <optional>

#include "coffeeauth/secret.hpp"

namespace coffeeauth::server {

/// The whole file. Throws ConfigError with a line that names it when it cannot be read, is no file
/// (a folder, a pipe) or is larger than 1 MiB; never waits for a writer.
[[nodiscard]] Secret read_text_file(const std::filesystem::path& file);

/// Nothing when nothing of that name is there; otherwise read_text_file().
[[nodiscard]] std::optional<Secret> read_text_file_if_there(const std::filesystem::path& file);

}  // namespace coffeeauth::server

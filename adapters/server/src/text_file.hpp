#pragma once
/// Small files that hold settings: env files and secrets.

#include <filesystem>
#include <optional>

#include "coffeeauth/secret.hpp"

namespace coffeeauth::server {

/// The whole file, or what comes through a pipe within 30 seconds. Throws ConfigError with a line
/// that names it when it cannot be read, is something else (a folder), is a pipe through which
/// nothing comes, or is larger than 1 MiB.
[[nodiscard]] Secret read_text_file(const std::filesystem::path& file);

/// Nothing when nothing of that name is there; otherwise the whole file. No pipe: nobody asked for
/// one.
[[nodiscard]] std::optional<Secret> read_text_file_if_there(const std::filesystem::path& file);

}  // namespace coffeeauth::server

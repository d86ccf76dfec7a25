#pragma once
/// A Store in a single JSON file: an example of how to write a Store, for a handful of users.

#include <filesystem>
#include <memory>

#include "coffeeauth/ports/store.hpp"

/// Opens the Store in `file`, which is created with mode 0600 if it does not exist; beside it are
/// `<file>.lock` and, during a commit, `<file>.new`. Thread-safe, also beside other processes on
/// the same machine. Throws Unavailable.
///
/// One transaction at a time works on a copy of all tables. A commit writes the copy to a new file,
/// syncs it to the disk and renames it over the old one, so a kill or a power cut leaves either the
/// old file or the new. The cost of a transaction is proportional to all stored data.
[[nodiscard]] std::unique_ptr<coffeeauth::Store> make_json_store(const std::filesystem::path& file);

#pragma once
/// A Store in a single JSON file: for a handful of users, and to show how a Store is written.

#include <filesystem>
#include <memory>

#include "coffeeauth/ports/store.hpp"

/// Opens the Store in `file`, which is made, mode 0600, when it is not there; beside it are
/// `<file>.lock` and, while a transaction is committed, `<file>.new`. Callable from many threads
/// and beside other processes on the same machine. Throws Unavailable.
///
/// One transaction at a time works on a copy of all tables. A commit writes them to a new file,
/// which takes the place of the old one when it is on the disk: a kill or a power cut leaves the
/// one or the other. So each transaction costs time in proportion to all that is stored.
[[nodiscard]] std::unique_ptr<coffeeauth::Store> make_json_store(const std::filesystem::path& file);

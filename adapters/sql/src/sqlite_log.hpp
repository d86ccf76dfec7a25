#pragma once
/// The write-ahead log of SQLite, kept short.

#include <chrono>

namespace Poco::Data {
class Session;
}

namespace coffeeauth::sql {

/// Driver::after_commit: empties the log and shrinks its file when it is longer than
/// `journal_size_limit` says.
///
/// SQLite by itself starts the log anew only at a moment when no reader uses it, which under
/// load never comes, and never shrinks it. This waits a moment for the readers to finish what they
/// are at. One that stays open for longer (a backup) is not waited for: the log grows beside it,
/// and is emptied at the first commit some seconds after it has gone. Never throws.
void empty_long_log(Poco::Data::Session& session, std::chrono::steady_clock::time_point& next);

}  // namespace coffeeauth::sql

#pragma once
/// What a failure of the database means.

#include <string>

namespace coffeeauth::sql {

/// A failure in fixed words. The database's own text is never used: it quotes the statement and the
/// user's data.
struct Failure {
  std::string text;
  /// Whether the connection is as good as before.
  bool connection_is_sound = false;
  /// Whether the transaction lost a race inside the database and may be tried again.
  bool is_conflict = false;
  /// Whether something was to be written where only reads are allowed.
  bool is_refused_write = false;
  /// Whether a key was there already. What the library writes looks for it first, so another
  /// transaction wrote it a moment ago; tried again, the verb sees it and can say what it means.
  bool is_taken_key = false;
  /// Whether a row that another refers to was not there. What wrote it looked for that row first,
  /// so another transaction deleted it a moment ago; tried again, the verb sees that it is gone.
  bool is_lost_reference = false;
};

}  // namespace coffeeauth::sql

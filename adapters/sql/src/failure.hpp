#pragma once
/// What a failure of the data base means to us.

#include <string>

namespace Poco {
class Exception;
}

namespace coffeeauth::sql {

/// A failure in words of ours. The data base's own text is never used: it quotes the statement and
/// the user's data.
struct Failure {
  std::string text;
  /// Whether the connection is as good as before: only a lock was not to be had.
  bool connection_is_sound = false;
};

[[nodiscard]] Failure describe(const Poco::Exception& cause);

}  // namespace coffeeauth::sql

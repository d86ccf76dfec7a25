#pragma once
/// PartDown: why a part that is needed cannot be used, in words that are safe to show.

#include <string>
#include <string_view>

#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// A closed set, so that it can stand in a log, in a metric's label and in an answer.
enum class DownReason {
  /// None of the others.
  other,
  /// Nothing listens there, or the network does not lead there.
  unreachable,
  /// The host's name is not known.
  name_not_found,
  /// There was no answer in time.
  timed_out,
  /// TLS failed: not offered, or the certificate is not trusted or is another host's.
  tls,
  /// The user or the password was refused.
  credentials,
  /// The server has no database of that name or number.
  no_database,
  /// The user may not do what is needed.
  not_permitted,
  /// It has no connection, memory or disk left.
  full,
  /// It is starting or stopping.
  starting,
  /// It can only be read, as a replica.
  read_only
};

/// The stable snake_case word: `unreachable`, `name_not_found`, ...
[[nodiscard]] std::string_view wire_name(DownReason reason) noexcept;

/// A part cannot be used, and it is known why.
class PartDown : public Unavailable {
 public:
  /// `what` as for Unavailable.
  PartDown(DownReason reason, const std::string& what) : Unavailable(what), reason_(reason) {}

  /// Why.
  [[nodiscard]] DownReason reason() const noexcept { return reason_; }

 private:
  DownReason reason_;
};

}  // namespace coffeeauth

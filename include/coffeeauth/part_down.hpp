#pragma once
/// PartDown: why a required part cannot be used, in words that are safe to show.

#include <string>
#include <string_view>

#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// Why a part is down. A closed set, safe in logs, in labels of metrics and in answers.
enum class DownReason {
  /// Any other reason.
  other,
  /// Nothing listens there, or there is no route to it.
  unreachable,
  /// The host name does not resolve.
  name_not_found,
  /// No answer arrived in time.
  timed_out,
  /// TLS failed: not offered, or an untrusted certificate or one for another host.
  tls,
  /// The user name or password was rejected.
  credentials,
  /// The server has no such database.
  no_database,
  /// The user lacks a required permission.
  not_permitted,
  /// The server has no connection, memory or disk space left.
  full,
  /// The server is starting or stopping.
  starting,
  /// The server is read-only, such as a replica.
  read_only
};

/// Returns the stable snake_case word: `unreachable`, `name_not_found`, ...
[[nodiscard]] std::string_view wire_name(DownReason reason) noexcept;

/// A part cannot be used, for a known reason.
class PartDown : public Unavailable {
 public:
  /// `what` as for Unavailable.
  PartDown(DownReason reason, const std::string& what) : Unavailable(what), reason_(reason) {}

  /// The reason.
  [[nodiscard]] DownReason reason() const noexcept { return reason_; }

 private:
  DownReason reason_;
};

}  // namespace coffeeauth

#pragma once
/// rewrap(): the step of a change of the secret key that makes the previous one unnecessary.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;

/// How far one kind of sealed rows has come.
struct RewrapPart {
  /// `signing_keys` or `mails`.
  std::string name;
  /// Rows that were looked at.
  std::size_t seen = 0;
  /// Rows that were sealed with a previous key, and are sealed with the current one now.
  std::size_t resealed = 0;
  /// Rows that no key of the ring opens. They stay as they are.
  std::size_t unreadable = 0;
};

/// What a rewrap() came to.
struct RewrapReport {
  /// Each kind, once.
  std::vector<RewrapPart> parts;
  /// The end of what is bound to a previous key without being sealed, if no process has used that
  /// key as its current one since the call began: refresh tokens and codes that were not used
  /// since.
  UtcTime previous_needed_until{};
};

/// Told after each batch how far its kind has come.
using RewrapProgress = std::function<void(const RewrapPart&)>;

/// Seals anew, with the current secret key, what the Store holds sealed with a previous one.
///
/// Works in batches, each in a transaction of its own, and replaces a row only while it holds what
/// was read, so it may run beside servers and workers, twice at once, and again after it was
/// stopped anywhere. Call it when every process uses the new key as its current one: what another
/// process seals with a previous key meanwhile may be missed. Throws Unavailable when the Store
/// cannot be asked; what was replaced before stays replaced.
[[nodiscard]] RewrapReport rewrap(Services& services, const RewrapProgress& progress = {});

}  // namespace coffeeauth

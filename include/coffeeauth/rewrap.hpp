#pragma once
/// rewrap(): re-encrypts stored data under the current secret key.

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;

/// Progress of one kind of encrypted rows.
struct RewrapPart {
  /// `signing_keys` or `mails`.
  std::string name;
  /// Rows examined.
  std::size_t seen = 0;
  /// Rows re-encrypted under the current key.
  std::size_t resealed = 0;
  /// Rows that no key of the ring decrypts. They are left unchanged.
  std::size_t unreadable = 0;
};

/// The result of a rewrap().
struct RewrapReport {
  /// One entry for each kind.
  std::vector<RewrapPart> parts;
  /// When digests under the previous keys (refresh tokens, codes, and what features store: see
  /// Contributions::digests_live_for) have expired or been renewed as well, if no process has used
  /// a previous key as its current one since the call began. The previous keys can be removed after
  /// that. Known only for the features of this Auth.
  UtcTime previous_needed_until{};
};

/// Called after each batch with the progress of its kind.
using RewrapProgress = std::function<void(const RewrapPart&)>;

/// Re-encrypts, under the current secret key, rows in the Store that a previous key encrypted.
///
/// Works in batches, each in its own transaction, and replaces a row only if it is unchanged since
/// it was read, so it may run beside servers and workers, concurrently, and again after an
/// interruption. Call it when every process uses the new key as its current one: rows that another
/// process encrypts with a previous key meanwhile may be missed. Call it for an Auth with the
/// configuration and the features of the servers: the report depends on both. Throws Unavailable
/// when the Store cannot be reached; rows replaced before that stay replaced.
[[nodiscard]] RewrapReport rewrap(Services& services, const RewrapProgress& progress = {});

}  // namespace coffeeauth

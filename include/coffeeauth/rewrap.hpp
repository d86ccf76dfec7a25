#pragma once
/// rewrap(): re-encrypts stored data under the current secret key.

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/time.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

struct Services;
class Transaction;

/// A row that a feature sealed with Sealer::seal().
struct SealedRow {
  /// Names the row. The order of SealedRows::list() is that of these texts.
  std::string id;
  /// The purpose that was given to seal().
  std::string purpose;
  /// The context that was given to seal().
  std::string context;
  /// What seal() returned.
  std::string sealed;
};

/// One kind of rows that a feature sealed, so that they survive a change of the secret key. Must be
/// thread-safe. See Contributions::sealed.
class SealedRows {
 public:
  virtual ~SealedRows() = default;
  SealedRows(const SealedRows&) = delete;
  SealedRows& operator=(const SealedRows&) = delete;

  /// RewrapPart::name: a snake_case word in the plural, unique within the Auth.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// Returns at most `limit` rows whose id is greater than `after`, in the order of their ids; from
  /// the first one if `after` is empty.
  [[nodiscard]] virtual std::vector<SealedRow> list(Transaction& transaction,
                                                    const std::string& after,
                                                    std::size_t limit) = 0;
  /// Replaces what is sealed in the row if it is still `from`; returns false otherwise.
  [[nodiscard]] virtual bool reseal(Transaction& transaction, const std::string& id,
                                    const std::string& from, const std::string& to) = 0;

 protected:
  SealedRows() = default;
};

/// Progress of one kind of encrypted rows.
struct RewrapPart {
  /// `signing_keys`, `mails`, or SealedRows::name() of a feature.
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

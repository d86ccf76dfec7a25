#pragma once
/// SealedKind: what rewrap() asks of one kind of sealed rows, the library's own or a feature's.
/// Private to the library.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/ports/store.hpp"
#include "lib/vault/vault.hpp"

namespace coffeeauth {

/// One row, and what is to be in its place.
struct ResealedRow {
  /// Names the row to its kind.
  std::string id;
  /// What was read.
  std::string before;
  Resealed after;
};

/// One kind of sealed rows, walked from the first to the last. Belongs to one thread.
class SealedKind {
 public:
  virtual ~SealedKind() = default;
  SealedKind(const SealedKind&) = delete;
  SealedKind& operator=(const SealedKind&) = delete;

  /// For people: `mails`.
  [[nodiscard]] virtual std::string_view name() const noexcept = 0;
  /// The next rows, at most `limit`, each sealed anew where it needs to be; empty behind the last.
  /// Outside a transaction, since sealing draws random octets.
  [[nodiscard]] virtual std::vector<ResealedRow> next(std::size_t limit) = 0;
  /// Puts what was sealed anew in its place, if there still is what was read.
  virtual bool replace(Transaction& tx, const ResealedRow& row) = 0;

 protected:
  SealedKind() = default;
};

}  // namespace coffeeauth

#pragma once
/// Diagnostics: reports mistakes in an embedder's own code.

#include <string_view>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// One failure.
struct Diagnostic {
  /// What failed: `statement`, `route`, `mail template` or `mailer`.
  std::string_view what;
  /// Which one: the statement's text, `GET /shop/orders`, or the kind of the mail.
  std::string_view which;
  /// The database's message, or what() of the exception. May quote the embedder's data; never
  /// contains the library's.
  std::string_view text;
};

/// Receives failures of code outside the library: statements given to sql::query(), handlers of
/// ApiOptions::extra_routes, mail templates, and mailers. The caller sees only Unavailable, 500 or
/// another attempt; this tells why. Failures of the library's own statements and handlers are not
/// reported here, because their texts may contain secrets.
///
/// Implementations must be thread-safe and quick, and must not call back into the library.
class Diagnostics {
 public:
  virtual ~Diagnostics() = default;
  Diagnostics(const Diagnostics&) = delete;
  Diagnostics& operator=(const Diagnostics&) = delete;

  /// Reports one failure. The texts are valid during the call only.
  virtual void tell(const Diagnostic& diagnostic) noexcept = 0;

 protected:
  Diagnostics() = default;
};

/// Writes one line for each failure to standard error, with control characters escaped. The default
/// when no Diagnostics is given. Lives as long as the program.
[[nodiscard]] Diagnostics& stderr_diagnostics() noexcept;

}  // namespace coffeeauth

#pragma once
/// Diagnostics: what an embedder's own code did wrong, in the words of whatever noticed it.

#include <string_view>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// One mistake.
struct Diagnostic {
  /// What failed: `statement`, `route`, `mail template` or `mailer`.
  std::string_view what;
  /// Which one: the text of the statement, `GET /shop/orders`, or the kind of the mail.
  std::string_view which;
  /// The database's own message, or what() of the exception. May quote the embedder's data; never
  /// holds any of the library's.
  std::string_view text;
};

/// Told about failures inside code that is not the library's: statements given to sql::query(),
/// handlers of ApiOptions::extra_routes, mail templates, and mailers. The caller gets no more than
/// Unavailable, 500 or another try; here is why. Failures of the library's own statements and
/// handlers never get here, because their texts may hold secrets.
///
/// Implementations must be callable from many threads, quick, and must not call back into the
/// library.
class Diagnostics {
 public:
  virtual ~Diagnostics() = default;
  Diagnostics(const Diagnostics&) = delete;
  Diagnostics& operator=(const Diagnostics&) = delete;

  /// The texts are valid during the call.
  virtual void tell(const Diagnostic& diagnostic) noexcept = 0;

 protected:
  Diagnostics() = default;
};

/// Writes one line for each to the standard error output, control characters made inert. What the
/// library uses where it is given none. Lives as long as the program.
[[nodiscard]] Diagnostics& stderr_diagnostics() noexcept;

}  // namespace coffeeauth

#pragma once
/// EmailAddress: an email address, parsed once where it enters the program.

#include <compare>
#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"
#include "coffeeauth/result.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

/// An email address that has been parsed and normalised.
///
/// An instance guarantees: exactly one mailbox, an ASCII dot-atom local part of at most 64 octets,
/// a plausible domain of at least two labels, the last of two letters or more or an A-label, at
/// most 254 octets in all, no control characters, and so nothing that could inject a header (RFC
/// 5321 4.1.2, RFC 5322 3.4.1). Internationalised domains are mapped to A-labels (IDNA 2008, UTS 46
/// non-transitional). Addresses that reach the same account compare equal. Whether the mailbox
/// exists is for VerificationService to find out.
class EmailAddress {
 public:
  /// Parses an address as typed or pasted; Unicode blanks and invisible characters around it are
  /// dropped (tab, line feed, U+00A0, U+3000, U+FEFF, ...). Errors: validation_failed on `email`
  /// with code `required` (empty), `too_long` or `invalid`. Thread-safe.
  [[nodiscard]] static Result<EmailAddress> parse(std::string_view typed);

  /// Restores an address that a Store wrote. Both texts must come from an EmailAddress.
  [[nodiscard]] static EmailAddress restore(std::string display, std::string canonical);

  /// The address as typed, without surrounding blanks: for display.
  [[nodiscard]] const std::string& display() const noexcept { return display_; }
  /// Lower case, with A-labels: identifies the account, and mail is sent to it.
  [[nodiscard]] const std::string& canonical() const noexcept { return canonical_; }
  /// The part before the `@`, in lower case.
  [[nodiscard]] std::string_view local_part() const noexcept;

  /// Whether both identify the same account.
  friend bool operator==(const EmailAddress& a, const EmailAddress& b) noexcept {
    return a.canonical_ == b.canonical_;
  }
  /// Orders by canonical form.
  friend std::strong_ordering operator<=>(const EmailAddress& a, const EmailAddress& b) noexcept {
    return a.canonical_ <=> b.canonical_;
  }

 private:
  EmailAddress(std::string display, std::string canonical)
      : display_(std::move(display)), canonical_(std::move(canonical)) {}

  std::string display_;
  std::string canonical_;
};

}  // namespace coffeeauth

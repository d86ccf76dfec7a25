#pragma once
/// Sending a verification code: shared by sign-up and resend. Private to the library.

#include "lib/auth/services.hpp"

namespace coffeeauth {

/// A code and everything drawn at random for it, made before the transaction that may be run twice.
class CodeMail {
 public:
  /// Written in `own`, the language of whom it is for, as far as that is known.
  CodeMail(const Services& services, const EmailAddress& email, const Language& own,
           const ClientContext& client, UtcTime now);

  /// Makes it a live code of the user and enqueues its mail, if the pace of the client's share
  /// allows one. Says whether it did.
  [[nodiscard]] bool send(Transaction& tx, const UserId& user) const;
  /// The same, whatever was sent before: for an operator, whose mail no stranger can ask for, nor
  /// keep from its owner by asking for others.
  void send_at_any_pace(Transaction& tx, const UserId& user) const;

  [[nodiscard]] UtcTime expires_at() const noexcept { return expires_at_; }

 private:
  const Services& s_;
  UtcTime now_;
  UtcTime expires_at_;
  EmailAddress email_;
  AddressDigest network_;
  VerificationCode code_;
  NewJob job_;
};

/// The network of a client, as the shares of an account know it.
[[nodiscard]] AddressDigest network_of(const Services& services, const ClientContext& client);

/// The pace of the mails of one share of an account.
[[nodiscard]] MailPace mail_pace(const CodeConfig& config);

}  // namespace coffeeauth

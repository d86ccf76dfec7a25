#pragma once
/// Room: what the halves of PasskeyService share. Private to the room.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/kernel.hpp"
#include "coffeeauth/passkeys/passkeys.hpp"
#include "coffeeauth/passkeys/webauthn.hpp"
#include "features/passkeys/src/challenge.hpp"

namespace coffeeauth::passkeys {

/// What an assertion has to be for.
struct Asked {
  Ceremony ceremony;
  /// Of the challenge.
  std::string subject{};
  /// Whose passkey it has to be; nothing at a login.
  std::optional<UserId> user{};
};

/// An assertion that was verified, and has yet to be spent.
struct Proven {
  Passkey passkey;
  VerifiedAssertion assertion;
  /// Of the challenge.
  UtcTime expires_at{};
};

struct Room final : SecondStep, Recorder {
  Room(const Feature& feature, PasskeyStore& passkeys_in, const PublicKeyVerifier& keys_in,
       PasskeyOptions options_in);

  // A passkey as a second factor.
  std::string_view type() const noexcept override { return passkey_method.word(); }
  bool is_usable() const noexcept override { return settings.enabled; }
  std::vector<ErrorCode> errors() const override { return {passkey_rejected}; }
  std::vector<ChallengeMethod> list(Transaction& tx, const UserId& user) override;
  Result<std::string> options(const UserId& user, std::string_view ticket) override;
  Result<SecondProof> prove(const UserId& user, std::string_view ticket,
                            std::string_view credential, const ClientContext& client) override;

  /// Removes what has to go with a change that somebody else made.
  void record(Transaction& tx, const Event& event) override;

  [[nodiscard]] UtcTime now() const { return kernel->clock().now(); }
  template <class Work>
  auto transact(Work&& work) const {
    return kernel->store().transact(std::forward<Work>(work));
  }
  /// Those that work at the present domain.
  [[nodiscard]] std::vector<Passkey> passkeys_of(const UserId& user) const;

  /// A new challenge, not encoded.
  [[nodiscard]] std::string challenge(Ceremony ceremony, std::string_view subject) const;
  /// Verifies an assertion; changes nothing, unless a copy may be in use. Error: passkey_rejected.
  [[nodiscard]] Result<Proven> verify(std::string_view credential, const Asked& asked,
                                      const ClientContext& client) const;
  /// Spends it: the challenge, and the counter. Error: passkey_rejected.
  [[nodiscard]] Result<void> spend(Transaction& tx, const Proven& proven,
                                   const ClientContext& client) const;
  /// Whether this is the first use of the challenge.
  [[nodiscard]] bool spend_challenge(Passkeys& rows, std::string_view challenge,
                                     UtcTime expires_at) const;

  /// Refuses what was verified and could not be spent: its challenge was used, or its counter or
  /// the passkey went in the meantime.
  [[nodiscard]] Error reject_late(const Proven& proven, const ClientContext& client) const;
  /// Tells the events why, and the client nothing.
  [[nodiscard]] Error reject(std::string_view reason, const std::optional<UserId>& user,
                             const ClientContext& client) const;
  /// A notice to the owner. Without the passkey's name, which is a thief's own words if a thief
  /// registered it.
  void tell_owner(Transaction& tx, std::string_view mail, const UserId& user,
                  const ClientContext& client) const;

  PasskeyStore& passkeys;
  const PublicKeyVerifier& keys;
  const PasskeyOptions settings;
  /// `origins` and `related_origins`.
  std::vector<std::string> accepted_origins;
  AttachedKernel kernel;
  std::unique_ptr<Sealer> sealer;

 private:
  [[nodiscard]] std::optional<std::pair<Passkey, std::optional<UserHandle>>> find(
      std::string_view credential_id) const;
  /// Refuses a use whose counter has not grown, and tells the owner.
  [[nodiscard]] Error refuse_copy(const Proven& proven, const ClientContext& client) const;
  /// Records that a copy may be in use, and tells the owner.
  void tell_of_copy(Transaction& tx, const UserId& user, bool is_refused,
                    const ClientContext& client) const;
};

struct PasskeyService::State {
  State(const Feature& feature, PasskeyStore& passkeys, const PublicKeyVerifier& keys,
        PasskeyOptions options)
      : room(feature, passkeys, keys, std::move(options)) {}
  Room room;
};

/// The subject of what one session asks for.
[[nodiscard]] std::string subject_of(const Principal& principal);

/// What an assertion proves.
[[nodiscard]] LoginMethods methods_of(const VerifiedAssertion& assertion);

}  // namespace coffeeauth::passkeys

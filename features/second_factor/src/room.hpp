#pragma once
/// Room: what the parts of SecondFactor share. Private to the room.

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/rewrap.hpp"
#include "coffeeauth/second_factor/codes.hpp"
#include "coffeeauth/second_factor/second_factor.hpp"

namespace coffeeauth::second_factor {

/// The most that TRUSTED_DEVICE_LIFETIME can be; no ticket lives as long.
inline constexpr std::chrono::seconds longest_trust{std::chrono::hours{24 * 90}};

/// Limits the notices of second steps, by user.
inline constexpr LimitScope notice_limit{"second_factor_notice"};

/// Ticket::promise of the codes that confirm a factor: no purpose of a login.
inline constexpr std::string_view enrolment_promise = "enrolment";

inline constexpr std::string_view ticket_prefix = "mfa_";
inline constexpr std::string_view device_prefix = "dev_";

/// Recovery codes that are made and not stored yet.
struct MadeCodes {
  RecoveryCodes shown;
  std::vector<FeatureDigest> digests;
};

/// Who has a code sent, and whether the account has logged in from there before.
struct Asker {
  const ClientContext& client;
  bool is_known = false;
};

struct Room final : LoginStep, SecondStep, AccountGate, Recorder, SealedRows {
  Room(const Feature& feature, FactorStore& store_in, const OneTimeCodes& codes_in,
       SecondFactorOptions options_in)
      : store(store_in), codes(codes_in), settings(std::move(options_in)), kernel(feature) {}

  /// Asks for a second step, unless there was one or a trusted device stands in for it.
  Result<std::optional<LoginChallenge>> ask(const PendingLogin& login) override;

  // Authenticator apps as a second step, for whoever lists what an account has. Their codes are
  // compared in prove() of the feature.
  std::string_view type() const noexcept override { return totp.word(); }
  std::vector<ChallengeMethod> list(Transaction& tx, const UserId& user) override;
  Result<std::string> options(const UserId& user, std::string_view ticket) override;
  Result<SecondProof> prove(const UserId& user, std::string_view ticket,
                            std::string_view credential, const ClientContext& client) override;

  // The policy.
  Result<void> pass(const User& user) override;
  Result<void> may_keep_only(const User& user, const std::vector<ChallengeMethod>& left) override;
  std::vector<ErrorCode> pass_errors() const override;
  std::vector<ErrorCode> keep_errors() const override;
  /// The kinds that accounts of the role can add and that satisfy the policy.
  [[nodiscard]] std::vector<std::string> accepted_types(Role role) const;
  /// Whether the policy demands a second factor of the account.
  [[nodiscard]] bool is_demanded_of(const User& user) const;
  /// Whether the account has what the policy demands of it. `list`, which gives everything that the
  /// account has, is called only where that matters.
  [[nodiscard]] bool satisfies_policy(
      const User& user, const std::function<std::vector<ChallengeMethod>()>& list) const;

  /// Removes what has to go with a change that somebody else made.
  void record(Transaction& tx, const Event& event) override;

  // The secrets of apps, for another secret key.
  std::string_view name() const noexcept override { return "totp_secrets"; }
  std::vector<SealedRow> list(Transaction& tx, const std::string& after,
                              std::size_t limit) override;
  bool reseal(Transaction& tx, const std::string& id, const std::string& from,
              const std::string& to) override;

  [[nodiscard]] UtcTime now() const { return kernel->clock().now(); }
  template <class Work>
  auto transact(Work&& work) const {
    return kernel->store().transact(std::forward<Work>(work));
  }

  /// A prefix and 256 random bits.
  [[nodiscard]] Secret make_token(std::string_view prefix) const;
  /// The live ticket of a token, whose attempts may be used up.
  [[nodiscard]] std::optional<Ticket> find_ticket(const Secret& token) const;
  [[nodiscard]] bool can_trust_device(const User& user, const LoginPurpose& purpose) const;
  [[nodiscard]] FailurePolicy failure_policy() const;

  /// What an app's secret is sealed to.
  [[nodiscard]] static std::string context_of(const UserId& user, const FactorId& factor);
  /// The step of a code of that app, if it is one of the present.
  [[nodiscard]] std::optional<std::int64_t> step_of_code(const Factor& factor, const Secret& code,
                                                         UtcTime at) const;

  /// The channel of a kind of factor; null if no feature brings it.
  [[nodiscard]] CodeChannel* channel_of(std::string_view kind) const;
  /// Whether an account may prove this kind after those methods: the mailbox is one factor.
  [[nodiscard]] bool goes_with(std::string_view kind, const LoginMethods& done) const;
  /// Whether the factor is of a kind that this room asks for.
  [[nodiscard]] bool is_own(std::string_view kind) const {
    return kind == totp.word() || channel_of(kind) != nullptr;
  }
  /// Whether it can be proved today: not when it was sealed under a key that is gone, nor when no
  /// code can be sent to it.
  [[nodiscard]] bool can_be_proved(const Factor& factor) const;
  /// The ticket of the codes that confirm a factor.
  [[nodiscard]] FeatureDigest enrolment_ticket(const FactorId& factor) const;
  /// Makes a code for the ticket and sends it to the factor. Within a transaction, as the last
  /// thing.
  [[nodiscard]] Result<UtcTime> send_code(Transaction& tx, const FeatureDigest& ticket,
                                          const Factor& factor, const Asker& asker) const;
  /// Counts a guess at the code that was sent, commits, and compares.
  [[nodiscard]] bool try_sent_code(const FeatureDigest& ticket, const FactorId& factor,
                                   const Secret& code) const;

  [[nodiscard]] MadeCodes make_recovery_codes(const UserId& user) const;
  /// Stores them if the account has none; returns whether it did.
  bool store_first_codes(Transaction& tx, const Principal& principal, const MadeCodes& made,
                         const ClientContext& client) const;

  /// Everything that the account has, of all features, also what cannot be asked for today.
  [[nodiscard]] std::vector<ChallengeMethod> list_all(Transaction& tx, const UserId& user) const;
  /// Whether any of it can be proved today.
  [[nodiscard]] bool has_usable(Transaction& tx, const UserId& user) const;

  /// A notice to the owner. Without a label, which is a thief's own words if a thief typed it.
  void tell_owner(Transaction& tx, std::string_view mail, const UserId& user,
                  const ClientContext& client, std::map<std::string, std::string> extra = {}) const;
  /// Like tell_owner(), but at most `step_notices`: for events that an attacker can repeat.
  void tell_of_step(Transaction& tx, std::string_view mail, const UserId& user,
                    const ClientContext& client,
                    std::map<std::string, std::string> extra = {}) const;

  FactorStore& store;
  const OneTimeCodes& codes;
  const SecondFactorOptions settings;
  AttachedKernel kernel;
  std::unique_ptr<Sealer> sealer;

 private:
  [[nodiscard]] bool is_trusted_device(const PendingLogin& login) const;
  [[nodiscard]] bool is_accepted(Role role, std::string_view type) const;
  [[nodiscard]] bool has_accepted(const User& user,
                                  const std::vector<ChallengeMethod>& methods) const;
  void remove_all(Transaction& tx, const Event& event);
  void remove_since(Transaction& tx, const Event& event, UtcTime since);
  void forget_devices(Transaction& tx, const Event& event) const;
};

struct SecondFactor::State {
  State(const Feature& feature, FactorStore& store, const OneTimeCodes& codes,
        SecondFactorOptions options)
      : room(feature, store, codes, std::move(options)) {}
  Room room;
};

/// Throws std::invalid_argument that begins with the name of the setting.
void check(const SecondFactorOptions& options);

/// Whether users can add that type. Error: validation_failed on `type`.
[[nodiscard]] Result<void> check_type(const SecondFactorOptions& options, std::string_view type);

/// What is stored of a recovery code: a hash without a key, which 120 random bits need none of. So
/// codes on paper outlive each change of the secret key.
[[nodiscard]] FeatureDigest digest_of(const RecoveryCode& code, const UserId& user);

/// The account of a ticket, if the ticket is still good for it.
[[nodiscard]] Result<User> account_of(Transaction& tx, const Ticket& ticket);

/// The beginning of each transaction that changes factors: whoever changes others waits, so that of
/// two who remove the last ones, one sees that none is left.
[[nodiscard]] Result<std::unique_ptr<Factors>> begin_change(const Room& room, Transaction& tx,
                                                            const Principal& principal,
                                                            UtcTime now);

}  // namespace coffeeauth::second_factor

#pragma once
/// Room: what the halves of Recovery share. Private to the room.

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/recovery/recovery.hpp"

namespace coffeeauth::recovery {

/// The most that EMAIL_UNDO_LIFETIME can be; no other link or code lives as long.
inline constexpr std::chrono::seconds longest_undo{std::chrono::hours{24 * 30}};

/// The most that EMAIL_CHANGE_LIFETIME can be: a change was asked for no longer ago when it is
/// made.
inline constexpr std::chrono::seconds longest_change{std::chrono::hours{24}};

/// A link's token and, where one goes with it, the code; made before any transaction.
struct Secrets {
  Secret token;
  std::optional<Secret> code{};
};

/// Why a mail for a new password goes out; its words say so.
enum class ResetReason {
  /// Somebody asked for it at the login.
  asked,
  /// An administrator or an operator had it sent.
  by_administrator,
  /// A change of address was undone, and the account has no password.
  after_undo,
};

struct Room final : AddressGuard, ProtectedPurpose {
  Room(const Feature& feature, TicketStore& tickets_in, RecoveryOptions options_in)
      : tickets(tickets_in), options(std::move(options_in)), kernel(feature) {}

  std::optional<UserId> holder_of(Transaction& tx, const EmailAddress& email,
                                  UtcTime now) override {
    return tickets.in(tx)->holder_of(email, now);
  }

  LoginPurpose purpose() const noexcept override { return password_reset; }
  /// A reset goes on after its second factor: spends the ticket whose digest is `subject`.
  Result<Secret> keep(Transaction& tx, const User& user, std::string_view subject) override;

  [[nodiscard]] UtcTime now() const { return kernel->clock().now(); }
  template <class Work>
  auto transact(Work&& work) const {
    return kernel->store().transact(std::forward<Work>(work));
  }

  /// `<kind>_` and 256 random bits.
  [[nodiscard]] Secret make_token(TicketKind kind) const;
  /// What a Store keeps of a token, under the present key.
  [[nodiscard]] FeatureDigest digest_of(const Secret& token) const;
  /// The live ticket of a token.
  [[nodiscard]] std::optional<Ticket> find(TicketKind kind, const Secret& token) const;
  /// What a Store keeps of a code, bound to purpose, user and address.
  [[nodiscard]] FeatureDigest digest_of(TicketKind kind, const UserId& user,
                                        const EmailAddress& email, std::string_view code) const;
  /// Counts a guess, and only then compares: the ticket whose code it is.
  [[nodiscard]] std::optional<Ticket> try_code(TicketKind kind, const std::optional<UserId>& known,
                                               const EmailAddress& email, std::string_view code,
                                               const ClientContext& client) const;

  /// The change of address that waits.
  [[nodiscard]] std::optional<Ticket> waiting_change(const UserId& user) const;
  /// Tells of a link that means nothing.
  [[nodiscard]] Error refuse_link(const ClientContext& client) const;

  /// Whether a link leads to a page that sets a password.
  [[nodiscard]] bool links_reset() const;
  /// Where the token leads.
  [[nodiscard]] std::string link_to(TicketKind kind, const Secret& token) const;
  /// The page that asks for a reset; empty when there is none.
  [[nodiscard]] std::string reset_page() const;

  /// The mail that brings a link or a code for a new password; `secrets` as make_reset_secrets().
  void mail_reset(Transaction& tx, const User& user, const Ticket& ticket, const Secrets& secrets,
                  ResetReason reason, const ClientContext& client) const;
  [[nodiscard]] Secrets make_reset_secrets() const;
  [[nodiscard]] Ticket reset_ticket(const UserId& user, const EmailAddress& email,
                                    std::int64_t security_version, const Secrets& secrets,
                                    UtcTime at) const;

  TicketStore& tickets;
  const RecoveryOptions options;
  AttachedKernel kernel;
  std::unique_ptr<Sealer> sealer;
};

struct Recovery::State {
  State(const Feature& feature, TicketStore& tickets, RecoveryOptions options)
      : room(feature, tickets, std::move(options)) {}
  Room room;
};

/// Throws std::invalid_argument that begins with the name of the setting.
void check(const RecoveryOptions& options);
/// Where a page of the room is, below public_url.
[[nodiscard]] std::string page_url(const RecoveryOptions& options, std::string_view page);
/// The URL of the link, with `{token}` in it.
[[nodiscard]] std::string link_pattern(TicketKind kind, const RecoveryOptions& options);

}  // namespace coffeeauth::recovery

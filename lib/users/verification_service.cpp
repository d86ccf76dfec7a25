#include "coffeeauth/verification_service.hpp"

#include <utility>

#include "lib/auth/services.hpp"
#include "lib/users/code_mail.hpp"

namespace coffeeauth {
namespace {

/// The account behind an address; for an unknown one an id that belongs to nobody, so that the same
/// statements run.
struct Account {
  UserId id;
  std::optional<Credentials> found{};

  /// Nothing for nobody: what events may name.
  [[nodiscard]] std::optional<UserId> known() const {
    return found ? std::optional{found->user.id} : std::nullopt;
  }
  [[nodiscard]] bool awaits_code() const {
    return found && found->user.is_active && awaits_owner(*found);
  }
  /// Not known while several have signed up: whose account it will be is not known either.
  [[nodiscard]] Language language() const {
    return found && found->sign_ups.size() <= 1 ? found->user.language : Language{};
  }
};

Account account_or_nobody(const Services& s, const EmailAddress& email, UtcTime now) {
  auto found = s.parts.store.users().find_credentials(email);
  const auto id = found ? found->user.id : UserId::make(now, s.parts.random);
  return {.id = id, .found = std::move(found)};
}

}  // namespace

VerificationService::VerificationService(Services& services) : s_(services) {}

Result<User> VerificationService::verify(VerifyRequest request, const ClientContext& client) {
  const auto now = s_.now();
  const auto account = account_or_nobody(s_, request.email, now);
  // Whoever reads the mailbox may choose a password now, so it has to be good enough, unless it was
  // found so at a sign-up. Which of them it is, shows only to who has the right code.
  Result<void> strong;
  std::optional<ChosenPassword> chosen;
  if (request.password) {
    strong = s_.passwords.check_strength(*request.password, {request.email, {}, {}});
    chosen = ChosenPassword{
        .hash = s_.passwords.hash_for_sign_up(*request.password, request.email, account.found),
        .is_acceptable = strong.has_value()};
  }
  const auto digest = s_.vault.code_guess(account.id, request.email, request.code);
  const auto network = network_of(s_, client);
  const GuessLimits limits{.per_code = s_.config.codes.attempts,
                           .per_day = s_.config.codes.guesses_per_day};

  // A transaction of its own, so that the spent attempt stays spent whatever becomes of the rest.
  const auto verdict = s_.transact([&](Transaction& tx) {
    take_turn(s_, tx, request.email, now);
    return tx.sign_ups().try_code(account.id, network, digest, limits, now);
  });
  if (verdict != CodeVerdict::match) {
    s_.note(
        {.kind = EventKind::code_rejected, .at = now, .user = account.known(), .client = client});
    return ErrorCode::invalid_code;
  }

  const auto done = s_.transact([&](Transaction& tx) {
    auto activation = tx.sign_ups().activate(account.id, digest, chosen, now);
    if (activation.outcome == ActivationOutcome::activated) {
      s_.account_changes_with(tx, account.id);
      Event event{
          .kind = EventKind::user_verified, .at = now, .user = account.known(), .client = client};
      // An account with a past, whose verification an administrator took away.
      if (activation.user->last_login) event.details = {account_recovered};
      s_.record(tx, std::move(event));
    }
    return activation;
  });
  switch (done.outcome) {
    case ActivationOutcome::activated:
      return *done.user;
    case ActivationOutcome::password_required:
      return ErrorCode::password_required;
    case ActivationOutcome::password_refused:
      return strong.error();
    case ActivationOutcome::gone:
      break;
  }
  return ErrorCode::invalid_code;
}

CodeReceipt VerificationService::resend_code(const EmailAddress& email,
                                             const ClientContext& client) {
  const auto now = s_.now();
  const auto account = account_or_nobody(s_, email, now);
  const CodeMail code{s_, email, account.language(), client, now};
  const auto network = network_of(s_, client);
  const auto nobody = UserId::make(now, s_.parts.random);
  s_.transact([&](Transaction& tx) {
    take_turn(s_, tx, email, now);
    tx.sign_ups().admit_network(account.id, network, s_.config.codes.networks, now);
    // What is asked for whom no code is due is asked for nobody, at the same price.
    const bool is_due = account.awaits_code() && !s_.address_holder(tx, email, now);
    if (!code.send(tx, is_due ? account.id : nobody)) return;
    s_.record(
        tx, {.kind = EventKind::code_queued, .at = now, .user = account.known(), .client = client});
  });
  return {email, code.expires_at()};
}

}  // namespace coffeeauth

#include "features/passkeys/src/room.hpp"

#include <algorithm>

#include "features/passkeys/src/ceremony_options.hpp"
#include "features/passkeys/src/options.hpp"

namespace coffeeauth::passkeys {
namespace {

/// A used challenge is remembered for so much longer than it is valid, since clocks differ.
constexpr std::chrono::seconds clocks_differ_by{std::chrono::hours{1}};

bool refuses(CounterPolicy policy, const Passkey& passkey, std::uint32_t seen) {
  if (seen > passkey.sign_count || (seen == 0 && passkey.sign_count == 0)) return false;
  return policy == CounterPolicy::all ||
         (policy == CounterPolicy::device_bound && !passkey.backup_eligible);
}

std::string subject_of_ticket(const UserId& user, std::string_view ticket) {
  return user.str() + "/" + std::string{ticket};
}

}  // namespace

Room::Room(const Feature& feature, PasskeyStore& passkeys_in, const PublicKeyVerifier& keys_in,
           PasskeyOptions options_in)
    : passkeys(passkeys_in),
      keys(keys_in),
      settings(completed(std::move(options_in))),
      accepted_origins(settings.origins),
      kernel(feature) {
  accepted_origins.insert(accepted_origins.end(), settings.related_origins.begin(),
                          settings.related_origins.end());
}

std::vector<ChallengeMethod> Room::list(Transaction& tx, const UserId& user) {
  const auto all = passkeys.in(tx)->list(user);
  if (all.empty()) return {};
  const bool any = std::any_of(all.begin(), all.end(),
                               [&](const auto& one) { return one.works_at(settings.rp_id); });
  return {{.type = std::string{type()}, .usable = settings.enabled && any}};
}

Result<std::string> Room::options(const UserId& user, std::string_view ticket) {
  if (!settings.enabled) return ErrorCode::not_found;
  return request_json(settings, challenge(Ceremony::second, subject_of_ticket(user, ticket)),
                      UserVerification::preferred, passkeys_of(user));
}

Result<SecondProof> Room::prove(const UserId& user, std::string_view ticket,
                                std::string_view credential, const ClientContext& client) {
  auto proven = verify(
      credential,
      {.ceremony = Ceremony::second, .subject = subject_of_ticket(user, ticket), .user = user},
      client);
  if (!proven) return proven.error();
  auto methods = methods_of(proven->assertion);
  const auto shared = std::make_shared<const Proven>(*std::move(proven));
  return SecondProof{
      .methods = std::move(methods),
      .spend = [this, shared, client](Transaction& tx) { return spend(tx, *shared, client); },
      .refused = [this, shared, client] { return reject_late(*shared, client); }};
}

void Room::record(Transaction& tx, const Event& event) {
  if (!event.user) return;
  const bool all_go = event.has(second_factors_removed);
  if (!all_go && !event.undone_since) return;
  const auto since = all_go ? UtcTime{} : *event.undone_since;
  const auto removed = passkeys.in(tx)->remove_all(*event.user, since);
  if (removed == 0) return;
  kernel->record(tx, {.kind = passkey_removed,
                      .user = event.user,
                      .actor = event.actor,
                      .client = event.client,
                      .count = removed,
                      .details = {credential_changed}});
  // Whoever caused this decides what the account may be left with.
  static_cast<void>(kernel->settle_second_factor(tx, *event.user, Gates::open, event.client));
}

std::vector<Passkey> Room::passkeys_of(const UserId& user) const {
  auto all = transact([&](Transaction& tx) { return passkeys.in(tx)->list(user); });
  std::erase_if(all, [&](const auto& one) { return !one.works_at(settings.rp_id); });
  return all;
}

std::string Room::challenge(Ceremony ceremony, std::string_view subject) const {
  return make_challenge(*sealer, kernel->random(), ceremony, subject,
                        now() + settings.challenge_lifetime);
}

std::optional<std::pair<Passkey, std::optional<UserHandle>>> Room::find(
    std::string_view credential_id) const {
  using Found = std::pair<Passkey, std::optional<UserHandle>>;
  return transact([&](Transaction& tx) -> std::optional<Found> {
    const auto rows = passkeys.in(tx);
    auto found = rows->find(digest_of_credential(credential_id));
    if (!found) return std::nullopt;
    auto handle = rows->find_handle(found->user);
    return Found{*std::move(found), handle};
  });
}

Result<Proven> Room::verify(std::string_view credential, const Asked& asked,
                            const ClientContext& client) const {
  if (!settings.enabled) return reject("disabled", asked.user, client);
  const auto read = read_assertion(credential);
  if (const auto* const why = std::get_if<Rejection>(&read)) {
    return reject(wire_name(*why), asked.user, client);
  }
  const auto& response = std::get<AssertionResponse>(read);
  const auto found = find(response.id);
  if (!found || (asked.user && found->first.user != *asked.user)) {
    return reject("unknown", asked.user, client);
  }
  const auto& [passkey, handle] = *found;
  if (!handle) return reject(wire_name(Rejection::user_handle), passkey.user, client);
  std::optional<UtcTime> expires_at;
  const CeremonyChecks checks{.rp_id = settings.rp_id,
                              .origins = accepted_origins,
                              .accepts_challenge =
                                  [&](std::string_view said) {
                                    expires_at = expiry_of(*sealer, said, asked.ceremony,
                                                           asked.subject, now());
                                    return expires_at.has_value();
                                  },
                              .requires_user_verification = asked.ceremony != Ceremony::second};
  auto verified = verify_assertion(response,
                                   {.public_key = passkey.public_key,
                                    .backup_eligible = passkey.backup_eligible,
                                    .user_handle = bytes_of(*handle),
                                    .requires_user_handle = asked.ceremony == Ceremony::login},
                                   checks, keys);
  if (const auto* const why = std::get_if<Rejection>(&verified)) {
    return reject(wire_name(*why), passkey.user, client);
  }
  Proven proven{.passkey = passkey,
                .assertion = std::get<VerifiedAssertion>(std::move(verified)),
                .expires_at = *expires_at};
  if (!refuses(settings.counter, passkey, proven.assertion.sign_count)) return proven;
  return refuse_copy(proven, client);
}

Error Room::refuse_copy(const Proven& proven, const ClientContext& client) const {
  // In a transaction of its own, since what comes of a refusal is undone. Once for each challenge.
  transact([&](Transaction& tx) {
    const auto rows = passkeys.in(tx);
    if (!spend_challenge(*rows, proven.assertion.challenge, proven.expires_at)) return;
    tell_of_copy(tx, proven.passkey.user, true, client);
  });
  return reject("counter", proven.passkey.user, client);
}

Error Room::reject_late(const Proven& proven, const ClientContext& client) const {
  const auto found = find(proven.passkey.credential_id);
  // Another use was faster, whose counter is as high: one of both is a copy's.
  if (found && refuses(settings.counter, found->first, proven.assertion.sign_count)) {
    return refuse_copy(proven, client);
  }
  return reject("spent", proven.passkey.user, client);
}

Result<void> Room::spend(Transaction& tx, const Proven& proven, const ClientContext& client) const {
  const auto rows = passkeys.in(tx);
  const auto& [passkey, assertion, expires_at] = proven;
  if (!spend_challenge(*rows, assertion.challenge, expires_at)) return passkey_rejected;
  const auto outcome =
      rows->use(passkey.id, {.sign_count = assertion.sign_count, .backed_up = assertion.backed_up},
                settings.counter, now());
  if (outcome == UseOutcome::regressed || outcome == UseOutcome::gone) return passkey_rejected;
  if (outcome == UseOutcome::tolerated) tell_of_copy(tx, passkey.user, false, client);
  kernel->record(tx, {.kind = passkey_used,
                      .user = passkey.user,
                      .client = client,
                      .details = {guesses_forgiven}});
  return {};
}

bool Room::spend_challenge(Passkeys& rows, std::string_view challenge, UtcTime expires_at) const {
  return rows.spend_challenge(digest_of_challenge(challenge), expires_at + clocks_differ_by);
}

void Room::tell_of_copy(Transaction& tx, const UserId& user, bool is_refused,
                        const ClientContext& client) const {
  kernel->record(tx, {.kind = passkey_counter_regressed,
                      .user = user,
                      .client = client,
                      .details = {{"passkey", is_refused ? "refused" : "accepted"}}});
  tell_owner(tx, passkey_counter_mail, user, client);
}

Error Room::reject(std::string_view reason, const std::optional<UserId>& user,
                   const ClientContext& client) const {
  kernel->note({.kind = passkey_rejected_event,
                .user = user,
                .client = client,
                .details = {{"check", std::string{reason}}}});
  return Error{passkey_rejected};
}

void Room::tell_owner(Transaction& tx, std::string_view mail, const UserId& user,
                      const ClientContext& client) const {
  const auto account = tx.users().find(user);
  if (!account) return;
  kernel->notify(tx, mail,
                 {.to = account->email,
                  .first_name = account->first_name,
                  .language = account->language.tag()},
                 client);
}

std::string subject_of(const Principal& principal) {
  return principal.user.id.str() + "/" + principal.session.str();
}

LoginMethods methods_of(const VerifiedAssertion& assertion) {
  if (assertion.user_verified) return {passkey_method, user_verified_method};
  return {passkey_method};
}

}  // namespace coffeeauth::passkeys

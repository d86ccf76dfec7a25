// The passkeys of whoever is logged in.

#include <span>
#include <utility>

#include "coffeeauth/user_service.hpp"
#include "features/passkeys/src/ceremony_options.hpp"
#include "features/passkeys/src/room.hpp"

namespace coffeeauth::passkeys {
namespace {

/// A handle that nobody has.
UserHandle random_handle(RandomSource& random) {
  UserHandle handle{};
  random.fill(std::as_writable_bytes(std::span{handle}));
  return handle;
}

Error error_of(CreateOutcome outcome) {
  return outcome == CreateOutcome::exists ? Error{passkey_exists} : Error{limit_reached};
}

/// What is stored of a new credential.
Passkey passkey_of(const Room& room, const VerifiedRegistration& made, const UserId& user,
                   std::string name) {
  const auto now = room.now();
  return {.id = PasskeyId::make(now, room.kernel->random()),
          .user = user,
          .rp_id = room.settings.rp_id,
          .credential_digest = digest_of_credential(made.id),
          .credential_id = made.id,
          .public_key = made.public_key,
          .algorithm = made.algorithm,
          .sign_count = made.sign_count,
          .backup_eligible = made.backup_eligible,
          .backed_up = made.backed_up,
          .transports = made.transports,
          .aaguid = made.aaguid,
          .name = std::move(name),
          .created_at = now};
}

/// A new credential that was verified, and has yet to be stored.
struct Made {
  VerifiedRegistration credential;
  /// Of the challenge.
  UtcTime expires_at{};
};

Result<Made> verify_new(const Room& room, const Principal& principal, std::string_view credential,
                        const ClientContext& client) {
  const auto& user = principal.user.id;
  if (!room.settings.enabled) return room.reject("disabled", user, client);
  const auto read = read_registration(credential);
  if (const auto* const why = std::get_if<Rejection>(&read)) {
    return room.reject(wire_name(*why), user, client);
  }
  std::optional<UtcTime> expires_at;
  const CeremonyChecks checks{.rp_id = room.settings.rp_id,
                              .origins = room.accepted_origins,
                              .accepts_challenge = [&](std::string_view said) {
                                expires_at = expiry_of(*room.sealer, said, Ceremony::create,
                                                       subject_of(principal), room.now());
                                return expires_at.has_value();
                              }};
  auto verified = verify_registration(std::get<RegistrationResponse>(read), checks, room.keys);
  if (const auto* const why = std::get_if<Rejection>(&verified)) {
    return room.reject(wire_name(*why), user, client);
  }
  return Made{.credential = std::get<VerifiedRegistration>(std::move(verified)),
              .expires_at = *expires_at};
}

/// Stores it, spends its challenge, and tells the owner.
Result<void> store_new(const Room& room, Transaction& tx, const Principal& principal,
                       const Passkey& passkey, const Made& made, const ClientContext& client) {
  if (const auto good = check_unchanged(tx, principal, passkey.created_at); !good) {
    return good.error();
  }
  const auto rows = room.passkeys.in(tx);
  rows->hold(passkey.user);
  // First, so that whoever sends it again, because the answer was lost, is told that it is there.
  if (rows->find(passkey.credential_digest)) return passkey_exists;
  if (!room.spend_challenge(*rows, made.credential.challenge, made.expires_at)) {
    return passkey_rejected;
  }
  const auto outcome = rows->create(passkey, room.settings.max);
  if (outcome != CreateOutcome::created) return error_of(outcome);
  room.kernel->record(tx, {.kind = passkey_added,
                           .at = passkey.created_at,
                           .user = passkey.user,
                           .session = principal.session,
                           .client = client,
                           .details = {credential_changed}});
  room.tell_owner(tx, passkey_added_mail, passkey.user, client);
  return {};
}

}  // namespace

Result<std::string> PasskeyService::creation_options(const Principal& principal) {
  const auto& room = state_->room;
  const auto& user = principal.user.id;
  const auto candidate = random_handle(room.kernel->random());
  const auto challenge = room.challenge(Ceremony::create, subject_of(principal));
  const auto& given = room.settings.rp_name;
  const auto& name = given.empty() ? room.kernel->config().passwords.service_name : given;
  return room.transact([&](Transaction& tx) -> Result<std::string> {
    const auto present = tx.users().find(user);
    if (!present) return ErrorCode::token_invalid;
    const auto rows = room.passkeys.in(tx);
    const auto known = rows->find_handle(user);
    const auto handle = known ? *known : rows->handle_of(user, candidate);
    return creation_json(room.settings, name, *present, handle, challenge, rows->list(user));
  });
}

Result<Passkey> PasskeyService::add(const Principal& principal, std::string_view credential,
                                    std::string_view name, const ClientContext& client) {
  const auto& room = state_->room;
  const auto& user = principal.user.id;
  auto parsed_name = parse_name("name", name);
  if (!parsed_name) return parsed_name.error();
  const auto made = verify_new(room, principal, credential, client);
  if (!made) return made.error();
  auto passkey = passkey_of(room, made->credential, user, *std::move(parsed_name));
  const auto added = room.transact(
      [&](Transaction& tx) { return store_new(room, tx, principal, passkey, *made, client); });
  if (added) return passkey;
  if (added.error().code == passkey_rejected) return room.reject("spent", user, client);
  return added.error();
}

OwnPasskeys PasskeyService::list(const UserId& user) {
  const auto& room = state_->room;
  return room.transact([&](Transaction& tx) {
    const auto rows = room.passkeys.in(tx);
    return OwnPasskeys{.rp_id = room.settings.rp_id,
                       .user_handle = rows->find_handle(user),
                       .passkeys = rows->list(user)};
  });
}

Result<Passkey> PasskeyService::rename(const UserId& user, const PasskeyId& id,
                                       std::string_view name) {
  const auto& room = state_->room;
  const auto parsed = parse_name("name", name);
  if (!parsed) return parsed.error();
  return room.transact([&](Transaction& tx) -> Result<Passkey> {
    const auto rows = room.passkeys.in(tx);
    if (!rows->rename(user, id, *parsed)) return ErrorCode::not_found;
    auto renamed = rows->find(user, id);
    if (!renamed) return ErrorCode::not_found;
    return *std::move(renamed);
  });
}

Result<void> PasskeyService::remove(const Principal& principal, const PasskeyId& id,
                                    const ClientContext& client) {
  const auto& room = state_->room;
  const auto& user = principal.user.id;
  return room.transact([&](Transaction& tx) -> Result<void> {
    const auto now = room.now();
    // Whoever removes another second factor waits, so that one of both sees that none is left.
    room.kernel->take_turn(tx, principal.user.email);
    if (const auto good = check_unchanged(tx, principal, now); !good) return good.error();
    const auto rows = room.passkeys.in(tx);
    if (!rows->remove(user, id)) return ErrorCode::not_found;
    const auto settled = room.kernel->settle_second_factor(tx, user, Gates::closed, client);
    if (!settled) return as_seen_by_owner(settled.error());
    room.kernel->record(tx, {.kind = passkey_removed,
                             .at = now,
                             .user = user,
                             .session = principal.session,
                             .client = client,
                             .details = {credential_changed}});
    room.tell_owner(tx, passkey_removed_mail, user, client);
    return {};
  });
}

}  // namespace coffeeauth::passkeys

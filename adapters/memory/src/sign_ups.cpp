#include "adapters/memory/src/sign_ups.hpp"

#include <algorithm>
#include <array>

namespace coffeeauth::memory {
namespace {

constexpr auto hour = std::chrono::hours{1};
constexpr auto day = std::chrono::hours{24};

auto find_pending(std::vector<PendingSignUp>& pending, const PasswordHash& hash) {
  return std::find_if(pending.begin(), pending.end(),
                      [&](const PendingSignUp& sign_up) { return sign_up.password_hash == hash; });
}

bool is_live(const std::optional<LiveCode>& code, UtcTime now) {
  return code && code->expires_at > now;
}

bool is_live(const std::optional<LiveCode>& code, const CodeGuess& digest, UtcTime now) {
  return is_live(code, now) && code->digest == digest;
}

// The network's own share of this day, or the one of all that have none.
Share& share_of(UserRow& row, const AddressDigest& network, UtcTime now) {
  Share* others = nullptr;
  for (auto& share : row.shares) {
    if (!share.network) others = &share;
    const bool is_own = share.network && *share.network == network;
    if (is_own && share.admitted_at > now - day) return share;
  }
  return others != nullptr ? *others : row.shares.emplace_back();
}

Share* find_share(UserRow& row, const AddressDigest& network) {
  const auto own = std::find_if(row.shares.begin(), row.shares.end(), [&](const Share& share) {
    return share.network && *share.network == network;
  });
  return own == row.shares.end() ? nullptr : &*own;
}

// Nobody is admitted later than a network that is not.
UtcTime admitted_at(const UserRow& row, const AddressDigest& network, UtcTime now) {
  for (const auto& share : row.shares) {
    const bool is_own = share.network && *share.network == network;
    if (is_own && share.admitted_at > now - day) return share.admitted_at;
  }
  return UtcTime::max();
}

// Whether a code for `network` takes the place of the newest one, not of the one before it.
bool spares_older(const UserRow& row, const AddressDigest& network, UtcTime now) {
  const auto& newest = row.code;
  const auto& older = row.older_code;
  if (!is_live(older, now)) return false;
  if (!is_live(newest, now)) return true;
  if (newest->network == older->network) return false;
  if (newest->network == network || older->network == network) return newest->network == network;
  return admitted_at(row, newest->network, now) > admitted_at(row, older->network, now);
}

// Where attempts at `code` are counted: those of the network that it was put for in the share that
// this has or had, or beside the code.
std::size_t& attempts_at(UserRow& row, std::optional<LiveCode>& code, const AddressDigest& network,
                         Share& share, std::size_t Share::*attempts) {
  if (!code || code->network != network) return share.*attempts;
  auto* own = find_share(row, network);
  return own != nullptr ? own->*attempts : code->attempts;
}

std::size_t attempts_beside(const std::optional<LiveCode>& code, const AddressDigest& network) {
  return code && code->network == network ? code->attempts : 0;
}

bool has_stale_decoys(const UserRow& row, const StaleBefore& before) {
  // A disabled account is not cleaned up by itself, and what waits beside it must not tell for
  // ever.
  const auto& user = row.credentials.user;
  return (user.is_verified || !user.is_active) && row.unverified_since < before.sign_ups &&
         !row.pending.empty();
}

bool is_stale(const UserRow& row, const Share& share, UtcTime now) {
  // Attempts at a code are counted there.
  return !is_live(row.code, now) && !is_live(row.older_code, now) &&
         share.admitted_at <= now - day && share.window_started_at <= now - day &&
         (share.mails.empty() || share.mails.back() <= now - day);
}

// Not while anything of it is of use.
bool has_stale_login_codes(const UserRow& row, UtcTime now) {
  const std::array counts{row.login_codes[0], row.login_codes[1], row.login_guesses};
  const bool is_old = std::all_of(counts.begin(), counts.end(), [&](const CountOfDay& day_of) {
    return day_of.started_at <= now - day;
  });
  const bool is_there =
      row.login_code || std::any_of(counts.begin(), counts.end(),
                                    [](const CountOfDay& day_of) { return day_of.count > 0; });
  return is_there && is_old && (!row.login_code || row.login_code->expires_at <= now);
}

bool has_stale(const UserRow& row, const StaleBefore& before) {
  return has_stale_decoys(row, before) || has_stale_login_codes(row, before.now) ||
         (row.code && !is_live(row.code, before.now)) ||
         (row.older_code && !is_live(row.older_code, before.now)) ||
         std::any_of(row.shares.begin(), row.shares.end(),
                     [&](const Share& share) { return is_stale(row, share, before.now); });
}

void erase_stale(UserRow& row, const StaleBefore& before) {
  if (has_stale_decoys(row, before)) {
    row.pending.clear();
    // Whoever signs up next for what has no owner must not look like the only one.
    row.contested = !row.credentials.user.is_verified;
  }
  if (has_stale_login_codes(row, before.now)) {
    row.login_code.reset();
    row.login_codes = {};
    row.login_guesses = {};
  }
  if (!is_live(row.code, before.now)) row.code.reset();
  if (!is_live(row.older_code, before.now)) row.older_code.reset();
  std::erase_if(row.shares, [&](const Share& share) { return is_stale(row, share, before.now); });
}

// What the right code makes of the account.
UserPatch activation_by(const Credentials& before, const PendingSignUp* sign_up,
                        const PasswordHash& password) {
  UserPatch patch{.is_verified = true, .password_hash = password};
  if (sign_up != nullptr) {
    patch.first_name = sign_up->first_name;
    patch.last_name = sign_up->last_name;
    patch.language = sign_up->language;
    patch.email = sign_up->email;
  } else if (before.password_hash.empty()) {
    // Nobody knows whose names those are, and whose language.
    patch.first_name = "";
    patch.last_name = "";
    patch.language = Language{};
  }
  return patch;
}

}  // namespace

SignUp MemorySignUps::sign_up(const NewUser& candidate, std::size_t max_pending) {
  auto& db = unit_.database;
  if (auto created = insert_user(unit_, candidate, false)) {
    return {SignUpOutcome::created, *std::move(created)};
  }
  auto& row = *hold_user(unit_, db.users_by_email.at(candidate.email.canonical()));
  const auto same = find_pending(row.pending, candidate.password_hash);
  if (same != row.pending.end()) {
    row.pending.erase(same);
  } else if (row.pending.size() >= max_pending) {
    row.pending.erase(row.pending.begin());
    row.contested = true;
  }
  row.pending.push_back(pending_of(candidate));
  row.unverified_since = candidate.now;
  const auto& user = row.credentials.user;
  return {awaits_owner(row.credentials) ? SignUpOutcome::joined : SignUpOutcome::existing, user};
}

void MemorySignUps::admit_network(const UserId& user, const AddressDigest& network,
                                  std::size_t max_networks, UtcTime now) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr) return;
  std::size_t admitted = 0;
  for (auto& share : row->shares) {
    if (!share.network) continue;
    if (share.admitted_at > now - day) ++admitted;
    if (*share.network == network && share.admitted_at > now - day) return;
  }
  if (admitted >= max_networks) return;
  if (auto* own = find_share(*row, network)) {
    own->admitted_at = now;
    return;
  }
  row->shares.push_back({.network = network,
                         .admitted_at = now,
                         .attempts = attempts_beside(row->code, network),
                         .older_attempts = attempts_beside(row->older_code, network)});
}

bool MemorySignUps::take_mail_slot(const UserId& user, const AddressDigest& network,
                                   const MailPace& pace, UtcTime now) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr) return false;
  auto& mails = share_of(*row, network, now).mails;
  const auto sent_since = [&](UtcTime moment) {
    return static_cast<std::size_t>(
        std::count_if(mails.begin(), mails.end(), [&](UtcTime sent) { return sent > moment; }));
  };
  if (!mails.empty() && now - mails.back() < pace.pause) return false;
  if (sent_since(now - hour) >= pace.per_hour || sent_since(now - day) >= pace.per_day) {
    return false;
  }
  const auto forgotten = now - std::max<std::chrono::milliseconds>(day, pace.pause);
  std::erase_if(mails, [&](UtcTime sent) { return sent <= forgotten; });
  mails.push_back(now);
  return true;
}

void MemorySignUps::put_code(const UserId& user, const NewCode& code, UtcTime now) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr) refuse(unit_, "a code was put for a user who does not exist");
  if (!spares_older(*row, code.network, now)) {
    row->older_code = row->code;
    for (auto& share : row->shares) share.older_attempts = share.attempts;
  }
  for (auto& share : row->shares) share.attempts = 0;
  row->code = LiveCode{code.digest, code.network, code.expires_at};
}

CodeVerdict MemorySignUps::try_code(const UserId& user, const AddressDigest& network,
                                    const CodeGuess& guess, const GuessLimits& limits,
                                    UtcTime now) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr) return CodeVerdict::dead;
  auto& share = share_of(*row, network, now);
  if (share.window_started_at <= now - day) {
    share.window_started_at = now;
    share.guesses = 0;
  }
  auto& attempts = attempts_at(*row, row->code, network, share, &Share::attempts);
  auto& older_attempts = attempts_at(*row, row->older_code, network, share, &Share::older_attempts);
  const bool newest = is_live(row->code, now) && attempts < limits.per_code;
  const bool older = is_live(row->older_code, now) && older_attempts < limits.per_code;
  if ((!newest && !older) || share.guesses >= limits.per_day) return CodeVerdict::dead;
  const bool is_newest = newest && row->code->digest == guess;
  const bool is_older = older && row->older_code->digest == guess;
  if (is_newest || is_older) return CodeVerdict::match;
  attempts += newest ? 1 : 0;
  older_attempts += older ? 1 : 0;
  ++share.guesses;
  return CodeVerdict::no_match;
}

Activation MemorySignUps::activate(const UserId& user, const CodeGuess& code,
                                   const std::optional<ChosenPassword>& chosen, UtcTime now) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr || !row->credentials.user.is_active || !awaits_owner(row->credentials) ||
      !(is_live(row->code, code, now) || is_live(row->older_code, code, now))) {
    return {ActivationOutcome::gone};
  }
  auto& pending = row->pending;
  if (!chosen && (row->credentials.user.is_verified || row->contested || pending.size() != 1)) {
    return {ActivationOutcome::password_required};
  }
  const auto sign_up = chosen ? find_pending(pending, chosen->hash) : pending.begin();
  const bool is_known = sign_up != pending.end();
  if (!is_known && !chosen->is_acceptable) return {ActivationOutcome::password_refused};
  const auto password = is_known ? sign_up->password_hash : chosen->hash;
  const auto patched = apply_patch(
      row->credentials, activation_by(row->credentials, is_known ? &*sign_up : nullptr, password));
  write_patched(unit_, patched);
  // The others stay, as decoys.
  if (is_known) pending.erase(sign_up);
  drop_codes(*row);
  return {ActivationOutcome::activated, patched.after.user};
}

std::size_t MemorySignUps::delete_stale(const StaleBefore& before, std::size_t limit) {
  std::vector<UserId> late;
  for (const auto& [id, row] : unit_.database.users) {
    if (late.size() == limit) break;
    if (has_stale(row, before)) late.push_back(id);
  }
  for (const auto& id : late) erase_stale(*hold_user(unit_, id), before);
  return late.size();
}

}  // namespace coffeeauth::memory

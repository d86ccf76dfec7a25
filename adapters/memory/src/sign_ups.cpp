#include "adapters/memory/src/sign_ups.hpp"

#include <algorithm>

namespace coffeeauth::memory {
namespace {

constexpr auto hour = std::chrono::hours{1};
constexpr auto day = std::chrono::hours{24};

PendingSignUp pending_of(const NewUser& candidate) {
  return {candidate.password_hash, candidate.email, candidate.first_name, candidate.last_name};
}

auto find_pending(std::vector<PendingSignUp>& pending, const PasswordHash& hash) {
  return std::find_if(pending.begin(), pending.end(),
                      [&](const PendingSignUp& sign_up) { return sign_up.password_hash == hash; });
}

bool is_live(const UserRow& row, UtcTime now) { return row.code && row.code->expires_at > now; }

// What the chosen sign-up makes of the user. Without one, only the verification.
UserPatch verification_by(const PendingSignUp* chosen) {
  UserPatch patch{.is_verified = true};
  if (chosen != nullptr) {
    patch.first_name = chosen->first_name;
    patch.last_name = chosen->last_name;
    patch.email = chosen->email;
    patch.password_hash = chosen->password_hash;
  }
  return patch;
}

}  // namespace

SignUp MemorySignUps::sign_up(const NewUser& candidate, std::size_t max_pending) {
  auto& db = unit_.database;
  if (auto created = insert_user(unit_, candidate, false)) {
    db.users.at(created->id).pending.push_back(pending_of(candidate));
    return {SignUpOutcome::created, *std::move(created)};
  }
  auto& row = *hold_user(unit_, db.users_by_email.at(candidate.email.canonical()));
  const auto& user = row.credentials.user;
  if (user.is_verified) return {SignUpOutcome::existing, user};
  const auto same = find_pending(row.pending, candidate.password_hash);
  if (same != row.pending.end()) {
    *same = pending_of(candidate);
  } else if (row.pending.size() >= max_pending) {
    return {SignUpOutcome::full, user};
  } else {
    row.pending.push_back(pending_of(candidate));
  }
  row.unverified_since = candidate.now;
  return {SignUpOutcome::joined, user};
}

bool MemorySignUps::take_mail_slot(const UserId& user, const MailPace& pace, UtcTime now) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr) return false;
  auto& mails = row->mails;
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

void MemorySignUps::put_code(const UserId& user, const CodeDigest& digest, UtcTime expires_at,
                             UtcTime /*now*/) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr) refuse(unit_, "a code was put for a user who does not exist");
  row->code = LiveCode{.digest = digest, .expires_at = expires_at};
}

CodeVerdict MemorySignUps::try_code(const UserId& user, const CodeDigest& guess,
                                    const GuessLimits& limits, UtcTime now) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr || !is_live(*row, now)) return CodeVerdict::dead;
  auto& code = *row->code;
  auto window = row->window;
  if (window.started_at <= now - day) window = {.started_at = now};
  if (code.attempts >= limits.per_code || window.guesses >= limits.per_day) {
    return CodeVerdict::dead;
  }
  if (code.digest == guess) return CodeVerdict::match;
  ++code.attempts;
  ++window.guesses;
  row->window = window;
  return CodeVerdict::no_match;
}

Activation MemorySignUps::activate(const UserId& user, const CodeDigest& code,
                                   const std::optional<PasswordHash>& password_hash, UtcTime now) {
  auto* row = hold_user(unit_, user);
  if (row == nullptr || row->credentials.user.is_verified || !is_live(*row, now) ||
      !(row->code->digest == code)) {
    return {ActivationOutcome::gone};
  }
  auto chosen = row->pending.begin();
  if (password_hash) {
    chosen = find_pending(row->pending, *password_hash);
    if (chosen == row->pending.end()) return {ActivationOutcome::no_such_sign_up};
  } else if (row->pending.size() > 1) {
    return {ActivationOutcome::password_required};
  }
  const auto patch = verification_by(chosen == row->pending.end() ? nullptr : &*chosen);
  const auto patched = apply_patch(row->credentials, patch);
  write_patched(unit_, patched);
  row->pending.clear();
  row->code.reset();
  return {ActivationOutcome::activated, patched.after.user};
}

}  // namespace coffeeauth::memory

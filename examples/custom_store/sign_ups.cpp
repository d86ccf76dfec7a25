// Sign-ups and verification codes.

#include <algorithm>
#include <chrono>

#include "parts.hpp"

namespace json_store {
namespace {

using namespace std::chrono_literals;

auto with_hash(std::vector<Pending>& pending, const PasswordHash& hash) {
  return std::ranges::find(pending, hash, &Pending::password_hash);
}

bool has_live_code(const UserRow* row, UtcTime now) {
  return row != nullptr && row->code && now < row->code->expires_at;
}

}  // namespace

SignUp SignUpsPart::sign_up(const NewUser& candidate, std::size_t max_pending) {
  const Pending wanted{candidate.password_hash, candidate.email, candidate.first_name,
                       candidate.last_name};
  const auto* found = find_row(work_.tables, candidate.email);
  if (found == nullptr) {
    auto& row = add_user(work_, candidate, false);
    row.pending.push_back(wanted);
    return {SignUpOutcome::created, row.account.user};
  }
  auto& row = *find_row(work_.tables, found->account.user.id);
  if (row.account.user.is_verified) return {SignUpOutcome::existing, row.account.user};
  const auto same = with_hash(row.pending, candidate.password_hash);
  if (same != row.pending.end()) {
    *same = wanted;
  } else if (row.pending.size() < max_pending) {
    row.pending.push_back(wanted);
  } else {
    return {SignUpOutcome::full, row.account.user};
  }
  row.unverified_since = candidate.now;
  return {SignUpOutcome::joined, row.account.user};
}

bool SignUpsPart::take_mail_slot(const UserId& user, const MailPace& pace, UtcTime now) {
  auto* row = find_row(work_.tables, user);
  if (row == nullptr) return false;
  const auto within = [&](std::chrono::milliseconds time) {
    return static_cast<std::size_t>(
        std::ranges::count_if(row->mails, [&](UtcTime sent) { return now - sent < time; }));
  };
  if (within(pace.pause) > 0 || within(1h) >= pace.per_hour || within(24h) >= pace.per_day) {
    return false;
  }
  std::erase_if(row->mails, [&](UtcTime sent) {
    return now - sent >= std::max<std::chrono::milliseconds>(24h, pace.pause);
  });
  row->mails.push_back(now);
  return true;
}

void SignUpsPart::put_code(const UserId& user, const CodeDigest& digest, UtcTime expires_at,
                           UtcTime /*now*/) {
  auto* row = find_row(work_.tables, user);
  if (row == nullptr) work_.refuse("a code for nobody");
  row->code = Code{.digest = digest, .expires_at = expires_at};
}

CodeVerdict SignUpsPart::try_code(const UserId& user, const CodeDigest& guess,
                                  const GuessLimits& limits, UtcTime now) {
  auto* row = find_row(work_.tables, user);
  if (!has_live_code(row, now)) return CodeVerdict::dead;
  const bool is_new_day = now - row->guessing_since >= 24h;
  const auto guesses = is_new_day ? 0 : row->guesses;
  if (row->code->attempts >= limits.per_code || guesses >= limits.per_day) {
    return CodeVerdict::dead;
  }
  if (row->code->digest == guess) return CodeVerdict::match;
  if (is_new_day) row->guessing_since = now;
  row->guesses = guesses + 1;
  ++row->code->attempts;
  return CodeVerdict::no_match;
}

Activation SignUpsPart::activate(const UserId& user, const CodeDigest& code,
                                 const std::optional<PasswordHash>& password_hash, UtcTime now) {
  auto* row = find_row(work_.tables, user);
  if (!has_live_code(row, now) || !(row->code->digest == code) || row->account.user.is_verified) {
    return {ActivationOutcome::gone};
  }
  UserPatch patch{.is_verified = true};
  if (password_hash || !row->pending.empty()) {
    if (!password_hash && row->pending.size() > 1) return {ActivationOutcome::password_required};
    const auto chosen =
        password_hash ? with_hash(row->pending, *password_hash) : row->pending.begin();
    if (chosen == row->pending.end()) return {ActivationOutcome::no_such_sign_up};
    patch.first_name = chosen->first_name;
    patch.last_name = chosen->last_name;
    patch.email = chosen->email;
    patch.password_hash = chosen->password_hash;
  }
  put_patched(work_.tables, *row, apply_patch(row->account, patch));
  row->pending.clear();
  row->code.reset();
  return {ActivationOutcome::activated, row->account.user};
}

}  // namespace json_store

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

bool is_live(const std::optional<Code>& code, UtcTime now) {
  return code && now < code->expires_at;
}

bool is_code(const std::optional<Code>& code, const CodeGuess& digest, UtcTime now) {
  return is_live(code, now) && code->digest == digest;
}

/// The network's own share of this day, or the one of all that have none.
Share& share_of(UserRow& row, const AddressDigest& network, UtcTime now) {
  const auto own = std::ranges::find_if(row.shares, [&](const Share& share) {
    return share.network && *share.network == network && now - share.admitted_at < 24h;
  });
  if (own != row.shares.end()) return *own;
  const auto others =
      std::ranges::find_if(row.shares, [](const Share& share) { return !share.network; });
  return others == row.shares.end() ? row.shares.emplace_back() : *others;
}

/// The share that a network has or had.
auto find_share(auto& row, const AddressDigest& network) {
  return std::ranges::find_if(
      row.shares, [&](const Share& share) { return share.network && *share.network == network; });
}

/// The later, the sooner its codes give way; last of all a network that is not admitted.
UtcTime admitted_at(const UserRow& row, const AddressDigest& network, UtcTime now) {
  const auto own = find_share(row, network);
  const bool is_admitted = own != row.shares.end() && now - own->admitted_at < 24h;
  return is_admitted ? own->admitted_at : UtcTime::max();
}

/// Whether the newest code gives way to one for `network`, and not the one before it.
bool spares_older(const UserRow& row, const AddressDigest& network, UtcTime now) {
  if (!is_live(row.older_code, now)) return false;
  if (!is_live(row.code, now)) return true;
  const auto& newest = row.code->network;
  const auto& older = row.older_code->network;
  if (newest == older) return false;
  if (newest == network || older == network) return newest == network;
  return admitted_at(row, newest, now) > admitted_at(row, older, now);
}

/// Where attempts at `code` are counted: those of the network that it is for in the share that this
/// has or had, or beside the code.
std::size_t& attempts_at(UserRow& row, std::optional<Code>& code, const AddressDigest& network,
                         Share& share, std::size_t Share::*attempts) {
  if (!code || code->network != network) return share.*attempts;
  const auto own = find_share(row, network);
  return own != row.shares.end() ? (*own).*attempts : code->attempts;
}

std::size_t attempts_beside(const std::optional<Code>& code, const AddressDigest& network) {
  return code && code->network == network ? code->attempts : 0;
}

bool is_of_use(const UserRow& row, const Share& share, UtcTime now) {
  return is_live(row.code, now) || is_live(row.older_code, now) || now - share.admitted_at < 24h ||
         now - share.guessing_since < 24h ||
         (!share.mails.empty() && now - share.mails.back() < 24h);
}

/// What is kept of login codes goes when none of it is of use.
bool erase_login_codes(UserRow& row, UtcTime now) {
  const bool has_any = row.login_code || row.login_codes.count > 0 ||
                       row.login_codes_for_password.count > 0 || row.guesses_at_login.count > 0;
  if (!has_any || (row.login_code && now < row.login_code->expires_at)) return false;
  for (const auto* day : {&row.login_codes, &row.login_codes_for_password, &row.guesses_at_login}) {
    if (now - day->since < 24h) return false;
  }
  row.login_code.reset();
  row.login_codes = row.login_codes_for_password = row.guesses_at_login = {};
  return true;
}

}  // namespace

SignUp SignUpsPart::sign_up(const NewUser& candidate, std::size_t max_pending) {
  const auto* found = find_row(work_.tables, candidate.email);
  if (found == nullptr) {
    return {SignUpOutcome::created, add_user(work_, candidate, false).account.user};
  }
  auto& row = *find_row(work_.tables, found->account.user.id);
  const auto same = with_hash(row.pending, candidate.password_hash);
  if (same != row.pending.end()) {
    row.pending.erase(same);
  } else if (row.pending.size() >= max_pending) {
    row.pending.erase(row.pending.begin());
    row.contested = true;
  }
  row.pending.push_back(pending_of(candidate));
  row.unverified_since = candidate.now;
  return {awaits_owner(row.account) ? SignUpOutcome::joined : SignUpOutcome::existing,
          row.account.user};
}

void SignUpsPart::admit_network(const UserId& user, const AddressDigest& network,
                                std::size_t max_networks, UtcTime now) {
  auto* row = find_row(work_.tables, user);
  if (row == nullptr) return;
  std::size_t admitted = 0;
  Share* own = nullptr;
  for (auto& share : row->shares) {
    if (!share.network) continue;
    const bool is_own = *share.network == network;
    const bool is_fresh = now - share.admitted_at < 24h;
    if (is_own && is_fresh) return;
    if (is_own) own = &share;
    if (is_fresh) ++admitted;
  }
  if (admitted >= max_networks) return;
  if (own == nullptr) {
    own = &row->shares.emplace_back(
        Share{.network = network,
              .attempts = attempts_beside(row->code, network),
              .older_attempts = attempts_beside(row->older_code, network)});
  }
  own->admitted_at = now;
}

bool SignUpsPart::take_mail_slot(const UserId& user, const AddressDigest& network,
                                 const MailPace& pace, UtcTime now) {
  auto* row = find_row(work_.tables, user);
  if (row == nullptr) return false;
  auto& mails = share_of(*row, network, now).mails;
  const auto within = [&](std::chrono::milliseconds time) {
    return static_cast<std::size_t>(
        std::ranges::count_if(mails, [&](UtcTime sent) { return now - sent < time; }));
  };
  if (within(pace.pause) > 0 || within(1h) >= pace.per_hour || within(24h) >= pace.per_day) {
    return false;
  }
  std::erase_if(mails, [&](UtcTime sent) {
    return now - sent >= std::max<std::chrono::milliseconds>(24h, pace.pause);
  });
  mails.push_back(now);
  return true;
}

void SignUpsPart::put_code(const UserId& user, const NewCode& code, UtcTime now) {
  auto* row = find_row(work_.tables, user);
  if (row == nullptr) work_.refuse("a code for nobody");
  const bool stays = spares_older(*row, code.network, now);
  if (!stays) row->older_code = row->code;
  row->code = Code{.digest = code.digest, .network = code.network, .expires_at = code.expires_at};
  for (auto& share : row->shares) {
    if (!stays) share.older_attempts = share.attempts;
    share.attempts = 0;
  }
}

CodeVerdict SignUpsPart::try_code(const UserId& user, const AddressDigest& network,
                                  const CodeGuess& guess, const GuessLimits& limits, UtcTime now) {
  auto* row = find_row(work_.tables, user);
  if (row == nullptr) return CodeVerdict::dead;
  auto& share = share_of(*row, network, now);
  const bool is_new_day = now - share.guessing_since >= 24h;
  const auto guesses = is_new_day ? 0 : share.guesses;
  auto& attempts = attempts_at(*row, row->code, network, share, &Share::attempts);
  auto& older_attempts = attempts_at(*row, row->older_code, network, share, &Share::older_attempts);
  const bool newest = is_live(row->code, now) && attempts < limits.per_code;
  const bool older = is_live(row->older_code, now) && older_attempts < limits.per_code;
  if ((!newest && !older) || guesses >= limits.per_day) return CodeVerdict::dead;
  const bool is_newest = newest && row->code->digest == guess;
  const bool is_older = older && row->older_code->digest == guess;
  if (is_newest || is_older) return CodeVerdict::match;
  if (is_new_day) share.guessing_since = now;
  share.guesses = guesses + 1;
  ++attempts;
  ++older_attempts;
  return CodeVerdict::no_match;
}

Activation SignUpsPart::activate(const UserId& user, const CodeGuess& code,
                                 const std::optional<ChosenPassword>& chosen, UtcTime now) {
  auto* row = find_row(work_.tables, user);
  if (row == nullptr || !row->account.user.is_active || !awaits_owner(row->account) ||
      !(is_code(row->code, code, now) || is_code(row->older_code, code, now))) {
    return {ActivationOutcome::gone};
  }
  if (!chosen && (row->account.user.is_verified || row->contested || row->pending.size() != 1)) {
    return {ActivationOutcome::password_required};
  }
  const auto sign_up = chosen ? with_hash(row->pending, chosen->hash) : row->pending.begin();
  UserPatch patch{.is_verified = true};
  if (sign_up != row->pending.end()) {
    patch.first_name = sign_up->first_name;
    patch.last_name = sign_up->last_name;
    patch.language = sign_up->language;
    patch.email = sign_up->email;
    patch.password_hash = sign_up->password_hash;
    row->pending.erase(sign_up);
  } else if (chosen->is_acceptable) {
    patch.password_hash = chosen->hash;
    // Nobody knows whose the names of an account are that never had an owner, nor whose language.
    if (row->account.password_hash.empty()) {
      patch.first_name = patch.last_name = "";
      patch.language = Language{};
    }
  } else {
    return {ActivationOutcome::password_refused};
  }
  put_patched(work_.tables, *row, apply_patch(row->account, patch));
  drop_codes(*row);
  return {ActivationOutcome::activated, row->account.user};
}

std::size_t SignUpsPart::delete_stale(const StaleBefore& before, std::size_t limit) {
  std::size_t gone = 0;
  for (auto& [id, row] : work_.tables.users) {
    if (gone >= limit) break;
    const auto& user = row.account.user;
    const bool is_kept = user.is_verified || !user.is_active;
    if (is_kept && row.unverified_since < before.sign_ups && !row.pending.empty()) {
      gone += row.pending.size();
      row.pending.clear();
      // Whoever signs up next for what has no owner must not look like the only one.
      row.contested = !user.is_verified;
    }
    for (auto* code : {&row.code, &row.older_code}) {
      if (!*code || is_live(*code, before.now)) continue;
      code->reset();
      ++gone;
    }
    gone += erase_login_codes(row, before.now) ? 1 : 0;
    gone += std::erase_if(row.shares, [&, &each = row](const Share& share) {
      return !is_of_use(each, share, before.now);
    });
  }
  return gone;
}

}  // namespace json_store

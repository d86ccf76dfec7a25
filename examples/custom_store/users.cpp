// Users: reads, writes, lists.

#include <algorithm>
#include <stdexcept>
#include <string_view>
#include <tuple>

#include "parts.hpp"

namespace json_store {
namespace {

constexpr std::size_t visits_kept = 50;

/// Precondition: the search of `filter` is folded.
bool matches(const User& user, const UserFilter& filter) {
  const auto wanted = [](const auto& wish, const auto& value) { return !wish || *wish == value; };
  return wanted(filter.role, user.role) && wanted(filter.is_verified, user.is_verified) &&
         wanted(filter.is_active, user.is_active) &&
         (filter.search.empty() ||
          search_text(user.email, user.first_name, user.last_name).find(filter.search) !=
              std::string::npos);
}

UserFilter folded(UserFilter filter) {
  filter.search = fold_search(filter.search);
  return filter;
}

/// Where a user stands in an order. An absent time comes before every other.
using Place = std::tuple<std::string, std::optional<std::int64_t>, UserId>;

Place place_of(const User& user, UserOrder order) {
  if (order == UserOrder::email) return {user.email.canonical(), std::nullopt, user.id};
  if (order == UserOrder::date_joined) return {{}, to_unix_millis(user.date_joined), user.id};
  if (!user.last_login) return {{}, std::nullopt, user.id};
  return {{}, to_unix_millis(*user.last_login), user.id};
}

Place place_of(const UserPosition& position, UserOrder order) {
  if (order == UserOrder::email) return {position.email, std::nullopt, position.id};
  return {{}, position.millis, position.id};
}

bool another_admin(const Tables& tables, const UserId& than) {
  return std::ranges::any_of(tables.users, [&](const auto& entry) {
    return entry.first != than && is_effective_admin(entry.second.account);
  });
}

/// What hangs on whether the address is proved.
void follow_verification(UserRow& row, const Credentials& before, UtcTime now) {
  const auto& after = row.account;
  const bool loses_owner = !awaits_owner(before) && awaits_owner(after);
  const bool moved = after.user.email != before.user.email;
  if (loses_owner || moved) drop_sign_ups(row);
  if (awaits_owner(before) && !awaits_owner(after)) {
    drop_codes(row);
    std::erase_if(row.pending,
                  [&](const Pending& each) { return each.password_hash == after.password_hash; });
  }
  if (loses_owner && !after.password_hash.empty()) {
    row.pending.push_back({after.password_hash, after.user.email, after.user.first_name,
                           after.user.last_name, after.user.language});
  }
  // Who signs up next for an account with a past, its role among it, is not whom the code is for.
  const bool lost_trust = before.user.is_verified && !after.user.is_verified;
  if ((moved && awaits_owner(after)) || (lost_trust && after.password_hash.empty())) {
    row.contested = true;
  }
  // Whoever may prove the address from now on has the whole time for it.
  const bool lost_ban = !after.user.is_verified && after.user.is_active && !before.user.is_active;
  if (lost_trust || lost_ban || (moved && !after.user.is_verified)) row.unverified_since = now;
}

void erase_user(Tables& tables, const UserId& id) {
  erase_sessions(tables, id, std::nullopt);
  tables.users.erase(id);
}

/// Whether the address is free, or had by a mere sign-up, which goes then: `gone` says which.
bool make_way(Tables& tables, const EmailAddress& email, std::optional<UserId>& gone) {
  const auto* found = find_row(tables, email);
  if (found == nullptr) return true;
  if (!is_mere_sign_up(found->account)) return false;
  gone = found->account.user.id;
  erase_user(tables, *gone);
  return true;
}

}  // namespace

void Work::refuse(const char* why) {
  failed = true;
  throw std::logic_error(why);
}

UserRow* find_row(Tables& tables, const UserId& id) {
  const auto entry = tables.users.find(id);
  return entry == tables.users.end() ? nullptr : &entry->second;
}

const UserRow* find_row(const Tables& tables, const EmailAddress& email) {
  const auto entry = std::ranges::find_if(
      tables.users, [&](const auto& each) { return each.second.account.user.email == email; });
  return entry == tables.users.end() ? nullptr : &entry->second;
}

void put_patched(Tables& tables, UserRow& row, const PatchedUser& patched) {
  row.account = patched.after;
  if (patched.ends_sessions) {
    erase_sessions(tables, row.account.user.id, patched.kept_session);
  }
}

UserRow& add_user(Work& work, const NewUser& user, bool is_verified) {
  const auto [entry, is_new] = work.tables.users.try_emplace(user.id);
  if (!is_new) work.refuse("a user id was used twice");
  auto& row = entry->second;
  row.account.user = {.id = user.id,
                      .email = user.email,
                      .first_name = user.first_name,
                      .last_name = user.last_name,
                      .language = user.language,
                      .role = user.role,
                      .is_verified = is_verified,
                      .date_joined = user.now};
  if (is_verified) {
    row.account.password_hash = user.password_hash;
  } else if (!user.password_hash.empty()) {
    row.pending.push_back(pending_of(user));
  }
  row.contested = user.password_hash.empty();
  row.unverified_since = user.now;
  return row;
}

Pending pending_of(const NewUser& sign_up) {
  return {sign_up.password_hash, sign_up.email, sign_up.first_name, sign_up.last_name,
          sign_up.language};
}

void drop_codes(UserRow& row) {
  row.code.reset();
  row.older_code.reset();
}

void drop_sign_ups(UserRow& row) {
  row.pending.clear();
  row.contested = false;
  drop_codes(row);
}

std::optional<User> UserReadsPart::find(const UserId& id) {
  auto found = find_credentials(id);
  if (!found) return std::nullopt;
  return std::move(found->user);
}

std::optional<Credentials> UserReadsPart::find_credentials(const UserId& id) {
  const auto tables = source_.look();
  const auto entry = tables->users.find(id);
  if (entry == tables->users.end()) return std::nullopt;
  return entry->second.account;
}

std::optional<Credentials> UserReadsPart::find_credentials(const EmailAddress& email) {
  const auto tables = source_.look();
  const auto* row = find_row(*tables, email);
  if (row == nullptr) return std::nullopt;
  auto found = row->account;
  for (const auto& each : row->pending) found.sign_ups.push_back(each.password_hash);
  return found;
}

std::vector<User> UserReadsPart::list(const UserListQuery& query) {
  const auto filter = folded(query.filter);
  const auto tables = source_.look();
  std::vector<std::pair<Place, const User*>> found;
  for (const auto& [id, row] : tables->users) {
    const auto& user = row.account.user;
    if (matches(user, filter)) found.emplace_back(place_of(user, query.order), &user);
  }
  std::ranges::sort(found);
  if (query.direction == Direction::descending) std::ranges::reverse(found);
  auto first = found.begin();
  if (query.after) {
    const auto start = place_of(*query.after, query.order);
    first = std::ranges::find_if(found, [&](const auto& entry) {
      return query.direction == Direction::ascending ? start < entry.first : entry.first < start;
    });
  } else {
    first += static_cast<std::ptrdiff_t>(std::min(query.offset, found.size()));
  }
  std::vector<User> page;
  for (; first != found.end() && page.size() < query.limit; ++first) page.push_back(*first->second);
  return page;
}

std::optional<std::size_t> UserReadsPart::count(const UserFilter& filter, std::size_t) {
  const auto wanted = folded(filter);
  const auto tables = source_.look();
  return static_cast<std::size_t>(std::ranges::count_if(tables->users, [&](const auto& entry) {
    return matches(entry.second.account.user, wanted);
  }));
}

bool UserReadsPart::knows_address(const UserId& user, const AddressDigest& digest) {
  const auto tables = source_.look();
  const auto entry = tables->users.find(user);
  return entry != tables->users.end() &&
         std::ranges::find(entry->second.visits, digest, &Visit::address) !=
             entry->second.visits.end();
}

UserWrite UsersPart::create_user(const NewUser& user) {
  if (user.role == Role::admin && (!user.is_verified || user.password_hash.empty())) {
    return {UserWriteOutcome::unproved};
  }
  std::optional<UserId> gone;
  const bool is_free = user.is_verified ? make_way(work_.tables, user.email, gone)
                                        : find_row(work_.tables, user.email) == nullptr;
  if (!is_free) return {UserWriteOutcome::email_taken};
  return {UserWriteOutcome::written, add_user(work_, user, user.is_verified).account.user, true,
          gone};
}

UserWrite UsersPart::create_or_take_over(const NewUser& user) {
  const auto* found = find_row(work_.tables, user.email);
  if (found == nullptr) {
    return {UserWriteOutcome::written, add_user(work_, user, true).account.user};
  }
  if (!awaits_owner(found->account)) return {UserWriteOutcome::email_taken};
  const auto before = found->account.user;
  auto& row = *find_row(work_.tables, before.id);
  put_patched(work_.tables, row, apply_patch(row.account, taking_over(user)));
  drop_sign_ups(row);
  return {UserWriteOutcome::written, row.account.user, true, {}, before};
}

UserWrite UsersPart::update_user(const UserId& id, std::optional<std::int64_t> expected_version,
                                 const UserPatch& patch, UtcTime now) {
  auto* row = find_row(work_.tables, id);
  if (row == nullptr) return {UserWriteOutcome::not_found};
  const auto before = row->account;
  if (expected_version.value_or(before.user.version) != before.user.version) {
    return {UserWriteOutcome::version_conflict};
  }
  if (!is_as_expected(before, patch)) return {UserWriteOutcome::version_conflict};
  const auto patched = apply_patch(before, patch);
  const auto& after = patched.after.user;
  const bool moves = after.email != before.user.email;
  const bool rises = after.role == Role::admin && before.user.role != Role::admin;
  if ((rises || patch.needs_owner) && awaits_owner(patched.after)) {
    return {UserWriteOutcome::unproved};
  }
  if (is_effective_admin(before) && !is_effective_admin(patched.after) &&
      !another_admin(work_.tables, id)) {
    return {UserWriteOutcome::last_admin};
  }
  std::optional<UserId> gone;
  if (moves && !make_way(work_.tables, after.email, gone)) return {UserWriteOutcome::email_taken};
  put_patched(work_.tables, *row, patched);
  follow_verification(*row, before, now);
  return {UserWriteOutcome::written, after, patched.changed, gone, before.user};
}

UserWriteOutcome UsersPart::delete_user(const UserId& id,
                                        std::optional<std::int64_t> expected_version) {
  const auto* row = find_row(work_.tables, id);
  if (row == nullptr) return UserWriteOutcome::not_found;
  const auto& user = row->account.user;
  if (expected_version.value_or(user.version) != user.version) {
    return UserWriteOutcome::version_conflict;
  }
  if (is_effective_admin(row->account) && !another_admin(work_.tables, id)) {
    return UserWriteOutcome::last_admin;
  }
  erase_user(work_.tables, id);
  return UserWriteOutcome::written;
}

bool UsersPart::renew_password_hash(const UserId& id, const PasswordHash& old_hash,
                                    const PasswordHash& new_hash) {
  auto* row = find_row(work_.tables, id);
  if (row == nullptr || !row->pending.empty()) return false;
  const bool is_old = row->account.password_hash == old_hash;
  if (is_old) row->account.password_hash = new_hash;
  return is_old;
}

std::size_t UsersPart::delete_unverified_before(UtcTime cutoff, std::size_t limit) {
  std::vector<UserId> late;
  for (const auto& [id, row] : work_.tables.users) {
    const auto& user = row.account.user;
    const bool is_late = !user.is_verified && user.is_active && row.unverified_since < cutoff;
    if (is_late && late.size() < limit) late.push_back(id);
  }
  for (const auto& id : late) erase_user(work_.tables, id);
  return late.size();
}

void UsersPart::remember_address(const UserId& user, const AddressDigest& digest, UtcTime now) {
  auto* row = find_row(work_.tables, user);
  if (row == nullptr) return;
  auto& visits = row->visits;
  std::erase_if(visits, [&](const Visit& visit) { return visit.address == digest; });
  visits.push_back({digest, now});
  std::ranges::stable_sort(visits, {}, &Visit::last);
  if (visits.size() > visits_kept) visits.erase(visits.begin());
}

}  // namespace json_store

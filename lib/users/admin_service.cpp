#include "coffeeauth/admin_service.hpp"

#include <algorithm>
#include <memory>
#include <utility>

#include "lib/auth/services.hpp"
#include "lib/mail/notices.hpp"
#include "lib/users/code_mail.hpp"
#include "lib/users/list_cursor.hpp"
#include "lib/users/names.hpp"

namespace coffeeauth {
namespace {

Result<User> to_result(const UserWrite& written) {
  switch (written.outcome) {
    case UserWriteOutcome::written:
      return *written.user;
    case UserWriteOutcome::not_found:
      return ErrorCode::not_found;
    case UserWriteOutcome::version_conflict:
      return ErrorCode::version_conflict;
    case UserWriteOutcome::email_taken:
      return ErrorCode::email_taken;
    case UserWriteOutcome::last_admin:
      return ErrorCode::last_admin;
    case UserWriteOutcome::unproved:
      return field_error("role", "unproved",
                         "Only a verified account with a password can become an administrator's.");
  }
  return ErrorCode::not_found;
}

Direction opposite(Direction direction) {
  return direction == Direction::ascending ? Direction::descending : Direction::ascending;
}

/// The rows of page `request.page`, read from whichever end of the list is nearer, so that the last
/// page costs what the first one does.
std::vector<User> read_numbered_page(UserReads& users, const ListUsersRequest& request,
                                     std::size_t count) {
  const auto begin = (request.page - 1) * request.page_size;
  const auto size = std::min(request.page_size, count - begin);
  const auto behind = count - begin - size;
  UserListQuery query{.filter = request.filter,
                      .order = request.order,
                      .direction = request.direction,
                      .limit = size,
                      .offset = begin};
  if (begin <= behind) return users.list(query);
  query.direction = opposite(request.direction);
  query.offset = behind;
  auto rows = users.list(query);
  std::reverse(rows.begin(), rows.end());
  return rows;
}

/// For an account that this patch verifies without a password: what its owner sets one with.
std::unique_ptr<CodeMail> code_for_verified(const Services& s, const UserId& id,
                                            const UserPatch& patch, UtcTime now) {
  if (!patch.is_verified.value_or(false)) return nullptr;
  auto& users = s.parts.store.users();
  const auto user = users.find(id);
  if (!user || user->is_verified) return nullptr;
  // Of several who signed up nobody knows whose it is.
  const auto account = users.find_credentials(user->email);
  const bool is_contested =
      account && account->password_hash.empty() && account->sign_ups.size() > 1;
  const auto known = is_contested ? Language{} : user->language;
  // Not the administrator's language or network.
  return std::make_unique<CodeMail>(s, patch.email.value_or(user->email),
                                    patch.language.value_or(known), ClientContext{}, now);
}

/// Whether the account has a password, which only an owner or an operator sets. A new address may
/// take it away.
bool has_password(Transaction& tx, const UserId& id) {
  const auto account = tx.users().find_credentials(id);
  return account && !account->password_hash.empty();
}

/// Who did what they did from where, and when.
struct Act {
  std::optional<UserId> actor;
  ClientContext client;
  UtcTime now;
  /// Whether they set the account's password.
  bool sets_password = false;
};

/// What a write changed of what the user may do. A Store that does not say what was before changed
/// all of it.
std::vector<EventKind> powers_changed(const UserWrite& written) {
  const auto& before = written.before;
  const auto& after = *written.user;
  std::vector<EventKind> kinds;
  if (!before || before->role != after.role) kinds.push_back(EventKind::role_changed);
  if (!before || before->is_active != after.is_active) {
    kinds.push_back(after.is_active ? EventKind::user_enabled : EventKind::user_disabled);
  }
  return kinds;
}

/// What a write changed of the verification; likewise.
std::vector<EventDetail> verification_changed(const UserWrite& written) {
  const bool is_verified = written.user->is_verified;
  if (written.before && written.before->is_verified == is_verified) return {};
  return {{"verification", is_verified ? "given" : "taken"}};
}

/// Mails the code, if the account still awaits its owner.
bool tell_owner(Transaction& tx, const UserWrite& done, const CodeMail* code) {
  if (code == nullptr || !done.user->is_active) return false;
  const auto account = tx.users().find_credentials(done.user->id);
  if (!account || !awaits_owner(*account)) return false;
  code->send_at_any_pace(tx, done.user->id);
  return true;
}

/// Notifies the former mailbox of an account whose address changed, unless the account was never
/// proved or used. The mail neither names the new address nor links to an undo: an administrator
/// may have changed it because the owner lost the mailbox to somebody else. Without a password the
/// name and the language are those of whoever signed up.
void tell_former(const Services& s, Transaction& tx, const UserWrite& done, bool had_password,
                 UtcTime now) {
  const auto& before = done.before;
  if (!before || before->email == done.user->email) return;
  // Not only a verified one: whoever takes the verification away first would move it unnoticed.
  if (!before->is_verified && !before->last_login && !had_password) return;
  // Not the administrator's language, device or network.
  enqueue_notice(s, tx, mail_kind::email_changed,
                 {.to = before->email,
                  .first_name = had_password ? before->first_name : std::string{},
                  .language = had_password ? before->language.tag() : std::string{},
                  .at = now,
                  .extra = {{"by_administrator", "yes"}}},
                 ClientContext{});
}

/// Records what became of an account that `act` has changed.
void record_change(Services& s, Transaction& tx, const UserWrite& done, const CodeMail* code,
                   const Act& act) {
  const auto record = [&](EventKind kind, const UserId& user,
                          std::vector<EventDetail> details = {}) {
    s.record(tx, {.kind = kind,
                  .at = act.now,
                  .user = user,
                  .actor = act.actor,
                  .client = act.client,
                  .details = std::move(details)});
  };
  const auto& id = done.user->id;
  s.account_changes_with(tx, id);
  if (done.gave_way) record(EventKind::user_deleted, *done.gave_way);
  auto details = verification_changed(done);
  const bool has_past = !done.before || done.before->last_login;
  if (act.sets_password && has_past) details.push_back(account_recovered);
  record(EventKind::user_updated, id, std::move(details));
  if (tell_owner(tx, done, code)) record(EventKind::code_queued, id);
  for (const auto& kind : powers_changed(done)) record(kind, id);
}

/// Whether no feature keeps the address for another user.
bool may_get(const Services& s, Transaction& tx, const UserId& user, const EmailAddress& email,
             UtcTime now) {
  if (s.address_guards.empty()) return true;
  take_turn(s, tx, email, now);
  const auto holder = s.address_holder(tx, email, now);
  return !holder || *holder == user;
}

/// The same for the address that the account will have. An account that awaits its owner is asked
/// about the one that it has: once changed, it is no mere sign-up that gives way any more.
bool may_have(const Services& s, Transaction& tx, const UserId& id, const UserPatch& patch,
              UtcTime now) {
  if (s.address_guards.empty()) return true;
  if (patch.email) return may_get(s, tx, id, *patch.email, now);
  const auto account = tx.users().find_credentials(id);
  return !account || !awaits_owner(*account) || may_get(s, tx, id, account->user.email, now);
}

/// Reads one row more than the page has, to see whether another page follows; and counts with the
/// same reading, unless that is done.
void read_with_one_more(UserReads& users, UserListQuery query, std::size_t at_most,
                        UserPage& page) {
  const auto size = query.limit++;
  if (page.count) {
    page.users = users.list(query);
  } else {
    auto read = users.list_and_count(query, at_most);
    page.users = std::move(read.users);
    page.count = read.count;
  }
  page.has_next = page.users.size() > size;
  if (page.has_next) page.users.pop_back();
}

UserListQuery query_of(const ListUsersRequest& request) {
  return {.filter = request.filter,
          .order = request.order,
          .direction = request.direction,
          .limit = request.page_size};
}

Result<void> read_numbered(UserReads& users, const ListUsersRequest& request, std::size_t at_most,
                           UserPage& page) {
  const bool first = request.page == 1;
  page.number = request.page;
  page.has_previous = !first;
  if (request.page == 0) return ErrorCode::not_found;
  if (!page.count) {
    auto query = query_of(request);
    if (request.page - 1 > SIZE_MAX / 2 / request.page_size) return ErrorCode::not_found;
    query.offset = (request.page - 1) * request.page_size;
    read_with_one_more(users, query, at_most, page);
    if (page.users.empty() && !first) return ErrorCode::not_found;
    return {};
  }
  const auto pages = (*page.count + request.page_size - 1) / request.page_size;
  if (!first && request.page > pages) return ErrorCode::not_found;
  if (*page.count > 0) page.users = read_numbered_page(users, request, *page.count);
  page.has_next = request.page < pages;
  return {};
}

}  // namespace

AdminService::AdminService(Services& services) : s_(services) {}

Result<UserPage> AdminService::list_users(const ListUsersRequest& asked) {
  if (asked.page_size == 0) {
    return field_error("page_size", "too_small", "A page holds one user at least.");
  }
  auto request = asked;
  auto& users = s_.parts.store.users();
  UserPage page;
  const auto at_most = request.last_page ? SIZE_MAX : s_.config.lists.counted_matches;
  // A search is counted with its page; without one the count is there, and says from which end of
  // the list the page is nearer.
  const bool counts_first = request.last_page || request.filter.search.empty();
  page.count = counts_first ? users.count(request.filter, at_most) : std::nullopt;
  if (request.last_page && page.count) {
    request.page =
        std::max<std::size_t>(1, (*page.count + request.page_size - 1) / request.page_size);
  }
  if (!request.cursor.empty()) {
    const auto position = parse_list_cursor(request.cursor, request, s_.vault);
    if (!position) return field_error("cursor", "invalid", "This is not a cursor of this list.");
    auto query = query_of(request);
    query.after = position;
    page.has_previous = true;
    read_with_one_more(users, query, at_most, page);
  } else if (const auto read = read_numbered(users, request, at_most, page); !read) {
    return read.error();
  }
  if (page.has_next && !page.users.empty()) {
    page.next_cursor = make_list_cursor(page.users.back(), request, s_.vault);
  }
  return page;
}

Result<User> AdminService::get_user(const UserId& id) {
  auto user = s_.parts.store.users().find(id);
  if (!user) return ErrorCode::not_found;
  return *std::move(user);
}

Result<User> AdminService::update_user(const UserId& id, const UserPatch& wanted,
                                       std::optional<std::int64_t> expected_version,
                                       const UserId& actor, const ClientContext& client) {
  auto patch = wanted;
  if (auto wrong = check_names(patch)) return *std::move(wrong);
  const auto now = s_.now();
  const auto code = code_for_verified(s_, id, patch, now);
  const auto written = s_.transact([&](Transaction& tx) {
    if (!may_have(s_, tx, id, patch, now)) {
      return UserWrite{.outcome = UserWriteOutcome::email_taken};
    }
    const bool had_password = patch.email && has_password(tx, id);
    auto done = tx.users().update_user(id, expected_version, patch, now);
    if (done.user && done.changed) {
      tell_former(s_, tx, done, had_password, now);
      record_change(s_, tx, done, code.get(),
                    {.actor = actor,
                     .client = client,
                     .now = now,
                     .sets_password = patch.password_hash.has_value()});
    }
    return done;
  });
  return to_result(written);
}

Result<void> AdminService::delete_user(const UserId& id,
                                       std::optional<std::int64_t> expected_version,
                                       const UserId& actor, const ClientContext& client) {
  const auto outcome = s_.transact([&](Transaction& tx) {
    const auto done = tx.users().delete_user(id, expected_version);
    if (done == UserWriteOutcome::written) {
      s_.account_changes_with(tx, id);
      s_.record(tx,
                {.kind = EventKind::user_deleted, .user = id, .actor = actor, .client = client});
    }
    return done;
  });
  if (outcome == UserWriteOutcome::last_admin) return ErrorCode::last_admin;
  if (outcome == UserWriteOutcome::version_conflict) return ErrorCode::version_conflict;
  if (outcome != UserWriteOutcome::written) return ErrorCode::not_found;
  return {};
}

Result<std::size_t> AdminService::end_sessions(const UserId& id, const UserId& actor,
                                               const ClientContext& client) {
  return s_.transact([&](Transaction& tx) -> Result<std::size_t> {
    if (!tx.users().find(id)) return ErrorCode::not_found;
    s_.forget_after(tx, id);
    const auto ended = tx.sessions().end_sessions(id, std::nullopt);
    if (ended > 0) {
      s_.record(tx, {.kind = EventKind::session_ended,
                     .user = id,
                     .actor = actor,
                     .client = client,
                     .count = ended});
    }
    return ended;
  });
}

Result<User> AdminService::create_admin(NewAdmin request) {
  auto names = checked_names(request.first_name, request.last_name);
  if (!names) return names.error();
  const auto strong =
      s_.passwords.check_strength(request.password, {request.email, names->first, names->last});
  if (!strong) return strong.error();
  const auto now = s_.now();
  const NewUser admin{.id = UserId::make(now, s_.parts.random),
                      .email = request.email,
                      .first_name = std::move(names->first),
                      .last_name = std::move(names->last),
                      .language = request.language,
                      .role = Role::admin,
                      .is_verified = true,
                      .password_hash = s_.passwords.hash(request.password),
                      .now = now};
  const auto written = s_.transact([&](Transaction& tx) {
    if (!may_get(s_, tx, admin.id, admin.email, now)) {
      return UserWrite{.outcome = UserWriteOutcome::email_taken};
    }
    auto done = tx.users().create_or_take_over(admin);
    if (done.user && done.before) {
      record_change(s_, tx, done, nullptr,
                    {.actor = {}, .client = {}, .now = now, .sets_password = true});
    } else if (done.user) {
      s_.account_changes_with(tx, done.user->id);
      s_.record(tx, {.kind = EventKind::role_changed, .at = now, .user = done.user->id});
    }
    return done;
  });
  return to_result(written);
}

Result<User> AdminService::promote(const EmailAddress& email) {
  const auto found = s_.parts.store.users().find_credentials(email);
  if (!found) return ErrorCode::not_found;
  const auto now = s_.now();
  // An account can have the role and still await its owner: nobody could log in to it.
  const UserPatch patch{.role = Role::admin, .is_active = true, .needs_owner = true};
  const auto written = s_.transact([&](Transaction& tx) {
    auto done = tx.users().update_user(found->user.id, std::nullopt, patch, now);
    if (!done.user || !done.changed) return done;
    s_.account_changes_with(tx, done.user->id);
    for (const auto& kind : powers_changed(done)) {
      s_.record(tx, {.kind = kind, .at = now, .user = done.user->id});
    }
    return done;
  });
  return to_result(written);
}

}  // namespace coffeeauth

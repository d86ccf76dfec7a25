#include "coffeeauth/admin_service.hpp"

#include <algorithm>
#include <utility>

#include "lib/auth/services.hpp"
#include "lib/users/list_cursor.hpp"

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
    case UserWriteOutcome::contested:
      return field_error("is_verified", "contested",
                         "Several sign-ups are pending for this address; only the code mailed to "
                         "its owner can tell them apart.");
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

}  // namespace

AdminService::AdminService(Services& services) : s_(services) {}

Result<UserPage> AdminService::list_users(const ListUsersRequest& request) {
  if (request.page_size == 0) {
    return field_error("page_size", "too_small", "A page holds one user at least.");
  }
  auto& users = s_.parts.store.users();
  UserPage page;
  page.count = users.count(request.filter);
  if (!request.cursor.empty()) {
    const auto position = parse_list_cursor(request.cursor, request, s_.vault);
    if (!position) return field_error("cursor", "invalid", "This is not a cursor of this list.");
    page.users = users.list({.filter = request.filter,
                             .order = request.order,
                             .direction = request.direction,
                             .limit = request.page_size + 1,
                             .after = position});
    page.has_previous = true;
    page.has_next = page.users.size() > request.page_size;
    if (page.has_next) page.users.pop_back();
  } else {
    const bool first = request.page == 1;
    const auto pages = (page.count + request.page_size - 1) / request.page_size;
    if (request.page == 0 || (!first && request.page > pages)) return ErrorCode::not_found;
    if (page.count > 0) page.users = read_numbered_page(users, request, page.count);
    page.has_previous = !first;
    page.has_next = request.page < pages;
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

Result<User> AdminService::update_user(const UserId& id, const UserPatch& patch,
                                       std::optional<std::int64_t> expected_version,
                                       const UserId& actor, const ClientContext& client) {
  const auto now = s_.now();
  const auto written = s_.transact_on_user(id, [&](Transaction& tx) {
    return tx.users().update_user(id, expected_version, patch, now);
  });
  auto result = to_result(written);
  if (!result) return result;
  s_.users_changed();
  const auto emit = [&](EventKind kind) {
    s_.emit({.kind = kind, .at = now, .user = id, .actor = actor, .client = client});
  };
  emit(EventKind::user_updated);
  if (patch.role) emit(EventKind::role_changed);
  if (patch.is_active) {
    emit(*patch.is_active ? EventKind::user_enabled : EventKind::user_disabled);
  }
  return result;
}

Result<void> AdminService::delete_user(const UserId& id,
                                       std::optional<std::int64_t> expected_version,
                                       const UserId& actor, const ClientContext& client) {
  const auto outcome = s_.transact_on_user(
      id, [&](Transaction& tx) { return tx.users().delete_user(id, expected_version); });
  if (outcome == UserWriteOutcome::last_admin) return ErrorCode::last_admin;
  if (outcome == UserWriteOutcome::version_conflict) return ErrorCode::version_conflict;
  if (outcome != UserWriteOutcome::written) return ErrorCode::not_found;
  s_.users_changed();
  s_.emit({.kind = EventKind::user_deleted,
           .at = s_.now(),
           .user = id,
           .actor = actor,
           .client = client});
  return {};
}

Result<User> AdminService::create_admin(NewAdmin request) {
  const auto strong = s_.passwords.check_strength(
      request.password, {request.email, request.first_name, request.last_name});
  if (!strong) return strong.error();
  const auto now = s_.now();
  const NewUser admin{.id = UserId::make(now, s_.parts.random),
                      .email = request.email,
                      .first_name = std::move(request.first_name),
                      .last_name = std::move(request.last_name),
                      .role = Role::admin,
                      .is_verified = true,
                      .password_hash = s_.passwords.hash(request.password),
                      .now = now};
  const auto written =
      s_.transact_on_users([&](Transaction& tx) { return tx.users().create_user(admin); });
  auto result = to_result(written);
  if (!result) return result;
  s_.users_changed();
  s_.emit({.kind = EventKind::role_changed, .at = now, .user = result->id});
  return result;
}

Result<User> AdminService::promote(const EmailAddress& email) {
  const auto found = s_.parts.store.users().find_credentials(email);
  if (!found) return ErrorCode::not_found;
  const auto now = s_.now();
  const UserPatch patch{.role = Role::admin, .is_verified = true, .is_active = true};
  const auto written = s_.transact_on_user(found->user.id, [&](Transaction& tx) {
    return tx.users().update_user(found->user.id, std::nullopt, patch, now);
  });
  auto result = to_result(written);
  if (!result) return result;
  s_.users_changed();
  s_.emit({.kind = EventKind::role_changed, .at = now, .user = result->id});
  return result;
}

}  // namespace coffeeauth

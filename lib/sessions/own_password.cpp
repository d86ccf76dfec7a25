#include "lib/sessions/own_password.hpp"

#include "lib/auth/services.hpp"
#include "lib/sessions/door.hpp"

namespace coffeeauth {
namespace {

/// Compares, and gives the attempt back where nobody could.
bool matches(Services& s, const Credentials& account, const Password& password,
             const Arrival& from) {
  try {
    return s.passwords.verify(password, &account.password_hash) != PasswordVerdict::no_match;
  } catch (const Unavailable&) {
    s.limits.login_not_judged(account.user.email, from.network);
    if (!from.is_familiar) s.limits.login_not_judged(account.user.email, {});
    throw;
  }
}

}  // namespace

Result<Credentials> check_own_password(Services& s, const UserId& id, const Password& password,
                                       const ClientContext& client) {
  auto found = s.parts.store.users().find_credentials(id);
  if (!found) return ErrorCode::not_found;
  const auto fail = [&](EventKind kind, Error error) -> Result<Credentials> {
    s.note({.kind = kind, .user = id, .client = client});
    return error;
  };

  const auto since = s.now();
  const auto from = arrival_of(s, id, client);
  const auto& email = found->user.email;
  auto allowed = s.limits.begin_login(email, from.network);
  if (allowed && !from.is_familiar) allowed = s.limits.begin_login(email, {});
  if (!allowed) return fail(EventKind::login_throttled, allowed.error());
  if (!matches(s, *found, password, from)) {
    static_cast<void>(s.limits.login_failed(email, from.network, since));
    if (from.is_familiar) static_cast<void>(s.limits.begin_login(email, {}));
    return fail(EventKind::login_failed, {ErrorCode::invalid_credentials});
  }
  s.limits.login_succeeded(email, from.network);
  if (!from.is_familiar) s.limits.login_succeeded(email, {});
  return *std::move(found);
}

}  // namespace coffeeauth

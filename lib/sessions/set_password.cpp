#include "lib/sessions/set_password.hpp"

#include <utility>

#include "lib/auth/services.hpp"
#include "lib/mail/notices.hpp"

namespace coffeeauth {
namespace {

/// The first password makes an owner of whoever sets it. The names and the language are those of
/// whoever signed up, which may have been somebody else; whose, a sign-up's code would have told.
void leave_strangers_names(Transaction& tx, const UserId& user, UserPatch& patch) {
  // Whoever is logged in without one has shown to be the owner in another way.
  if (patch.keeps_session) return;
  // Whoever compared the present one knows that there is one.
  if (patch.expects_password_hash && !patch.expects_password_hash->empty()) return;
  const auto before = tx.users().find_credentials(user);
  if (!before || !before->password_hash.empty()) return;
  patch.first_name = "";
  patch.last_name = "";
  patch.language = Language{};
  patch.expects_password_hash = before->password_hash;
}

}  // namespace

Result<User> set_password(Services& s, Transaction& tx, const UserId& user,
                          const NewPassword& password, const ClientContext& client) {
  const auto now = s.now();
  UserPatch patch{.password_hash = password.hash,
                  .needs_owner = true,
                  .keeps_session = password.keeps_session,
                  .expects_password_hash = password.expects_password_hash,
                  .expects_security_version = password.expects_security_version};
  leave_strangers_names(tx, user, patch);
  auto done = tx.users().update_user(user, std::nullopt, patch, now);
  if (done.outcome == UserWriteOutcome::unproved) return ErrorCode::email_not_verified;
  if (done.outcome == UserWriteOutcome::version_conflict) return ErrorCode::version_conflict;
  if (!done.user) return ErrorCode::not_found;
  s.account_changes_with(tx, user);
  Event event{.kind = password.event,
              .at = now,
              .user = user,
              .session = password.keeps_session,
              .client = client};
  if (!password.keeps_session) event.details = {account_recovered};
  s.record(tx, std::move(event));
  enqueue_notice(s, tx, password.notice,
                 {.to = done.user->email,
                  .first_name = done.user->first_name,
                  .language = done.user->language.tag(),
                  .at = now},
                 client);
  return *std::move(done.user);
}

}  // namespace coffeeauth

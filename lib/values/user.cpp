#include "coffeeauth/user.hpp"

#include "coffeeauth/ports/user_store.hpp"
#include "lib/values/unicode.hpp"

namespace coffeeauth {
namespace {

/// Sets `field` if there is a new value; says whether it differs.
template <class T>
bool replace(T& field, const std::optional<T>& value) {
  if (!value || *value == field) return false;
  field = *value;
  return true;
}

bool replace_email(EmailAddress& email, const std::optional<EmailAddress>& value) {
  if (!value || (value->canonical() == email.canonical() && value->display() == email.display())) {
    return false;
  }
  email = *value;
  return true;
}

/// What is no UTF-8, in a row that was imported, is found as it is.
std::string folded(std::string_view text) {
  return unicode::is_valid(text) ? unicode::fold(text) : std::string{text};
}

}  // namespace

std::string_view wire_name(Role role) noexcept {
  switch (role) {
    case Role::user:
      return "user";
    case Role::admin:
      return "admin";
  }
  return "user";
}

std::optional<Role> parse_role(std::string_view text) noexcept {
  if (text == "user") return Role::user;
  if (text == "admin") return Role::admin;
  return std::nullopt;
}

std::string search_text(const EmailAddress& email, std::string_view first_name,
                        std::string_view last_name) {
  std::string text = email.canonical();
  // A name of a domain in its own script, where the canonical form has its A-label.
  if (auto typed = folded(email.display()); typed != text) text.append("\n").append(typed);
  std::string name{first_name};
  if (!name.empty() && !last_name.empty()) name += ' ';
  name += last_name;
  if (!name.empty()) text.append("\n").append(folded(name));
  return text;
}

std::string fold_search(std::string_view search) {
  if (!unicode::is_valid(search)) return std::string{search};
  std::string text = unicode::fold(search);
  std::erase_if(text, [](unsigned char c) { return c < 0x20 || c == 0x7f; });
  const auto first = text.find_first_not_of(' ');
  if (first == std::string::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

PatchedUser apply_patch(const Credentials& before, const UserPatch& patch) {
  PatchedUser result{.after = before};
  auto& user = result.after.user;
  const bool first_name = replace(user.first_name, patch.first_name);
  const bool last_name = replace(user.last_name, patch.last_name);
  const bool language = replace(user.language, patch.language);
  const bool spelling = replace_email(user.email, patch.email);
  const bool address = !(user.email == before.user.email);
  const bool role = replace(user.role, patch.role);
  const bool verified = replace(user.is_verified, patch.is_verified);
  const bool active = replace(user.is_active, patch.is_active);
  auto wanted = patch.password_hash;
  // It was chosen by whoever reads another mailbox, if by anybody who proved one.
  if (address && !wanted && !(before.user.is_verified && user.is_verified)) wanted.emplace();
  const bool password = replace(result.after.password_hash, wanted);
  const bool second_factor = replace(user.second_factor, patch.second_factor);

  result.changed = first_name || last_name || language || spelling || role || verified || active ||
                   password || second_factor;
  if (result.changed) ++user.version;
  // A login that read the account before it got a second factor must not end without one.
  if (role || verified || active || password || address || second_factor) ++user.security_version;
  result.ends_sessions = address || password || (active && !user.is_active) ||
                         (verified && !user.is_verified) || (second_factor && user.second_factor);
  result.kept_session = patch.keeps_session;
  return result;
}

bool is_as_expected(const Credentials& account, const UserPatch& patch) {
  const auto holds = [](const auto& expected, const auto& found) {
    return !expected || *expected == found;
  };
  return holds(patch.expects_password_hash, account.password_hash) &&
         holds(patch.expects_email, account.user.email) &&
         holds(patch.expects_security_version, account.user.security_version);
}

bool is_effective_admin(const Credentials& account) noexcept {
  const auto& user = account.user;
  return user.role == Role::admin && user.is_active && !awaits_owner(account);
}

UserPatch taking_over(const NewUser& user) {
  return {.first_name = user.first_name,
          .last_name = user.last_name,
          .language = user.language,
          .email = user.email,
          .role = user.role,
          .is_verified = true,
          .is_active = true,
          .password_hash = user.password_hash};
}

bool awaits_owner(const Credentials& account) noexcept {
  return !account.user.is_verified || account.password_hash.empty();
}

bool is_mere_sign_up(const Credentials& account) noexcept {
  const auto& user = account.user;
  return !user.is_verified && account.password_hash.empty() && !user.last_login &&
         user.role == Role::user && user.is_active && user.version == 1;
}

CountedUsers UserReads::list_and_count(const UserListQuery& query, std::size_t at_most) {
  return {.users = list(query), .count = count(query.filter, at_most)};
}

}  // namespace coffeeauth

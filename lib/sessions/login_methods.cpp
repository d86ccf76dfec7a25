#include "lib/sessions/login_methods.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace coffeeauth {
namespace {

bool has(const LoginMethods& methods, std::initializer_list<MethodUse> uses) noexcept {
  return std::any_of(methods.begin(), methods.end(), [&](const LoginMethod& method) {
    return std::find(uses.begin(), uses.end(), method.use()) != uses.end();
  });
}

}  // namespace

std::string_view wire_name(Assurance assurance) noexcept {
  return assurance == Assurance::aal2 ? "aal2" : "aal1";
}

Assurance assurance_of(const LoginMethods& methods) noexcept {
  const bool has_two =
      has(methods, {MethodUse::first, MethodUse::mailbox}) && has(methods, {MethodUse::second});
  return has_two || has(methods, {MethodUse::both}) ? Assurance::aal2 : Assurance::aal1;
}

bool has_second_step(const LoginMethods& methods) noexcept {
  if (has(methods, {MethodUse::second, MethodUse::both})) return true;
  return has(methods, {MethodUse::mailbox_second}) && has(methods, {MethodUse::first});
}

Result<TokenPair> tokens_of(Result<LoginOutcome> outcome) {
  if (!outcome) return outcome.error();
  if (auto* const tokens = std::get_if<TokenPair>(&*outcome)) return std::move(*tokens);
  return std::get<LoginChallenge>(*outcome).code;
}

std::string words_of(const LoginMethods& methods) {
  std::string words;
  for (const auto& method : methods) {
    words.append(words.empty() ? "" : " ").append(method.word());
  }
  return words;
}

LoginMethods methods_in(const LoginMethods& known, std::string_view words) {
  LoginMethods found;
  while (!words.empty()) {
    const auto word = words.substr(0, words.find(' '));
    const auto method = std::find_if(known.begin(), known.end(),
                                     [&](const LoginMethod& one) { return one.word() == word; });
    if (method != known.end()) found.push_back(*method);
    words.remove_prefix(std::min(word.size() + 1, words.size()));
  }
  return found;
}

}  // namespace coffeeauth

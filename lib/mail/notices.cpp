#include "lib/mail/notices.hpp"

#include <array>
#include <utility>

#include "lib/auth/services.hpp"
#include "lib/mail/mail_job.hpp"

namespace coffeeauth {
namespace {

/// A part of a User-Agent field, and what it means.
using Sign = std::pair<std::string_view, std::string_view>;

/// The first that is found counts: nearly all say that they are Safari, and Edge that it is Chrome.
constexpr std::array<Sign, 7> browsers{{{"Edg", "Edge"},
                                        {"OPR/", "Opera"},
                                        {"Firefox/", "Firefox"},
                                        {"FxiOS/", "Firefox"},
                                        {"CriOS/", "Chrome"},
                                        {"Chrome/", "Chrome"},
                                        {"Safari/", "Safari"}}};
constexpr std::array<Sign, 7> systems{{{"Windows", "Windows"},
                                       {"Android", "Android"},
                                       {"iPhone", "iPhone"},
                                       {"iPad", "iPad"},
                                       {"CrOS", "ChromeOS"},
                                       {"Mac OS X", "macOS"},
                                       {"Linux", "Linux"}}};

template <std::size_t Size>
std::string_view first_found(std::string_view text, const std::array<Sign, Size>& signs) {
  for (const auto& [sign, meaning] : signs) {
    if (text.find(sign) != std::string_view::npos) return meaning;
  }
  return {};
}

}  // namespace

std::string client_words(std::string_view user_agent) {
  std::string words{first_found(user_agent, browsers)};
  const auto system = first_found(user_agent, systems);
  if (!words.empty() && !system.empty()) words += ", ";
  return words.append(system);
}

std::string language_at(Transaction& tx, const EmailAddress& email) {
  const auto found = tx.users().find_credentials(email);
  return found ? found->user.language.tag() : std::string{};
}

void enqueue_notice(const Services& s, Transaction& tx, std::string_view kind,
                    MailParameters parameters, const ClientContext& client) {
  const auto now = s.now();
  if (parameters.at == UtcTime{}) parameters.at = now;
  if (parameters.language.empty()) parameters.language = language_at(tx, parameters.to);
  if (parameters.language.empty()) parameters.language = client.language;
  if (auto words = client_words(client.user_agent); !words.empty()) {
    parameters.extra.emplace("client", std::move(words));
  }
  if (!client.address.empty()) parameters.extra.emplace("address", client.address);
  parameters.extra.insert(s.notice_values.begin(), s.notice_values.end());
  const auto expires_at = parameters.expires_at == UtcTime{} ? std::optional<UtcTime>{}
                                                             : std::optional{parameters.expires_at};
  s.enqueue(tx, make_mail_job(kind, parameters, s.vault, s.parts.random, now, expires_at));
}

}  // namespace coffeeauth

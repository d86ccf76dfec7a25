#include "coffeeauth/user_agent.hpp"

#include <algorithm>
#include <array>
#include <utility>

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

std::string client_family(std::string_view user_agent) {
  std::string family{user_agent.substr(0, user_agent.find_first_of("/ \t("))};
  std::transform(family.begin(), family.end(), family.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  if (const auto words = client_words(user_agent); !words.empty()) family += "; " + words;
  return family;
}

}  // namespace coffeeauth

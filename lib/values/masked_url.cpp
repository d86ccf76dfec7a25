#include <algorithm>
#include <vector>

#include "coffeeauth/url.hpp"
#include "coffeeauth/value_text.hpp"

namespace coffeeauth {

std::string masked_url(std::string_view url) {
  constexpr std::string_view parameter = "password=";
  // All places are found in the URL as it is: any of them may be a part of another's password.
  std::vector<bool> hidden(url.size(), false);
  const auto hide = [&](std::size_t begin, std::size_t end) {
    for (auto i = begin; i < std::min(end, url.size()); ++i) hidden[i] = true;
  };
  const auto scheme = url.find("://");
  const auto at = url.rfind('@');
  const auto colon = url.find(':', scheme == std::string_view::npos ? 0 : scheme + 3);
  if (at != std::string_view::npos && colon < at) hide(colon + 1, at);
  // PostgreSQL reads it from the query and from its own key=value form, too.
  for (auto named = url.find(parameter); named != std::string_view::npos;
       named = url.find(parameter, named + 1)) {
    hide(named + parameter.size(),
         scheme == std::string_view::npos ? url.size() : url.find('&', named));
  }
  std::string shown;
  for (std::size_t i = 0; i < url.size(); ++i) {
    if (!hidden[i]) {
      shown += url[i];
    } else if (i == 0 || !hidden[i - 1]) {
      shown += masked_text;
    }
  }
  return shown;
}

}  // namespace coffeeauth

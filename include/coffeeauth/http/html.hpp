#pragma once
/// HTML for routes that serve pages. Pure functions.

#include <string>
#include <string_view>

#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {

/// Returns `text` as the content of an element, or of an attribute in quotes of either kind: the
/// characters `& < > " '` become references. Octets outside ASCII are kept as they are.
///
/// Not for scripts, styles, comments, attributes without quotes, or the scheme of a URL: no
/// escaping makes untrusted text safe there.
[[nodiscard]] std::string escape_html(std::string_view text);

}  // namespace http
}  // namespace coffeeauth

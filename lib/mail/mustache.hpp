#pragma once
/// The template language, in the part that mails may use. Private to lib/mail.

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace coffeeauth::mustache {

/// Values by name. A name without a value, or with an empty one, is an empty section.
using Values = std::map<std::string, std::string, std::less<>>;

enum class Output { text, html };

/// The names of variables and sections that `source` uses.
///
/// Throws std::invalid_argument, with the line, for what is not Mustache and for what mails must
/// not use: values without escaping, other delimiters, and a partial whose name is not in `parts`.
[[nodiscard]] std::set<std::string, std::less<>> names_in(
    const std::string& source, const std::set<std::string, std::less<>>& parts);

/// `source`, which names_in() took, with `values` filled in. Each value is one line: control
/// characters become blanks. In HTML it is escaped as well, for elements and quoted attributes.
[[nodiscard]] std::string render(const std::string& source, const Values& values, Output output);

}  // namespace coffeeauth::mustache

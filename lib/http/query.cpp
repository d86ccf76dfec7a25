#include "lib/http/query.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

std::vector<FieldError> read_parameter(const NamedSchema& declared, std::string_view raw,
                                       Parameters& into) {
  const auto& [name, schema] = declared;
  auto value = percent_decode(raw, Plus::is_blank);
  if (!value) return {{name, "invalid", "Must be percent-encoded correctly."}};
  auto errors = value->empty() ? std::vector<FieldError>{} : validate_text(*schema, name, *value);
  if (errors.empty() && !into.emplace(name, *std::move(value)).second) {
    errors.push_back({name, "duplicate", "Must be given only once."});
  }
  return errors;
}

}  // namespace

Target split_target(std::string_view target) noexcept {
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return {.path = target, .query = {}};
  return {.path = target.substr(0, mark), .query = target.substr(mark + 1)};
}

Result<Parameters> read_query(std::string_view query, const std::vector<NamedSchema>& declared) {
  Parameters parameters;
  std::vector<FieldError> errors;
  while (!query.empty() && !declared.empty()) {
    const auto pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(pair.size() + 1, query.size()));
    const auto equals = std::min(pair.find('='), pair.size());
    const auto name = percent_decode(pair.substr(0, equals), Plus::is_blank);
    if (!name) continue;
    const auto known = std::find_if(declared.begin(), declared.end(),
                                    [&](const NamedSchema& d) { return d.first == *name; });
    if (known == declared.end()) continue;
    auto found = read_parameter(*known, pair.substr(std::min(equals + 1, pair.size())), parameters);
    std::move(found.begin(), found.end(), std::back_inserter(errors));
  }
  if (!errors.empty()) {
    return Error{.code = ErrorCode::validation_failed, .fields = std::move(errors)};
  }
  return parameters;
}

void append_query(std::string& target, std::string_view name, std::string_view value) {
  target.push_back(target.find('?') == std::string::npos ? '?' : '&');
  target.append(percent_encode(name)).append("=").append(percent_encode(value));
}

}  // namespace coffeeauth::http

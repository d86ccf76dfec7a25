#include "lib/users/names.hpp"

#include <utility>

namespace coffeeauth {

Result<Names> checked_names(std::string_view first_name, std::string_view last_name) {
  auto first = parse_name("first_name", first_name);
  auto last = parse_name("last_name", last_name);
  if (first && last) return Names{*std::move(first), *std::move(last)};
  Error error{.code = ErrorCode::validation_failed};
  for (const auto* const name : {&first, &last}) {
    if (name->has_value()) continue;
    const auto& fields = name->error().fields;
    error.fields.insert(error.fields.end(), fields.begin(), fields.end());
  }
  return error;
}

std::optional<Error> check_names(UserPatch& patch) {
  auto names = checked_names(patch.first_name.value_or(""), patch.last_name.value_or(""));
  if (!names) return names.error();
  if (patch.first_name) patch.first_name = std::move(names->first);
  if (patch.last_name) patch.last_name = std::move(names->last);
  return std::nullopt;
}

}  // namespace coffeeauth

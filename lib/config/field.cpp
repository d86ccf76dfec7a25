#include <stdexcept>

#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/url.hpp"
#include "lib/values/unicode.hpp"

namespace coffeeauth {

namespace detail {

std::string with_range(std::string description, std::string_view range) {
  if (description.ends_with('.')) return description;
  return description.append("; ").append(range).append(".");
}

std::string one_of(std::span<const std::string_view> words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
    text += words[i];
  }
  return text;
}

std::string duration_expectation(std::string_view range, std::chrono::milliseconds unit) {
  using namespace std::chrono_literals;
  auto text = "a duration of " + std::string{range};
  if (unit == 1ms) return text;
  if (unit == 1s) return text + ", in whole seconds";
  return text + ", in multiples of " + to_duration_text(unit);
}

FieldError must_be(std::string_view name, std::string_view code, std::string_view expects) {
  return {std::string{name}, std::string{code}, "must be " + std::string{expects}};
}

}  // namespace detail

namespace {

/// What is wrong with a text that stands in a token or in the header of a mail.
std::optional<FieldError> problem_of(const std::string& name, const std::string& text,
                                     TextLength length) {
  if (text.empty() && length.least > 0) return FieldError{name, "required", "must not be empty"};
  if (text.size() < length.least) {
    return FieldError{name, "too_short",
                      "must have at least " + std::to_string(length.least) + " octets"};
  }
  if (text.size() > length.most) {
    return FieldError{name, "too_long",
                      "must have at most " + std::to_string(length.most) + " octets"};
  }
  if (unicode::is_valid(text) && !unicode::has_controls(text)) return std::nullopt;
  return FieldError{name, "invalid", "must be UTF-8 without control characters"};
}

std::vector<std::string_view> split_secrets(std::string_view text) {
  const char separator = text.find('\n') == std::string_view::npos ? ',' : '\n';
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const auto end = text.find(separator);
    auto part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (separator == ',') part = trim_blanks(part);
    if (part.ends_with('\r')) part.remove_suffix(1);
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

}  // namespace

ConfigField field(std::string name, std::string description, bool& value) {
  return {.name = std::move(name),
          .description = std::move(description),
          .expects = "true or false",
          .get = [&value] { return std::string{value ? "true" : "false"}; },
          .set =
              [&value](std::string_view given) {
                const auto read = parse_switch(given);
                if (read) value = *read;
                return read.has_value();
              }};
}

ConfigField field(std::string name, std::string description, std::string& value,
                  TextLength length) {
  auto check = [name, &value, length] { return problem_of(name, value, length); };
  return {.name = std::move(name),
          .description = std::move(description),
          .expects = "some text",
          .get = [&value] { return value; },
          .set =
              [&value](std::string_view given) {
                if (given.empty()) return false;
                value = given;
                return true;
              },
          .check = std::move(check)};
}

ConfigField field(std::string name, std::string description, std::string& value, TextReader read,
                  std::string expects) {
  return {.name = std::move(name),
          .description = std::move(description),
          .expects = std::move(expects),
          .get = [&value] { return value; },
          .set =
              [&value, read = std::move(read)](std::string_view given) {
                auto understood = read(given);
                if (!understood) return false;
                value = *std::move(understood);
                return true;
              }};
}

ConfigField field(std::string name, std::string description, std::vector<std::string>& value,
                  TextReader read, std::string expects) {
  return {.name = std::move(name),
          .description = std::move(description),
          .expects = std::move(expects),
          .get = [&value] { return to_list_text(value); },
          .set =
              [&value, read = std::move(read)](std::string_view given) {
                std::vector<std::string> understood;
                for (const auto& part : parse_list(given)) {
                  auto one = read(part);
                  if (!one) return false;
                  understood.push_back(*std::move(one));
                }
                value = std::move(understood);
                return true;
              }};
}

ConfigField field(std::string name, std::string description, Secret& value,
                  std::function<bool(std::string_view)> is_good, std::string expects) {
  return {.name = std::move(name),
          .description = std::move(description),
          .expects = std::move(expects),
          .get = [&value] { return std::string{value.empty() ? "" : masked_text}; },
          .set =
              [&value, is_good = std::move(is_good)](std::string_view given) {
                if (!is_good(given)) return false;
                value = Secret{given};
                return true;
              },
          .secret = true};
}

ConfigField field(std::string name, std::string description, std::vector<Secret>& values,
                  std::function<bool(std::string_view)> is_good, std::string expects) {
  return {.name = std::move(name),
          .description = std::move(description),
          .expects = std::move(expects),
          .get = [&values] { return std::string{values.empty() ? "" : masked_text}; },
          .set =
              [&values, is_good = std::move(is_good)](std::string_view given) {
                const auto parts = split_secrets(given);
                if (!std::all_of(parts.begin(), parts.end(), is_good)) return false;
                values.clear();
                for (const auto part : parts) values.emplace_back(part);
                return true;
              },
          .secret = true};
}

ConfigField url_field(std::string name, std::string description, std::string& value) {
  auto check = [name, &value]() -> std::optional<FieldError> {
    if (value.empty()) return std::nullopt;
    try {
      static_cast<void>(parse_url(value));
      return std::nullopt;
    } catch (const std::invalid_argument&) {
      return detail::must_be(name, "invalid", "a URL");
    }
  };
  return {.name = std::move(name),
          .description = std::move(description),
          .expects = "a URL",
          .get = [&value] { return masked_url(value); },
          .set =
              [&value](std::string_view given) {
                value = trim_blanks(given);
                return true;
              },
          .check = std::move(check),
          .secret = true};
}

ConfigField with_rule(ConfigField field, std::string expects, std::function<bool()> holds) {
  field.rule = [before = std::move(field.rule), name = field.name, expects = std::move(expects),
                holds = std::move(holds)]() -> std::optional<FieldError> {
    if (auto problem = before ? before() : std::nullopt) return problem;
    if (holds()) return std::nullopt;
    return detail::must_be(name, "out_of_range", expects);
  };
  return field;
}

Result<void> set_field(const ConfigField& field, std::string_view text) {
  if (field.set(text)) return {};
  return field_error(field.name, "invalid", "must be " + field.expects);
}

Result<void> set_field(std::span<const ConfigField> fields, std::string_view name,
                       std::string_view text) {
  const auto field = std::find_if(fields.begin(), fields.end(),
                                  [&](const ConfigField& one) { return one.name == name; });
  if (field == fields.end()) return field_error(name, "unknown_field", "is not a known setting");
  return set_field(*field, text);
}

std::vector<FieldError> validate(std::span<const ConfigField> fields) {
  std::vector<FieldError> problems;
  for (const auto& field : fields) {
    if (!field.check) continue;
    if (auto problem = field.check()) problems.push_back(*std::move(problem));
  }
  const auto by_itself = problems;
  for (const auto& field : fields) {
    const bool is_known =
        std::any_of(by_itself.begin(), by_itself.end(),
                    [&](const FieldError& problem) { return problem.field == field.name; });
    if (is_known || !field.rule) continue;
    if (auto problem = field.rule()) problems.push_back(*std::move(problem));
  }
  return problems;
}

void require_valid(std::span<const ConfigField> fields) {
  const auto problems = validate(fields);
  if (problems.empty()) return;
  throw std::invalid_argument(problems.front().field + ": " + problems.front().message);
}

}  // namespace coffeeauth

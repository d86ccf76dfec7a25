#include "coffeeauth/http/fields.hpp"

#include <charconv>

#include <nlohmann/json.hpp>

#include "coffeeauth/http/schema.hpp"
#include "coffeeauth/user_service.hpp"

namespace coffeeauth::http {

bool has_field(const nlohmann::json& body, const char* name) { return body.contains(name); }

std::string_view text_of(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() ? std::string_view{found->get_ref<const std::string&>()}
                             : std::string_view{};
}

std::optional<bool> flag_of(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() ? std::optional{found->get<bool>()} : std::nullopt;
}

std::optional<std::int64_t> integer_of(const nlohmann::json& body, const char* name) {
  const auto found = body.find(name);
  return found != body.end() ? std::optional{found->get<std::int64_t>()} : std::nullopt;
}

Result<VerificationCode> code_of(const nlohmann::json& body, const char* name) {
  const auto& member = body.at(name);
  return member.is_number_integer() ? VerificationCode::parse_number(member.get<std::int64_t>())
                                    : VerificationCode::parse(text_of(body, name));
}

Result<std::optional<VerificationCode>> optional_code(const nlohmann::json& body,
                                                      const char* name) {
  if (!has_field(body, name)) return std::optional<VerificationCode>{};
  auto code = code_of(body, name);
  if (!code) return code.error();
  return std::optional<VerificationCode>{*std::move(code)};
}

Result<std::optional<std::string>> optional_name(const nlohmann::json& body, const char* name) {
  return optional_field<std::string>(body, name,
                                     [&](std::string_view text) { return parse_name(name, text); });
}

Result<std::optional<Language>> optional_language(const nlohmann::json& body, const char* name) {
  if (has_field(body, name) && body.at(name).is_null()) return std::optional{Language{}};
  return optional_field<Language>(body, name, Language::parse);
}

std::string_view query_text(const Parameters& parameters, std::string_view name) noexcept {
  const auto found = parameters.find(name);
  return found != parameters.end() ? std::string_view{found->second} : std::string_view{};
}

std::optional<bool> query_flag(const Parameters& parameters, std::string_view name) noexcept {
  return parse_flag(query_text(parameters, name));
}

std::size_t query_number(const Parameters& parameters, std::string_view name,
                         std::size_t otherwise) noexcept {
  const auto text = query_text(parameters, name);
  std::size_t number = otherwise;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  return read.ec == std::errc::result_out_of_range ? SIZE_MAX : number;
}

}  // namespace coffeeauth::http

#include "lib/http/json_body.hpp"

#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

using Json = nlohmann::json;

/// Builds the value as nlohmann's parser meets its parts. The parser's own builder keeps the last
/// of two members with one name and knows no limit of depth.
class ObjectReader final : public nlohmann::json_sax<Json> {
 public:
  explicit ObjectReader(std::size_t max_depth) : max_depth_(max_depth) {}

  [[nodiscard]] Json take() { return std::move(root_); }

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override { return add(value); }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& text) override { return has_no_nul(text) && add(std::move(text)); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return enter(Json::object()); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return enter(Json::array()); }
  bool end_array() override { return leave(); }
  bool key(string_t& name) override {
    if (!has_no_nul(name) || open_.back()->contains(name)) return false;
    name_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  static bool has_no_nul(const std::string& text) { return text.find('\0') == std::string::npos; }

  Json& place(Json&& value) {
    Json& parent = *open_.back();
    if (parent.is_array()) return parent.emplace_back(std::move(value));
    return parent[name_] = std::move(value);
  }
  bool add(Json&& value) {
    if (open_.empty()) return false;  // a bare value is no object
    place(std::move(value));
    return true;
  }
  bool enter(Json&& container) {
    if (open_.size() == max_depth_) return false;
    if (open_.empty()) {
      if (!container.is_object()) return false;
      root_ = std::move(container);
      open_.push_back(&root_);
    } else {
      // A container grows only while it is the innermost one, so pointers to its parents stay good.
      open_.push_back(&place(std::move(container)));
    }
    return true;
  }
  bool leave() {
    open_.pop_back();
    return true;
  }

  std::size_t max_depth_;
  Json root_;
  std::vector<Json*> open_;
  std::string name_;
};

bool is_utf8_charset(std::string_view parameter) noexcept {
  auto value = parameter;
  const auto name = take_item(value, '=');
  if (value.size() >= 2 && value.front() == '"' && value.back() == '"') {
    value = value.substr(1, value.size() - 2);
  }
  return equal_ignoring_case(name, "charset") && equal_ignoring_case(value, "utf-8");
}

}  // namespace

Result<Json> parse_json_object(std::string_view text, std::size_t max_depth) {
  // nlohmann's lexer takes a NUL for the end of the text, and steps over a byte order mark.
  if (text.find('\0') != std::string_view::npos || text.starts_with("\xEF\xBB\xBF")) {
    return ErrorCode::invalid_request;
  }
  ObjectReader reader{max_depth};
  if (!Json::sax_parse(text, &reader)) return ErrorCode::invalid_request;
  return reader.take();
}

bool declares_json(const Request& request) {
  if (request.header_count("Content-Type") != 1) return false;
  if (request.header_count("Content-Encoding") > 0) return false;
  auto parameters = request.header("Content-Type");
  if (!equal_ignoring_case(take_item(parameters, ';'), "application/json")) return false;
  while (!parameters.empty()) {
    const auto parameter = take_item(parameters, ';');
    if (!parameter.empty() && !is_utf8_charset(parameter)) return false;
  }
  return true;
}

}  // namespace coffeeauth::http

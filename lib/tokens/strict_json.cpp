#include "lib/tokens/strict_json.hpp"

#include <limits>
#include <set>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace coffeeauth {

/// Gathers members as nlohmann's parser meets them. The parser's own object keeps the last of two
/// members with one name; here the second ends the reading.
class JsonMembersReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  [[nodiscard]] JsonMembers take() { return std::move(result_); }

  bool null() override { return value({}); }
  bool boolean(bool flag) override { return value(ClaimValue{flag}); }
  bool number_integer(number_integer_t number) override {
    return value(ClaimValue{std::int64_t{number}});
  }
  bool number_unsigned(number_unsigned_t number) override {
    if (!std::in_range<std::int64_t>(number)) return value({});
    return value(ClaimValue{static_cast<std::int64_t>(number)});
  }
  bool number_float(number_float_t, const string_t&) override { return value({}); }
  bool string(string_t& text) override {
    return has_no_nul(text) && value(ClaimValue{std::move(text)});
  }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override {
    if (levels_.empty()) return false;
    const bool is_member = levels_.size() == 1;
    if (!enter()) return false;
    if (is_member) list_.emplace();
    return true;
  }
  bool end_array() override {
    leave();
    if (levels_.size() == 1 && list_) value(ClaimValue{*std::exchange(list_, std::nullopt)});
    return true;
  }

  bool key(string_t& name) override {
    if (!has_no_nul(name) || !levels_.back().insert(name).second) return false;
    if (levels_.size() == 1) name_ = name;
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  static constexpr std::size_t deepest = 8;

  static bool has_no_nul(const std::string& text) { return text.find('\0') == std::string::npos; }

  bool value(JsonMembers::Value value) {
    if (levels_.empty()) return false;  // a bare value is not an object
    if (levels_.size() == 1) result_.members_.insert_or_assign(name_, std::move(value));
    if (list_) add_to_list(std::move(value));
    return true;
  }
  bool enter() {
    if (levels_.size() == deepest) return false;
    if (!levels_.empty()) value({});
    levels_.emplace_back();
    return true;
  }
  bool leave() {
    levels_.pop_back();
    return true;
  }
  /// A list of anything but texts is no claim.
  void add_to_list(JsonMembers::Value value) {
    auto* const text = value ? std::get_if<std::string>(&*value) : nullptr;
    if (text == nullptr) {
      list_.reset();
    } else {
      list_->push_back(std::move(*text));
    }
  }

  JsonMembers result_;
  std::string name_;
  /// The names met so far in each open object; of an open array, none.
  std::vector<std::set<std::string>> levels_;
  /// The texts of the list that a member is, while it is open.
  std::optional<std::vector<std::string>> list_;
};

std::optional<JsonMembers> JsonMembers::parse(std::string_view text) {
  // nlohmann's lexer takes a NUL for the end of the text, and steps over a byte order mark.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (text.starts_with("\xEF\xBB\xBF")) return std::nullopt;
  JsonMembersReader reader;
  if (!nlohmann::json::sax_parse(text, &reader)) return std::nullopt;
  return reader.take();
}

std::optional<std::string> JsonMembers::text(std::string_view name) const {
  const auto found = members_.find(name);
  if (found == members_.end()) return std::nullopt;
  const auto* text = found->second ? std::get_if<std::string>(&*found->second) : nullptr;
  return text != nullptr ? std::optional{*text} : std::nullopt;
}

std::vector<std::string> JsonMembers::texts(std::string_view name) const {
  const auto found = members_.find(name);
  if (found == members_.end() || !found->second) return {};
  const auto* texts = std::get_if<std::vector<std::string>>(&*found->second);
  return texts != nullptr ? *texts : std::vector<std::string>{};
}

std::optional<std::int64_t> JsonMembers::integer(std::string_view name) const {
  const auto found = members_.find(name);
  if (found == members_.end()) return std::nullopt;
  const auto* number = found->second ? std::get_if<std::int64_t>(&*found->second) : nullptr;
  return number != nullptr ? std::optional{*number} : std::nullopt;
}

}  // namespace coffeeauth

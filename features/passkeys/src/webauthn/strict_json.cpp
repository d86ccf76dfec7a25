#include "features/passkeys/src/webauthn/strict_json.hpp"

#include <set>
#include <vector>

namespace coffeeauth::passkeys {
namespace {

/// Ends the reading at what nlohmann's own object would take: of two members with one name, it
/// keeps the last.
class StrictnessCheck final : public nlohmann::json_sax<nlohmann::json> {
 public:
  bool null() override { return is_inside(); }
  bool boolean(bool) override { return is_inside(); }
  bool number_integer(number_integer_t) override { return is_inside(); }
  bool number_unsigned(number_unsigned_t) override { return is_inside(); }
  bool number_float(number_float_t, const string_t&) override { return is_inside(); }
  bool string(string_t&) override { return is_inside(); }
  bool binary(binary_t&) override { return false; }

  bool start_object(std::size_t) override { return enter(); }
  bool end_object() override { return leave(); }
  bool start_array(std::size_t) override { return is_inside() && enter(); }
  bool end_array() override { return leave(); }

  bool key(string_t& name) override { return levels_.back().insert(name).second; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::json::exception&) override {
    return false;
  }

 private:
  static constexpr std::size_t most_levels = 16;

  /// A bare value is not an object.
  [[nodiscard]] bool is_inside() const { return !levels_.empty(); }
  bool enter() {
    if (levels_.size() == most_levels) return false;
    levels_.emplace_back();
    return true;
  }
  bool leave() {
    levels_.pop_back();
    return true;
  }

  /// The names met so far in each open object; of an open array, none.
  std::vector<std::set<std::string>> levels_;
};

}  // namespace

std::optional<nlohmann::json> parse_strict_json(std::string_view text) {
  // nlohmann's lexer takes a NUL for the end of the text, and steps over a byte order mark.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (text.starts_with("\xEF\xBB\xBF")) return std::nullopt;
  StrictnessCheck check;
  if (!nlohmann::json::sax_parse(text, &check)) return std::nullopt;
  return nlohmann::json::parse(text);
}

const std::string* text_at(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() ? found->get_ptr<const std::string*>() : nullptr;
}

}  // namespace coffeeauth::passkeys

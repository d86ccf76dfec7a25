#include "lib/http/json_body.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "lib/http/body_place.hpp"

namespace coffeeauth::http {
namespace {

using Json = nlohmann::json;

/// Walks over the body and notes how far the parser has come, which its events do not say.
class TrackedIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  TrackedIterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  friend bool operator==(const TrackedIterator& a, const TrackedIterator& b) {
    return a.at_ == b.at_;
  }
  friend bool operator!=(const TrackedIterator& a, const TrackedIterator& b) { return !(a == b); }

 private:
  const char* at_;
  const char** furthest_;
};

/// What the parser's exception says, in words for whoever wrote the client. Its own text quotes
/// the body, in which there are passwords.
struct Phrase {
  std::string_view said;
  std::string_view meant;
  /// The parser stands behind the token that is wrong, and not on the octet.
  bool behind_token;
};
constexpr std::array<Phrase, 15> phrases{
    {{"ill-formed UTF-8", "the text is not UTF-8", false},
     {"surrogate", "an escaped surrogate lacks its other half", false},
     {"control character", "a control character in a string must be escaped", false},
     {"missing closing quote", "a string has no closing quote", false},
     {"must be followed by 4 hex digits", "\\u must be followed by four hexadecimal digits", false},
     {"forbidden character after backslash", "a backslash starts no valid escape", false},
     {"number overflow", "a number is too large", true},
     {"invalid number", "a number is malformed", false},
     {"unexpected end of input", "it ends too early", false},
     {"; expected end of input", "something follows the object", true},
     {"; expected string literal", "the name of a member, in double quotes, is expected", true},
     {"; expected ':'", "a colon is expected after the name of a member", true},
     {"; expected '}'", "a comma or a closing brace is expected", true},
     {"; expected ']'", "a comma or a closing bracket is expected", true},
     {"", "a value is expected (strings need double quotes)", true}}};

Phrase phrase_for(std::string_view said) {
  // What is quoted may look like anything.
  const auto quoted = said.find("; last read: ");
  const auto own = said.substr(0, quoted);
  return *std::find_if(phrases.begin(), phrases.end(), [&](const Phrase& phrase) {
    return own.find(phrase.said) != std::string_view::npos;
  });
}

/// Builds the value as nlohmann's parser meets its parts. The parser's own builder keeps the last
/// of two members with one name and knows no limit of depth.
class ObjectReader final : public nlohmann::json_sax<Json> {
 public:
  ObjectReader(std::string_view text, std::size_t max_depth)
      : text_(text), max_depth_(max_depth), furthest_(text.data()) {}

  [[nodiscard]] bool read() {
    const auto* const end = text_.data() + text_.size();
    return Json::sax_parse(TrackedIterator{text_.data(), &furthest_},
                           TrackedIterator{end, &furthest_}, this);
  }
  [[nodiscard]] Json take() { return std::move(root_); }
  [[nodiscard]] Error error() const {
    return {.code = ErrorCode::invalid_request, .detail = problem_};
  }

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
    if (!has_no_nul(name)) return false;
    path_.name(name);
    if (open_.back()->contains(name)) return refuse("a member occurs twice");
    name_ = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception& failure) override {
    const auto phrase = phrase_for(failure.what());
    const auto read = std::min(position, text_.size());
    const bool at_end = position > text_.size() || read == 0;
    const auto octet = at_end ? read : read - 1;
    note(phrase.meant, phrase.behind_token && !at_end ? start_of_token(text_, read) : octet);
    return false;
  }

 private:
  void note(std::string_view what, std::size_t offset) {
    problem_ = "The request body is not an acceptable JSON object: ";
    problem_.append(what).append(" (").append(line_and_column(text_, offset));
    if (const auto path = path_.text(); !path.empty()) problem_.append(", in ").append(path);
    problem_.append(").");
  }
  bool refuse(std::string_view what) {
    note(what, start_of_token(text_, static_cast<std::size_t>(furthest_ - text_.data())));
    return false;
  }

  bool has_no_nul(const std::string& text) {
    return text.find('\0') == std::string::npos || refuse("a string contains a NUL");
  }

  Json& place(Json&& value) {
    Json& parent = *open_.back();
    if (parent.is_array()) return parent.emplace_back(std::move(value));
    return parent[name_] = std::move(value);
  }
  bool add(Json&& value) {
    if (open_.empty()) return refuse("the outermost value is not an object");
    place(std::move(value));
    path_.value_done();
    return true;
  }
  bool enter(Json&& container) {
    if (open_.size() == max_depth_) {
      return refuse("it is nested deeper than " + std::to_string(max_depth_) + " levels");
    }
    const bool is_array = container.is_array();
    if (open_.empty()) {
      if (is_array) return refuse("the outermost value is not an object");
      root_ = std::move(container);
      open_.push_back(&root_);
    } else {
      // A container grows only while it is the innermost one, so pointers to its parents stay good.
      open_.push_back(&place(std::move(container)));
    }
    is_array ? path_.enter_array() : path_.enter_object();
    return true;
  }
  bool leave() {
    open_.pop_back();
    path_.leave();
    path_.value_done();
    return true;
  }

  std::string_view text_;
  std::size_t max_depth_;
  const char* furthest_;
  Json root_;
  std::vector<Json*> open_;
  std::string name_;
  MemberPath path_;
  std::string problem_;
};

Error unreadable(std::string detail) {
  return {.code = ErrorCode::invalid_request, .detail = std::move(detail)};
}

}  // namespace

Result<Json> parse_json_object(std::string_view text, std::size_t max_depth) {
  if (text.empty()) return unreadable("The request body is empty; a JSON object is expected.");
  // nlohmann's lexer takes a NUL for the end of the text, and steps over a byte order mark.
  if (const auto nul = text.find('\0'); nul != std::string_view::npos) {
    return unreadable("The request body is not JSON: it contains a NUL (" +
                      line_and_column(text, nul) + ").");
  }
  if (text.starts_with("\xEF\xBB\xBF")) {
    return unreadable("The request body begins with a byte order mark, which JSON forbids.");
  }
  ObjectReader reader{text, max_depth};
  if (!reader.read()) return reader.error();
  return reader.take();
}

}  // namespace coffeeauth::http

#pragma once
/// BodyPlace: where in a JSON body something is wrong. Private to the library.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coffeeauth::http {

/// `line 2, column 5`: both from 1, columns in characters. `offset` may be the end of `text`.
[[nodiscard]] std::string line_and_column(std::string_view text, std::size_t offset);

/// Where the token begins whose last octet stands before `end`: a text in quotes, a word, a number.
[[nodiscard]] std::size_t start_of_token(std::string_view text, std::size_t end) noexcept;

/// The path of the member that is being read: `a.b[2]`. Names that are not short and plain are
/// shown as `?`.
class MemberPath {
 public:
  void enter_object() { levels_.push_back({.is_array = false}); }
  void enter_array() { levels_.push_back({.is_array = true}); }
  void leave() { levels_.pop_back(); }
  /// A member of the innermost object begins.
  void name(std::string_view member);
  /// A value of the innermost container is there.
  void value_done();

  /// Empty outside of any member.
  [[nodiscard]] std::string text() const;

 private:
  struct Level {
    bool is_array = false;
    std::string member{};
    std::size_t index = 0;
  };
  std::vector<Level> levels_;
};

}  // namespace coffeeauth::http

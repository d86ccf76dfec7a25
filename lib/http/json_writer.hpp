#pragma once
/// JsonWriter: writes JSON straight into a string. Private to the library.

#include <cstdint>
#include <string>
#include <string_view>

namespace coffeeauth::http {

/// Answers are small and their shape is known, so they are written without building a tree first.
/// The caller keeps the order: begin, (key, value)*, end. Texts must be well-formed UTF-8.
class JsonWriter {
 public:
  JsonWriter& begin_object() { return open('{'); }
  JsonWriter& end_object() { return close('}'); }
  JsonWriter& begin_array() { return open('['); }
  JsonWriter& end_array() { return close(']'); }
  JsonWriter& key(std::string_view name);

  JsonWriter& text(std::string_view value);
  JsonWriter& integer(std::int64_t value);
  JsonWriter& boolean(bool value);
  JsonWriter& null();
  /// A value that is JSON already.
  JsonWriter& json(std::string_view value);

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void separate();
  void quote(std::string_view text);
  JsonWriter& open(char bracket);
  JsonWriter& close(char bracket);

  std::string out_;
  /// Whether a value at this place needs a comma before it.
  bool comma_ = false;
};

}  // namespace coffeeauth::http

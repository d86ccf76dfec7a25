#pragma once
/// The OpenAPI document, read the way a client's generator reads it: from its text alone.

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace coffeeauth::http {

using Json = nlohmann::json;

/// One operation of the document.
struct Operation {
  std::string method;
  std::string path;
  Json description;

  [[nodiscard]] bool needs_token() const { return !description.at("security").empty(); }
  [[nodiscard]] const Json* request_schema() const;
  [[nodiscard]] bool lists_error(int status, std::string_view code) const;
};

class Document {
 public:
  explicit Document(const std::string& text);

  [[nodiscard]] const Json& root() const noexcept { return root_; }
  [[nodiscard]] const std::vector<Operation>& operations() const noexcept { return operations_; }
  [[nodiscard]] const Operation& operation(std::string_view method, std::string_view path) const;

  /// Follows `$ref` to the end.
  [[nodiscard]] const Json& resolved(const Json& schema) const;
  /// Where and how `value` breaks `schema`; empty when it does not.
  [[nodiscard]] std::string violation(const Json& schema, const Json& value,
                                      const std::string& where = "$") const;
  /// A value that `schema` describes, made of its examples, words and types; `complete` with its
  /// optional members, too.
  [[nodiscard]] Json example_of(const Json& schema, bool complete) const;

 private:
  Json root_;
  std::vector<Operation> operations_;
};

/// `/api/users/{id}` with every parameter replaced by an id of nobody.
[[nodiscard]] std::string concrete(std::string path);

}  // namespace coffeeauth::http

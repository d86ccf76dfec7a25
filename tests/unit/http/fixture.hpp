#pragma once
/// What the tests of the REST API's parts share. They are private to the library; each is tested by
/// itself because what reaches them over HTTP has been through the others.

#include "coffeeauth/testing/doctest.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/http/request.hpp"
#include "coffeeauth/http/schema.hpp"

namespace coffeeauth::http {

inline Request with_headers(std::vector<Header> headers) {
  return {.method = "GET",
          .target = "/",
          .headers = std::move(headers),
          .body = {},
          .peer_address = {}};
}

inline SchemaPtr shared(Schema schema) { return std::make_shared<const Schema>(std::move(schema)); }

/// `field: code` of each error, with commas.
inline std::string summary(const std::vector<FieldError>& errors) {
  std::string text;
  for (const auto& error : errors) {
    text.append(text.empty() ? "" : ", ").append(error.field).append(": ").append(error.code);
  }
  return text;
}

}  // namespace coffeeauth::http

#pragma once
/// Schemas shared by many routes, and functions to make others. An `example` is JSON:
/// R"("ada@example.com")".

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/http/schema.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace http {
namespace schemas {

// Fields.
/// An email address, for EmailAddress::parse().
[[nodiscard]] SchemaPtr email();
/// A password, for Password::parse().
[[nodiscard]] SchemaPtr password();
/// The digits from a mail as a string or number, for code_of().
[[nodiscard]] SchemaPtr verification_code();
/// A token of 1 to 4,096 characters.
[[nodiscard]] SchemaPtr token(std::string description, std::string example);
/// A UUID; the default example is an account's.
[[nodiscard]] SchemaPtr id(std::string description, std::string example = {});
/// A date and time in UTC (RFC 3339).
[[nodiscard]] SchemaPtr moment(std::string description);
/// A text of at most `max_length` characters, which may be empty.
[[nodiscard]] SchemaPtr text(std::string description, std::size_t max_length, std::string example);
/// One of several words.
[[nodiscard]] SchemaPtr choice(std::string description, std::vector<std::string> values);
/// A boolean.
[[nodiscard]] SchemaPtr boolean(std::string description);
/// A whole number of at least `minimum`; the default example is `minimum`.
[[nodiscard]] SchemaPtr integer(std::string description, std::int64_t minimum,
                                std::string example = {});
/// For a query parameter: a whole number, or `word`.
[[nodiscard]] SchemaPtr integer_or(std::string description, std::int64_t minimum, std::string word);

// Whole bodies.
/// An object. `component` is its name in the document, unique within the API; empty for none.
[[nodiscard]] SchemaPtr object(std::string component, std::string description,
                               std::vector<Property> properties);
/// An array.
[[nodiscard]] SchemaPtr array_of(SchemaPtr items);
/// An account as its owner sees it: user_response().
[[nodiscard]] SchemaPtr user();
/// An account as administrators see it: managed_user_response().
[[nodiscard]] SchemaPtr managed_user();
/// The result of a login: token_response().
[[nodiscard]] SchemaPtr token_pair();
/// The result of a re-authentication: reauthentication_response().
[[nodiscard]] SchemaPtr reauthenticated();
/// The result of a route that mails a code: receipt_response().
[[nodiscard]] SchemaPtr code_receipt();

// Variants.
/// `schema`, with `null` allowed as well.
[[nodiscard]] SchemaPtr nullable(const SchemaPtr& schema);
/// `schema`, for a member of a response that a request may repeat but not change.
[[nodiscard]] SchemaPtr read_only(const SchemaPtr& schema);

}  // namespace schemas
}  // namespace http
}  // namespace coffeeauth

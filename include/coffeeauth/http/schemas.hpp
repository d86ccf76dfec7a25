#pragma once
/// Schemas that many routes share, and makers of further ones. An `example` is JSON:
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
/// An e-mail address, for EmailAddress::parse().
[[nodiscard]] SchemaPtr email();
/// A password, for Password::parse().
[[nodiscard]] SchemaPtr password();
/// The digits from a mail, as a text or a number, for code_of().
[[nodiscard]] SchemaPtr verification_code();
/// A token of 1 to 4,096 characters.
[[nodiscard]] SchemaPtr token(std::string description, std::string example);
/// A UUID; without an example, that of some account.
[[nodiscard]] SchemaPtr id(std::string description, std::string example = {});
/// A date and time in UTC (RFC 3339).
[[nodiscard]] SchemaPtr moment(std::string description);
/// A text of at most `max_length` characters, which may be empty.
[[nodiscard]] SchemaPtr text(std::string description, std::size_t max_length, std::string example);
/// One of some words.
[[nodiscard]] SchemaPtr choice(std::string description, std::vector<std::string> values);
/// True or false.
[[nodiscard]] SchemaPtr boolean(std::string description);
/// A whole number from `minimum` on; its example is `minimum` unless another is given.
[[nodiscard]] SchemaPtr integer(std::string description, std::int64_t minimum,
                                std::string example = {});
/// For a parameter of a query: a whole number, or `word`.
[[nodiscard]] SchemaPtr integer_or(std::string description, std::int64_t minimum, std::string word);

// Whole bodies.
/// An object. `component` is its name in the document, which no other object of the API may have;
/// empty for none.
[[nodiscard]] SchemaPtr object(std::string component, std::string description,
                               std::vector<Property> properties);
/// A list.
[[nodiscard]] SchemaPtr array_of(SchemaPtr items);
/// An account as its owner sees it: user_response().
[[nodiscard]] SchemaPtr user();
/// An account as administrators see it: managed_user_response().
[[nodiscard]] SchemaPtr managed_user();
/// What a login hands out: token_response().
[[nodiscard]] SchemaPtr token_pair();
/// What proving once more who one is hands out: reauthentication_response().
[[nodiscard]] SchemaPtr reauthenticated();
/// What a route answers that mails a code: receipt_response().
[[nodiscard]] SchemaPtr code_receipt();

// Variants.
/// `schema`, with `null` beside its values.
[[nodiscard]] SchemaPtr nullable(const SchemaPtr& schema);
/// `schema`, as a part of an answer that a request may repeat but not change.
[[nodiscard]] SchemaPtr read_only(const SchemaPtr& schema);

}  // namespace schemas
}  // namespace http
}  // namespace coffeeauth

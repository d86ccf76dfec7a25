#include "room.hpp"

#include <nlohmann/json.hpp>

#include "coffeeauth/http/answers.hpp"
#include "coffeeauth/http/fields.hpp"
#include "coffeeauth/http/schemas.hpp"
#include "coffeeauth/sql/query.hpp"
#include "loyalty_mails.hpp"

namespace loyalty {
namespace {

namespace http = ca::http;
using ca::sql::query;

constexpr auto claim = "loyalty_tier";
constexpr std::string_view tier_mail = "loyalty_tier_changed";
constexpr ca::EventKind tier_changed{"loyalty_tier_changed"};

/// Returns the tier in the token, without a query: the tier at the last login or refresh.
ca::Result<http::Response> show(const http::RouteContext& context) {
  const auto tier = context.principal->claims.find(claim);
  if (tier == context.principal->claims.end()) return ca::ErrorCode::not_found;
  return http::json_response(200, {{"tier", std::get<std::string>(tier->second)}});
}

ca::Result<http::Response> change(Room& room, const http::RouteContext& context) {
  const auto customer = ca::UserId::parse(http::query_text(context.path_parameters, "id"));
  if (!customer) return ca::ErrorCode::not_found;
  const std::string tier{http::text_of(context.body, "tier")};
  const auto moved = room.move(*customer, tier, *context.principal, context.client);
  if (!moved) return moved.error();
  return http::no_content();
}

}  // namespace

ca::Contributions Room::attach(ca::Kernel& kernel) {
  kernel_ = kernel;
  return {.recorders = {this}, .claims = {this}, .mails = mail_kinds()};
}

/// Verifying the mailbox makes the user a customer, in the same transaction.
void Room::record(ca::Transaction& tx, const ca::Event& event) {
  if (event.kind != ca::EventKind::user_verified) return;
  query(tx,
        {"INSERT INTO loyalty_customers (user_id, tier) VALUES ($1, 'bronze') "
         "ON CONFLICT (user_id) DO NOTHING"},
        {event.user->str()});
}

/// Called at each login and refresh.
ca::Claims Room::claims_of(const ca::LiveSession& live) {
  const auto rows =
      query(kernel_->store(), {"SELECT tier FROM loyalty_customers WHERE user_id = $1", "t"},
            {live.user.id.str()});
  return rows.empty() ? ca::Claims{} : ca::Claims{{claim, rows.front().text(0)}};
}

ca::Result<void> Room::move(const ca::UserId& customer, const std::string& tier,
                            const ca::Principal& who, const ca::ClientContext& client) {
  return kernel_->store().transact([&](ca::Transaction& tx) -> ca::Result<void> {
    const auto rows =
        query(tx, {"UPDATE loyalty_customers SET tier = $2 WHERE user_id = $1 RETURNING tier", "t"},
              {customer.str(), tier});
    const auto user = tx.users().find(customer);
    if (rows.empty() || !user) return ca::ErrorCode::not_found;
    kernel_->enqueue(tx, tier_mail,
                     {.to = user->email, .first_name = user->first_name, .extra = {{"tier", tier}}},
                     std::nullopt);
    kernel_->record(
        tx, {.kind = tier_changed, .user = customer, .actor = who.user.id, .client = client});
    return {};
  });
}

std::vector<http::Route> routes(Room& room) {
  namespace schemas = http::schemas;
  const auto tier = schemas::choice("The tier.", {"bronze", "silver", "gold"});
  const auto body = schemas::object("Loyalty", "A customer's tier.", {{"tier", tier, true}});
  return {{.method = "GET",
           .path = "/api/me/loyalty",
           .access = http::Access::user,
           .handler = show,
           .documented = true,
           .operation_id = "getLoyalty",
           .summary = "The caller's tier",
           .tag = "loyalty",
           .tag_description = "Loyalty tiers.",
           .response_schema = body,
           .errors = {ca::ErrorCode::not_found}},
          {.method = "PUT",
           .path = "/api/users/{id}/loyalty",
           .access = http::Access::admin,
           .handler = [&room](const http::RouteContext& context) { return change(room, context); },
           .documented = true,
           .operation_id = "setLoyalty",
           .summary = "Move a customer to another tier",
           .tag = "loyalty",
           .request_schema = body,
           .success_status = 204,
           .errors = {ca::ErrorCode::not_found}}};
}

}  // namespace loyalty

#pragma once
/// What the routes of the room have in common. Private to the room.

#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "coffeeauth/http/route.hpp"
#include "coffeeauth/second_factor/routes.hpp"

namespace coffeeauth::second_factor {

/// Makes a route with what all routes of the room have in common.
[[nodiscard]] http::Route route(std::string method, std::string path, std::string operation_id,
                                std::string summary);
/// Makes a route of whoever is logged in.
[[nodiscard]] http::Route own_route(std::string method, std::string path, std::string operation_id,
                                    std::string summary);

/// A factor as its owner sees it.
[[nodiscard]] nlohmann::json factor_json(const Factor& factor);
[[nodiscard]] http::SchemaPtr factor_schema();
/// When a code that was sent expires.
[[nodiscard]] http::SchemaPtr sent_schema();
/// The codes as texts.
[[nodiscard]] nlohmann::json codes_json(const RecoveryCodes& codes);
[[nodiscard]] http::SchemaPtr codes_schema();

/// What proves a second step.
[[nodiscard]] std::vector<http::Route> step_routes(SecondFactor& second_factor);
/// What an account has.
[[nodiscard]] std::vector<http::Route> overview_routes(SecondFactor& second_factor);
[[nodiscard]] std::vector<http::Route> factor_routes(SecondFactor& second_factor,
                                                     const RouteOptions& options);
[[nodiscard]] std::vector<http::Route> device_routes(SecondFactor& second_factor);

}  // namespace coffeeauth::second_factor

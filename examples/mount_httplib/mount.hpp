#pragma once
/// mount(): the whole REST API in a cpp-httplib server.

#include <httplib.h>

#include <string>
#include <utility>

#include "coffeeauth/http/api.hpp"

/// Routes all paths of `server` to `api`, except those of routes that you added before. Borrows
/// `api`. httplib calls handlers on a pool of threads, so hashing a password delays no other
/// request.
inline void mount(httplib::Server& server, coffeeauth::http::Api& api) {
  const auto send = [](const coffeeauth::http::Response& from, httplib::Response& to) {
    to.status = from.status;
    to.headers.clear();
    for (const auto& [name, value] : from.headers) to.set_header(name, value);
    to.body = from.text();
  };
  const auto handle = [&api, send](const httplib::Request& from, httplib::Response& to) {
    coffeeauth::http::Request request{.method = from.method,
                                      .target = from.target,
                                      .body = from.body,
                                      .peer_address = from.remote_addr};
    for (const auto& [name, value] : from.headers) request.headers.push_back({name, value});
    send(api.handle(request), to);
  };
  // Get() also answers HEAD; the API decides whether a method is allowed.
  server.Get(".*", handle).Post(".*", handle).Put(".*", handle).Patch(".*", handle);
  server.Delete(".*", handle).Options(".*", handle);

  // Turns httplib's own rejections into problem+json. Responses of the API have a body already.
  server.set_payload_max_length(api.max_body());
  using Handler = httplib::Server::HandlerWithResponse;
  server.set_error_handler(
      Handler{[&api, send](const httplib::Request& from, httplib::Response& to) {
        if (!to.body.empty()) return httplib::Server::HandlerResponse::Unhandled;
        using coffeeauth::ErrorCode;
        const auto why = to.status == 413   ? coffeeauth::http::errors::payload_too_large
                         : to.status == 404 ? ErrorCode::not_found
                         : to.status >= 500 ? ErrorCode::internal
                                            : ErrorCode::invalid_request;
        send(api.problem(why, from.get_header_value("Origin")), to);
        return httplib::Server::HandlerResponse::Handled;
      }});
}

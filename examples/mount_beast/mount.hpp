#pragma once
/// serve(): the whole REST API in a Boost.Beast server.
#include <boost/asio.hpp>
#include <boost/beast.hpp>
#include <chrono>
#include <string>
#include <utility>

#include "coffeeauth/http/api.hpp"

/// Answers the requests of one connection. Runs on the executor of `socket`, the event loop; the
/// API, with its hashing and its database, runs on `workers`. Borrows both.
inline boost::asio::awaitable<void> serve(boost::asio::ip::tcp::socket socket,
                                          coffeeauth::http::Api& api,
                                          boost::asio::thread_pool& workers) {
  namespace asio = boost::asio;
  namespace http = boost::beast::http;
  boost::beast::tcp_stream stream{std::move(socket)};
  const auto peer = stream.socket().remote_endpoint().address().to_string();
  boost::beast::flat_buffer buffer;
  boost::beast::error_code failed;
  auto may_fail = asio::redirect_error(asio::use_awaitable, failed);
  for (bool go_on = true; go_on;) {
    http::request_parser<http::string_body> parser;
    parser.body_limit(api.max_body());
    stream.expires_after(std::chrono::seconds{30});
    co_await http::async_read(stream, buffer, parser, may_fail);
    if (failed == http::error::end_of_stream) break;
    auto& from = parser.get();
    coffeeauth::http::Response answer;
    if (failed) {
      const auto origin = from[http::field::origin];
      answer = api.problem(failed == http::error::body_limit
                               ? coffeeauth::http::errors::payload_too_large
                               : coffeeauth::ErrorCode::invalid_request,
                           {origin.data(), origin.size()});
    } else {
      coffeeauth::http::Request request{std::string{from.method_string()},
                                        std::string{from.target()}};
      for (const auto& field : from)
        request.headers.push_back({std::string{field.name_string()}, std::string{field.value()}});
      request.body = std::move(from.body());
      request.peer_address = peer;
      const auto work = [&]() -> asio::awaitable<void> {
        answer = api.handle(request);
        co_return;
      };
      co_await asio::co_spawn(workers, work, asio::use_awaitable);
    }
    http::response<http::string_body> to{static_cast<http::status>(answer.status), 11};
    for (const auto& [name, value] : answer.headers) to.insert(name, value);
    to.keep_alive(go_on = !failed && from.keep_alive());
    if (answer.status != 204 && answer.status != 304) to.content_length(answer.text().size());
    if (from.method() != http::verb::head) to.body() = answer.text();
    co_await http::async_write(stream, to, asio::use_awaitable);
  }
  // Closing the socket with unread input would reset the connection and lose the response.
  stream.socket().shutdown(asio::socket_base::shutdown_send, failed);
  stream.expires_after(std::chrono::seconds{2});
  for (char rest[4096]; !failed;) co_await stream.async_read_some(asio::buffer(rest), may_fail);
}

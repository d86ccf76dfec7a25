#pragma once
/// One client connection, from its first request to its end.

#include <optional>
#include <string>
#include <string_view>

#include <Poco/Net/TCPServerConnection.h>

#include "adapters/http/src/connection_registry.hpp"
#include "adapters/http/src/head.hpp"
#include "adapters/http/src/input_buffer.hpp"
#include "adapters/http/src/response_head.hpp"

namespace coffeeauth::http_poco {

/// Serves requests one after the other, on the thread that Poco calls run() on.
class Connection final : public Poco::Net::TCPServerConnection {
 public:
  /// Takes up an admitted socket. Borrows everything for its life.
  Connection(const Poco::Net::StreamSocket& socket, RequestHandler& handler, const Options& options,
             ConnectionRegistry& registry);
  ~Connection() override;

  void run() override;

 private:
  /// False when the connection is to be closed.
  bool serve_request();
  /// The octets of a whole head at the front of the input, or nothing when the connection is over.
  std::optional<std::size_t> await_head();
  bool await_first_octet();
  /// False when the request was refused.
  bool receive_body(const Head& head, std::string& body);
  bool receive_counted(const Head& head, std::string& body);
  bool receive_chunked(const Head& head, std::string& body);

  [[nodiscard]] http::Response answer(const http::Request& request) noexcept;
  [[nodiscard]] http::Response problem(ErrorCode code) noexcept;
  void send(const http::Response& response, bool with_body, AfterResponse after);
  /// Answers with the problem, takes the rest of the input off the peer's hands, and ends.
  void refuse(ErrorCode code);
  void discard_input();

  std::size_t receive(char* to, std::size_t octets);
  bool receive_more();
  /// Whether octets of a further request are there already.
  [[nodiscard]] bool has_more() const noexcept;
  [[nodiscard]] bool is_interrupted_by_stop() const noexcept;
  void send_octets(std::string_view octets, int flags = 0);
  void enter(Phase phase, std::chrono::milliseconds allowed) noexcept;

  RequestHandler& handler_;
  const Options& options_;
  ConnectionRegistry& registry_;
  ConnectionRegistry::Entry& entry_;
  InputBuffer input_;
  std::string output_;
  /// A response said that it was the last.
  bool closing_ = false;
  // Of the request in hand, for what refuses it.
  std::string origin_;
  bool first_request_ = true;
};

}  // namespace coffeeauth::http_poco

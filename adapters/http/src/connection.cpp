#include "adapters/http/src/connection.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <array>
#include <thread>
#include <utility>

#include <Poco/Exception.h>

#include "adapters/http/src/chunked.hpp"
#include "adapters/http/src/http_date.hpp"
#include "coffeeauth/http/errors.hpp"
#include "coffeeauth/wipe.hpp"

namespace coffeeauth::http_poco {
namespace {

// Up to here head and body are copied together and leave in one packet; beyond, a copy costs more
// than a second system call.
constexpr std::size_t small_body = 16 * 1024;

// How often a request that a stop met on its way in is looked after.
constexpr std::chrono::milliseconds stopping_pause{5};

// Whether the peer has not closed its side. After shutdownReceive() recv() says "end of input"
// either way.
bool peer_may_send(const Poco::Net::StreamSocket& socket) noexcept {
  tcp_info info{};
  socklen_t size = sizeof info;
  return getsockopt(socket.impl()->sockfd(), IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
         (info.tcpi_state == TCP_ESTABLISHED || info.tcpi_state == TCP_FIN_WAIT1 ||
          info.tcpi_state == TCP_FIN_WAIT2);
}

/// Also a body that was refused, or whose sender went away, may hold a password.
class WipedAtTheEnd {
 public:
  explicit WipedAtTheEnd(std::string& text) noexcept : text_(text) {}
  ~WipedAtTheEnd() { wipe(text_); }
  WipedAtTheEnd(const WipedAtTheEnd&) = delete;
  WipedAtTheEnd& operator=(const WipedAtTheEnd&) = delete;

 private:
  std::string& text_;
};

}  // namespace

Connection::Connection(const Poco::Net::StreamSocket& socket, RequestHandler& handler,
                       const Options& options, ConnectionRegistry& registry)
    : TCPServerConnection(socket),
      handler_(handler),
      options_(options),
      registry_(registry),
      entry_(registry.claim(socket)),
      input_(options.max_head) {}

Connection::~Connection() { registry_.release(entry_); }

void Connection::run() {
  try {
    while (serve_request()) {
    }
    if (closing_) discard_input();
  } catch (const Poco::Exception&) {
    // The peer is gone; there is nobody to tell.
  } catch (const std::exception&) {
    // No memory: closing is all that is left to do.
  } catch (...) {
    // Something of the embedder's, of a kind that nobody knows; the thread goes on.
  }
}

bool Connection::serve_request() {
  const auto head_size = await_head();
  if (!head_size) return false;
  const std::string_view octets = input_.unread().substr(0, *head_size);
  auto parsed = parse_head(octets);
  const ErrorCode* const error = std::get_if<ErrorCode>(&parsed);
  origin_ = error != nullptr ? origin_in(octets) : std::get<Head>(parsed).request.header("Origin");
  input_.consume(*head_size);
  if (error != nullptr) {
    refuse(*error);
    return false;
  }

  Head& head = std::get<Head>(parsed);
  const WipedAtTheEnd wiped{head.request.body};
  if (!receive_body(head, head.request.body)) return false;
  head.request.peer_address = entry_.peer_address;

  entry_.watch.enter_handling();
  const http::Response response = answer(head.request);
  // Nothing of it is needed any longer, and it may hold a password.
  wipe(head.request.body);
  if (!entry_.watch.begin_sending(SteadyClock::now() + options_.write_timeout)) return false;
  // What had arrived before a stop is answered, and so is what was sent behind it.
  const bool keep_alive = head.keep_alive && (!registry_.draining() || has_more());
  send(response, head.request.method != "HEAD",
       keep_alive ? AfterResponse::keep_alive : AfterResponse::close);
  first_request_ = false;
  closing_ = !keep_alive;
  return keep_alive;
}

std::optional<std::size_t> Connection::await_head() {
  if (!await_first_octet()) return std::nullopt;
  for (std::size_t scanned = 0;;) {
    const std::string_view unread = input_.unread();
    const HeadScan scan = scan_head(unread, scanned);
    if (scan.state == HeadState::complete) return scan.size;
    const bool full = unread.size() >= options_.max_head;
    if (scan.state == HeadState::malformed || full) {
      origin_ = origin_in(unread);
      refuse(full ? http::errors::headers_too_large : ErrorCode::invalid_request);
      return std::nullopt;
    }
    scanned = unread.size();
    if (!receive_more()) {
      origin_ = origin_in(input_.unread());
      refuse(entry_.timed_out ? http::errors::request_timeout : ErrorCode::invalid_request);
      return std::nullopt;
    }
  }
}

// Waits for a request to begin, and steps over one empty line before it (RFC 9112, 2.2).
bool Connection::await_first_octet() {
  if (input_.unread().empty()) {
    enter(Phase::idle, first_request_ ? options_.head_timeout : options_.idle_timeout);
    // A stop that looked before we were idle did not wake us; one that looks from now on will.
    if (registry_.draining()) socket().shutdownReceive();
    if (!receive_more()) return false;
  }
  enter(Phase::receiving, options_.head_timeout);
  while (input_.unread().size() < 2 && input_.unread() == "\r") {
    if (!receive_more()) return false;
  }
  if (input_.unread().starts_with("\r\n")) {
    input_.consume(2);
    return !input_.unread().empty() || receive_more();
  }
  return true;
}

bool Connection::receive_body(const Head& head, std::string& body) {
  if (head.chunked) return receive_chunked(head, body);
  return head.content_length == 0 || receive_counted(head, body);
}

bool Connection::receive_counted(const Head& head, std::string& body) {
  if (head.content_length > handler_.max_body()) {
    refuse(http::errors::payload_too_large);
    return false;
  }
  // At once: a text that grows leaves its octets behind in what it outgrows.
  body.reserve(head.content_length);
  const std::string_view early = input_.unread().substr(0, head.content_length);
  body.assign(early);
  input_.consume(early.size());
  if (body.size() == head.content_length) return true;

  enter(Phase::receiving, options_.body_timeout);
  if (head.expects_continue && body.empty()) send_octets("HTTP/1.1 100 Continue\r\n\r\n");
  std::size_t size = body.size();
  body.resize(head.content_length);
  while (size < body.size()) {
    const std::size_t received = receive(&body[size], body.size() - size);
    if (received == 0) {
      refuse(http::errors::request_timeout);
      return false;
    }
    size += received;
  }
  return true;
}

bool Connection::receive_chunked(const Head& head, std::string& body) {
  enter(Phase::receiving, options_.body_timeout);
  if (head.expects_continue && input_.unread().empty()) {
    send_octets("HTTP/1.1 100 Continue\r\n\r\n");
  }
  ChunkedReader reader(handler_.max_body());
  for (;;) {
    input_.consume(reader.read(input_.unread(), body));
    switch (reader.state()) {
      case ChunkedReader::State::complete:
        return true;
      case ChunkedReader::State::malformed:
        refuse(ErrorCode::invalid_request);
        return false;
      case ChunkedReader::State::too_large:
        refuse(http::errors::payload_too_large);
        return false;
      case ChunkedReader::State::incomplete:
        break;
    }
    if (!receive_more()) {
      refuse(http::errors::request_timeout);
      return false;
    }
  }
}

http::Response Connection::answer(const http::Request& request) noexcept {
  try {
    return handler_.handle(request);
  } catch (const Unavailable&) {
    return problem(ErrorCode::unavailable);
  } catch (...) {
    // Nothing of what was thrown may reach the peer.
    return internal_error();
  }
}

http::Response Connection::problem(ErrorCode code) noexcept {
  try {
    return handler_.problem(code, origin_);
  } catch (...) {
    return internal_error();
  }
}

void Connection::send(const http::Response& response, bool with_body, AfterResponse after) {
  output_.clear();
  if (!append_head(output_, response, http_date_now(), after)) {
    send(internal_error(), with_body, after);
    return;
  }
  const std::string_view body = with_body && response.body && may_have_body(response.status)
                                    ? std::string_view(*response.body)
                                    : std::string_view();
  enter(Phase::sending, options_.write_timeout);
  if (body.size() <= small_body) {
    output_.append(body);
    send_octets(output_);
  } else {
    send_octets(output_, MSG_MORE);
    send_octets(body);
  }
}

void Connection::refuse(ErrorCode code) {
  send(problem(code), true, AfterResponse::close);
  closing_ = true;
}

// Closing with input unread sends a reset, which can wipe the answer out before the peer reads it.
void Connection::discard_input() {
  input_.consume(input_.unread().size());
  socket().shutdownSend();
  enter(Phase::receiving, options_.drain_timeout);
  std::array<char, 8192> unwanted;
  std::size_t discarded = 0;
  while (discarded < options_.drain_limit) {
    const std::size_t received = receive(unwanted.data(), unwanted.size());
    if (received == 0) return;
    discarded += received;
  }
}

// 0 at the end of the input: the peer's, or the one that the reaper made.
std::size_t Connection::receive(char* to, std::size_t octets) {
  for (;;) {
    const int received = socket().receiveBytes(to, static_cast<int>(octets));
    if (received > 0) return static_cast<std::size_t>(received);
    if (!is_interrupted_by_stop()) return 0;
    std::this_thread::sleep_for(stopping_pause);
  }
}

// Whether the input seems to have ended only because a stop took us for idle while the first octets
// of a request were coming in. The rest of it still arrives, and has until its deadline.
bool Connection::is_interrupted_by_stop() const noexcept {
  return registry_.draining() && entry_.watch.phase() == Phase::receiving && !entry_.timed_out &&
         peer_may_send(entry_.socket);
}

bool Connection::has_more() const noexcept {
  if (!input_.unread().empty()) return true;
  int waiting = 0;
  return ::ioctl(entry_.socket.impl()->sockfd(), FIONREAD, &waiting) == 0 && waiting > 0;
}

bool Connection::receive_more() {
  const std::span<char> room = input_.room();
  const std::size_t received = receive(room.data(), room.size());
  input_.received(received);
  return received > 0;
}

void Connection::send_octets(std::string_view octets, int flags) {
  // Without MSG_NOSIGNAL a peer that left would raise SIGPIPE in an embedder's process.
  socket().sendBytes(octets.data(), static_cast<int>(octets.size()), flags | MSG_NOSIGNAL);
}

void Connection::enter(Phase phase, std::chrono::milliseconds allowed) noexcept {
  entry_.watch.enter(phase, SteadyClock::now() + allowed);
}

}  // namespace coffeeauth::http_poco

#include "tests/unit/http_poco/fixture.hpp"
#include "coffeeauth/http/errors.hpp"

using coffeeauth::ErrorCode;
using coffeeauth::http::Request;
using coffeeauth::http::Response;

#ifdef __SANITIZE_THREAD__
// When a connection ends early, Poco's accepting thread can be the one that drops the last handle
// to the socket. The reference count orders that, inside a library that the sanitizer cannot see
// into.
extern "C" const char* __tsan_default_suppressions() { return "race:Poco::Net::TCPServer::run\n"; }
#endif

namespace {

Response text(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.push_back({"Content-Type", "text/plain"});
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

Response with_header(std::string name, std::string value) {
  Response response = text(200, "injected");
  response.headers.push_back({std::move(name), std::move(value)});
  return response;
}

int status_of(const ErrorCode& code) {
  if (code == coffeeauth::http::errors::payload_too_large) return 413;
  if (code == coffeeauth::http::errors::headers_too_large) return 431;
  if (code == coffeeauth::http::errors::request_timeout) return 408;
  if (code == coffeeauth::http::errors::not_implemented) return 501;
  return code == ErrorCode::unavailable ? 503 : 400;
}

}  // namespace

Response EchoHandler::handle(const Request& request) {
  std::string line = request.method + " " + request.target + " " + request.body;
  {
    const std::lock_guard lock(mutex_);
    seen_.push_back(line);
  }
  const std::string& target = request.target;
  if (target == "/throw") throw std::runtime_error("the password of the database");
  if (target == "/throw-int") throw 42;
  if (target == "/unavailable") throw coffeeauth::Unavailable("store down");
  if (target == "/split") return with_header("X-Request-ID", "a\r\nSet-Cookie: owned=1");
  if (target == "/bad-name") return with_header("X Bad", "a");
  if (target == "/nul") return with_header("X-Nul", std::string("a\0b", 3));
  if (target == "/own") return with_header("Content-Length", "1");
  if (target == "/big") return text(200, std::string(64 * 1024 * 1024, 'b'));
  if (target == "/medium") return text(200, std::string(100'000, 'm'));
  if (target == "/peer") return text(200, request.peer_address);
  if (target == "/wait") pass_gate();
  if (target.starts_with("/status/")) return text(std::stoi(target.substr(8)), "status");
  return text(200, std::move(line));
}

Response EchoHandler::problem(ErrorCode code, std::string_view origin) {
  const int status = status_of(code);
  Response response = text(status, R"({"status":)" + std::to_string(status) + "}");
  response.headers.front().value = "application/problem+json";
  response.set("X-Asked-By", origin.empty() ? "none" : std::string(origin));
  return response;
}

std::vector<std::string> EchoHandler::seen() const {
  const std::lock_guard lock(mutex_);
  return seen_;
}

void EchoHandler::open_gate() {
  const std::lock_guard lock(mutex_);
  gate_open_ = true;
  changed_.notify_all();
}

void EchoHandler::await_at_gate(std::size_t count) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return at_gate_ >= count; });
}

void EchoHandler::pass_gate() {
  std::unique_lock lock(mutex_);
  ++at_gate_;
  changed_.notify_all();
  changed_.wait(lock, [&] { return gate_open_; });
}

coffeeauth::http_poco::Options patient_options() {
  using std::chrono::seconds;
  coffeeauth::http_poco::Options options;
  options.port = 0;
  options.head_timeout = options.body_timeout = options.idle_timeout = seconds{60};
  options.write_timeout = options.shutdown_grace = seconds{60};
  options.drain_timeout = seconds{5};
  return options;
}

bool eventually(const std::function<bool()>& condition) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds{30};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds{2});
  }
  return true;
}

#include <algorithm>
#include <atomic>
#include <mutex>
#include <stdexcept>

#include <sys/socket.h>

#include <Poco/AutoPtr.h>
#include <Poco/Exception.h>
#include <Poco/Net/TCPServerConnectionFactory.h>
#include <Poco/Net/TCPServerDispatcher.h>
#include <Poco/ThreadPool.h>

#include "adapters/http/src/acceptor.hpp"
#include "adapters/http/src/connection.hpp"
#include "adapters/http/src/http_date.hpp"

namespace coffeeauth::http_poco {
namespace {

// What a handler needs with room to spare. Only touched pages cost memory, and small stacks let
// thousands of threads fit in the address space that containers allow.
constexpr int thread_stack = 512 * 1024;
// A thread of Poco's that is about to wait for a connection when the server stops does not hear of
// it, and stopping waits for it: by default for ten seconds.
const Poco::Timespan longest_missed_stop{0, 100'000};
void validate(const Options& options) {
  using std::chrono::milliseconds;
  const auto shortest =
      std::min({options.head_timeout, options.body_timeout, options.idle_timeout,
                options.write_timeout, options.drain_timeout, options.shutdown_grace});
  if (options.host.empty() || options.max_connections == 0 || options.max_connections > 100'000 ||
      options.max_connections_per_address == 0 || options.ipv6_56_factor == 0 ||
      options.ipv6_48_factor == 0 || shortest <= milliseconds::zero() || options.max_head < 256 ||
      options.max_head > 1024 * 1024) {
    throw std::invalid_argument("HTTP server options: a limit is zero or out of range");
  }
}

class ConnectionFactory final : public Poco::Net::TCPServerConnectionFactory {
 public:
  ConnectionFactory(RequestHandler& handler, const Options& options, ConnectionRegistry& registry)
      : handler_(handler), options_(options), registry_(registry) {}

  Poco::Net::TCPServerConnection* createConnection(const Poco::Net::StreamSocket& socket) override {
    return new Connection(socket, handler_, options_, registry_);
  }

 private:
  RequestHandler& handler_;
  const Options& options_;
  ConnectionRegistry& registry_;
};

class PocoServer final : public Server {
 public:
  PocoServer(RequestHandler& handler, const Options& options)
      : options_(options), handler_(handler), registry_(options_), port_(options.port) {}

  ~PocoServer() override {
    stop();
    registry_.wait_empty();
  }

  void start() override {
    const std::lock_guard lock(lifecycle_);
    if (dispatcher_ || stopped_) throw std::logic_error("an HTTP server is started once");
    acceptor_.listen(options_.host, options_.port);
    port_ = acceptor_.port();
    // A pooled thread is given back a little after its connection is released, hence the spares:
    // Poco drops a connection for which it finds no thread.
    const int connections = static_cast<int>(options_.max_connections);
    const int threads = connections + connections / 8 + 16;
    pool_ = std::make_unique<Poco::ThreadPool>("http", 2, threads, 60, thread_stack);
    Poco::Net::TCPServerParams::Ptr params = new Poco::Net::TCPServerParams;
    params->setMaxThreads(threads);
    params->setMaxQueued(threads);
    params->setThreadIdleTime(longest_missed_stop);
    dispatcher_ = new Poco::Net::TCPServerDispatcher(
        new ConnectionFactory(handler_, options_, registry_), *pool_, params);
    registry_.start();
    acceptor_.start([this](const auto& socket) { take(socket); });
  }

  [[nodiscard]] std::uint16_t port() const noexcept override { return port_; }

  // Whoever connected before the stop may have sent a request already, and is served.
  void stop() override {
    const std::lock_guard lock(lifecycle_);
    if (std::exchange(stopped_, true) || !dispatcher_) return;
    const auto deadline = SteadyClock::now() + options_.shutdown_grace;
    acceptor_.stop();
    registry_.drain();
    acceptor_.close();
    // Poco forgets what is still queued when it stops, so every accepted connection gets its
    // thread first.
    registry_.wait_claimed(deadline);
    dispatcher_->stop();
    if (!registry_.wait_empty(deadline)) registry_.cut(refusal());
    registry_.wait_refused(deadline);
  }

  [[nodiscard]] Statistics statistics() const override { return registry_.statistics(); }

 private:
  // Runs on the accepting thread, before a connection costs a thread.
  void take(Poco::Net::StreamSocket socket) noexcept {
    try {
      if (!registry_.admit(socket)) {
        turn_away(socket);
        return;
      }
      socket.setNoDelay(true);
      dispatcher_->enqueue(socket);
    } catch (const std::exception&) {
      // The peer left before it was looked at (or memory is short): the socket is closed.
    }
  }

  [[nodiscard]] std::string refusal() noexcept {
    try {
      std::string answer;
      const http::Response response = handler_.problem(ErrorCode::unavailable, {});
      if (!append_head(answer, response, http_date_now(), AfterResponse::close)) return {};
      return answer.append(response.text());
    } catch (...) {
      return {};
    }
  }

  void turn_away(Poco::Net::StreamSocket& socket) {
    const std::string answer = refusal();
    // The send buffer of a new socket has room for this; a peer must not make this thread wait.
    socket.setBlocking(false);
    socket.sendBytes(answer.data(), static_cast<int>(answer.size()), MSG_NOSIGNAL);
    socket.shutdownSend();
    registry_.let_go(socket);
  }

  const Options options_;
  RequestHandler& handler_;
  // In this order, so that the threads are gone before what they use is.
  ConnectionRegistry registry_;
  std::unique_ptr<Poco::ThreadPool> pool_;
  Poco::AutoPtr<Poco::Net::TCPServerDispatcher> dispatcher_;
  Acceptor acceptor_;
  std::atomic<std::uint16_t> port_;
  std::mutex lifecycle_;
  bool stopped_ = false;
};

}  // namespace

std::unique_ptr<Server> make_poco_server(RequestHandler& handler, const Options& options) {
  validate(options);
  return std::make_unique<PocoServer>(handler, options);
}

}  // namespace coffeeauth::http_poco

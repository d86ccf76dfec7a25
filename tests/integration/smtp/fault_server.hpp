#pragma once
/// A mail server that misbehaves as a test tells it to.

#include <Poco/Net/Context.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "fixture.hpp"
#include "tests/certificates.hpp"

namespace coffeeauth::smtp::testing {

using namespace coffeeauth::testing;

/// The client, as the server sees it. No method throws; when the client is gone, nothing is sent
/// and nothing is read any more.
class Peer {
 public:
  Peer(Poco::Net::StreamSocket socket, const std::atomic<bool>& stopping);

  void say(std::string_view text) noexcept;
  /// The next line without its end; nothing when the client left or the server is being stopped.
  [[nodiscard]] std::optional<std::string> line() noexcept;
  /// Begins TLS with what comes next.
  void secure(const Identity& identity);
  [[nodiscard]] bool is_secured() const noexcept { return secured_; }

  void hang_up() noexcept;
  /// So that the client's next write fails, too.
  void reset() noexcept;
  [[nodiscard]] bool is_gone() const noexcept { return gone_ || stopping_; }

 private:
  Poco::Net::StreamSocket socket_;
  const std::atomic<bool>& stopping_;
  std::string received_;
  bool secured_ = false;
  bool gone_ = false;
};

/// What is done at a step instead of what is usual.
using Answer = std::function<void(Peer&)>;

/// Says `text` as it is: with its line ends, if it is to have any.
[[nodiscard]] Answer says(std::string text);
/// The first `times` times as usual, which is `usual`; then `later`.
[[nodiscard]] Answer says_then(std::string usual, int times, Answer later);
[[nodiscard]] Answer hangs_up();
[[nodiscard]] Answer resets();
/// Waits until the client leaves.
[[nodiscard]] Answer is_silent();
/// Says `text` again and again, an octet each 10 ms, until the client leaves.
[[nodiscard]] Answer drips(std::string text);
/// Says `text` again and again, as fast as it can.
[[nodiscard]] Answer floods(std::string text);

/// How the server is: friendly, but for the answers that it is given.
struct Manners {
  SmtpSecurity security = SmtpSecurity::none;
  const Identity* identity = &localhost();
  /// Lines of the reply to EHLO, each as `250-PIPELINING\r\n`.
  std::string extensions{};
  /// By step: `greeting`, `EHLO`, `STARTTLS`, `AUTH`, `RSET`, `MAIL`, `RCPT`, `DATA`, `message`;
  /// and `body`, while the message is waited for.
  std::map<std::string, Answer> answers{};
};

/// Takes connections one after the other on a free port of 127.0.0.1, from its constructor to its
/// destructor.
class FaultServer {
 public:
  /// Each of its replies holds the word `canary`, for no reason of ours may.
  explicit FaultServer(Manners manners);
  ~FaultServer();
  FaultServer(const FaultServer&) = delete;
  FaultServer& operator=(const FaultServer&) = delete;

  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] int connections() const noexcept { return connections_; }
  /// The messages that came whole, whatever was said to them, as sent.
  [[nodiscard]] std::vector<std::string> messages() const;
  /// Each line that came without TLS.
  [[nodiscard]] std::string heard_in_clear() const;

 private:
  void serve();
  void converse(Peer& peer);
  void take_message(Peer& peer);
  /// The usual reply, or what the test wants instead.
  void answer(Peer& peer, const std::string& step, std::string_view usual);
  [[nodiscard]] std::optional<std::string> hear(Peer& peer);

  const Manners manners_;
  Poco::Net::ServerSocket socket_;
  const std::uint16_t port_;
  std::atomic<bool> stopping_{false};
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;
  std::vector<std::string> messages_;
  std::string heard_in_clear_;
  std::thread thread_;
};

/// One mail to a server with these manners. `change`: the options, which are short-tempered.
[[nodiscard]] Delivery deliver_to(const Manners& manners,
                                  const std::function<void(SmtpOptions&)>& change = {});

/// Options for the server: those of the fixture, with times of a test.
[[nodiscard]] SmtpOptions options_for(const FaultServer& server, SmtpSecurity security);

}  // namespace coffeeauth::smtp::testing

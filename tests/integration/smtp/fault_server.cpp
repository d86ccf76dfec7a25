#include "fault_server.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/SecureStreamSocket.h>
#include <Poco/Net/SocketAddress.h>
#include <openssl/err.h>
#include <signal.h>

#include <memory>

namespace coffeeauth::smtp::testing {

using Poco::Timespan;
using Poco::Net::SecureStreamSocket;

Peer::Peer(Poco::Net::StreamSocket socket, const std::atomic<bool>& stopping)
    : socket_(std::move(socket)), stopping_(stopping) {
  socket_.setReceiveTimeout(Timespan{50'000});
  socket_.setSendTimeout(Timespan{5, 0});
  socket_.setNoDelay(true);
}

void Peer::say(std::string_view text) noexcept {
  while (!text.empty() && !is_gone()) {
    try {
      const int sent = socket_.sendBytes(text.data(), static_cast<int>(text.size()));
      if (sent <= 0) gone_ = true;
      if (sent > 0) text.remove_prefix(static_cast<std::size_t>(sent));
    } catch (const Poco::Exception&) {
      gone_ = true;
    }
  }
}

std::optional<std::string> Peer::line() noexcept {
  for (;;) {
    const auto end = received_.find("\r\n");
    if (end != std::string::npos) {
      auto line = received_.substr(0, end);
      received_.erase(0, end + 2);
      return line;
    }
    if (is_gone()) return std::nullopt;
    try {
      char chunk[4096];
      const int size = socket_.receiveBytes(chunk, sizeof(chunk));
      if (size == 0) gone_ = true;
      if (size > 0) received_.append(chunk, static_cast<std::size_t>(size));
    } catch (const Poco::TimeoutException&) {
      // Time to see whether the server is being stopped.
    } catch (const Poco::Exception&) {
      gone_ = true;
    }
    ERR_clear_error();
  }
}

void Peer::secure(const Identity& identity) {
  Poco::Net::Context::Params params;
  params.privateKeyFile = identity.key;
  params.certificateFile = identity.certificate;
  params.verificationMode = Poco::Net::Context::VERIFY_NONE;
  const Poco::Net::Context::Ptr context{
      new Poco::Net::Context(Poco::Net::Context::TLS_SERVER_USE, params)};
  socket_ = SecureStreamSocket::attach(socket_, context);
  secured_ = true;
}

void Peer::hang_up() noexcept {
  gone_ = true;
  try {
    socket_.close();
  } catch (const Poco::Exception&) {
    // Gone is gone.
  }
}

void Peer::reset() noexcept {
  try {
    socket_.setLinger(true, 0);
  } catch (const Poco::Exception&) {
    gone_ = true;
  }
  hang_up();
}

Answer says(std::string text) {
  return [text = std::move(text)](Peer& peer) { peer.say(text); };
}

Answer says_then(std::string usual, int times, Answer later) {
  const auto left = std::make_shared<std::atomic<int>>(times);
  return [=](Peer& peer) { (*left)-- > 0 ? peer.say(usual) : later(peer); };
}

Answer hangs_up() {
  return [](Peer& peer) { peer.hang_up(); };
}

Answer resets() {
  return [](Peer& peer) { peer.reset(); };
}

Answer is_silent() {
  return [](Peer& peer) {
    while (peer.line()) {
    }
  };
}

Answer drips(std::string text) {
  return [text = std::move(text)](Peer& peer) {
    for (std::size_t i = 0; !peer.is_gone(); i = (i + 1) % text.size()) {
      peer.say(std::string_view{text}.substr(i, 1));
      std::this_thread::sleep_for(10ms);
    }
  };
}

Answer floods(std::string text) {
  return [text = std::move(text)](Peer& peer) {
    while (!peer.is_gone()) peer.say(text);
  };
}

FaultServer::FaultServer(Manners manners)
    : manners_(std::move(manners)),
      socket_(Poco::Net::SocketAddress{"127.0.0.1", 0}),
      port_(socket_.address().port()),
      thread_([this] { serve(); }) {}

FaultServer::~FaultServer() {
  stopping_ = true;
  thread_.join();
}

std::vector<std::string> FaultServer::messages() const {
  const std::lock_guard lock{mutex_};
  return messages_;
}

std::string FaultServer::heard_in_clear() const {
  const std::lock_guard lock{mutex_};
  return heard_in_clear_;
}

void FaultServer::serve() {
  // The client under test may leave at any time; its own writes are not covered by this.
  sigset_t pipe{};
  sigemptyset(&pipe);
  sigaddset(&pipe, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &pipe, nullptr);
  while (!stopping_) {
    if (!socket_.poll(Timespan{20'000}, Poco::Net::Socket::SELECT_READ)) continue;
    Peer peer{socket_.acceptConnection(), stopping_};
    ++connections_;
    converse(peer);
  }
}

void FaultServer::converse(Peer& peer) {
  if (manners_.security == SmtpSecurity::implicit_tls) peer.secure(*manners_.identity);
  answer(peer, "greeting", "220 canary\r\n");
  while (const auto line = hear(peer)) {
    const auto verb = line->substr(0, line->find(' '));
    if (verb == "EHLO") {
      const bool offers = manners_.security == SmtpSecurity::starttls && !peer.is_secured();
      answer(peer, verb,
             "250-canary\r\n" + manners_.extensions +
                 (offers ? "250 STARTTLS\r\n" : "250 AUTH PLAIN LOGIN\r\n"));
    } else if (verb == "STARTTLS") {
      answer(peer, verb, "220 canary\r\n");
      if (!manners_.answers.contains(verb)) peer.secure(*manners_.identity);
    } else if (verb == "AUTH") {
      answer(peer, verb, "235 canary\r\n");
    } else if (verb == "DATA") {
      take_message(peer);
    } else if (verb == "QUIT") {
      peer.say("221 canary\r\n");
      peer.hang_up();
    } else {
      answer(peer, verb, "250 canary\r\n");
    }
  }
}

void FaultServer::take_message(Peer& peer) {
  answer(peer, "DATA", "354 canary\r\n");
  // Only after the usual answer is there a message to come.
  if (manners_.answers.contains("DATA")) return;
  if (const auto meanwhile = manners_.answers.find("body"); meanwhile != manners_.answers.end()) {
    meanwhile->second(peer);
  }
  std::string message;
  for (;;) {
    const auto line = hear(peer);
    if (!line) return;
    if (*line == ".") break;
    message += *line + "\n";
  }
  {
    const std::lock_guard lock{mutex_};
    messages_.push_back(message);
  }
  answer(peer, "message", "250 canary\r\n");
}

void FaultServer::answer(Peer& peer, const std::string& step, std::string_view usual) {
  const auto wanted = manners_.answers.find(step);
  if (wanted == manners_.answers.end()) return peer.say(usual);
  wanted->second(peer);
}

std::optional<std::string> FaultServer::hear(Peer& peer) {
  auto line = peer.line();
  if (line && !peer.is_secured()) {
    const std::lock_guard lock{mutex_};
    heard_in_clear_ += *line + "\n";
  }
  return line;
}

SmtpOptions options_for(const FaultServer& server, SmtpSecurity security) {
  auto options = security == SmtpSecurity::none
                     ? plain_options(server.port())
                     : secured_options(server.port(), security, certificates().authority());
  options.timeout = 2s;
  options.delivery_timeout = 10s;
  return options;
}

Delivery deliver_to(const Manners& manners, const std::function<void(SmtpOptions&)>& change) {
  const FaultServer server{manners};
  auto options = options_for(server, manners.security);
  if (change) change(options);
  return make_smtp_mailer(std::move(options))->deliver(mail());
}

}  // namespace coffeeauth::smtp::testing

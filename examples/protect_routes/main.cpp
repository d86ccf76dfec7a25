// A Poco application to which users were added: people sign up and log in at /api, and the
// application's own routes receive the logged-in user.

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>

#include <iostream>
#include <istream>
#include <limits>
#include <mutex>
#include <string>
#include <vector>

#include "app_migrations.hpp"
#include "coffeeauth/sql/database.hpp"
#include "coffeeauth/standard/standard.hpp"
#include "guard.hpp"
#include "profiles.hpp"

namespace {

namespace ca = coffeeauth;
namespace net = Poco::Net;

/// Prints mails instead of sending them; see examples/embed for a real mailer.
class PrintedMail final : public ca::Mailer {
 public:
  [[nodiscard]] ca::Delivery deliver(const ca::Mail& mail) noexcept override {
    std::cout << mail.text << std::flush;
    return {.verdict = ca::DeliveryVerdict::delivered};
  }
};

/// The application's own data.
struct Notes {
  std::mutex mutex;
  std::vector<std::string> lines;
};

void send_text(net::HTTPServerResponse& response, const std::string& text) {
  response.setContentType("text/plain; charset=utf-8");
  response.sendBuffer(text.data(), text.size());
}

/// Returns the first line of the body, at most 200 octets.
std::string read_line(net::HTTPServerRequest& request) {
  std::string line(200, ' ');
  request.stream().read(line.data(), static_cast<std::streamsize>(line.size()));
  line.resize(static_cast<std::size_t>(request.stream().gcount()));
  return line.substr(0, line.find_first_of(std::string{"\r\n\0", 3}));
}

/// GET /notes and POST /notes for logged-in users, DELETE /notes for administrators.
class NotesHandler final : public net::HTTPRequestHandler {
 public:
  NotesHandler(Guard& guard, Notes& notes) : guard_(guard), notes_(notes) {}

  void handleRequest(net::HTTPServerRequest& request, net::HTTPServerResponse& response) override {
    const bool deletes = request.getMethod() == "DELETE";
    const auto who = guard_.admit(request, response, deletes ? ca::Role::admin : ca::Role::user);
    if (!who) return;

    const auto line = request.getMethod() == "POST" ? read_line(request) : std::string{};
    const std::lock_guard lock{notes_.mutex};
    if (deletes) notes_.lines.clear();
    if (!line.empty()) notes_.lines.push_back(who->user.email.display() + ": " + line + "\n");
    std::string all;
    for (const auto& each : notes_.lines) all += each;
    send_text(response, all);
  }

 private:
  Guard& guard_;
  Notes& notes_;
};

/// GET /profile, and PUT /profile to change the motto.
class ProfileHandler final : public net::HTTPRequestHandler {
 public:
  ProfileHandler(Guard& guard, ca::Store& store) : guard_(guard), store_(store) {}

  void handleRequest(net::HTTPServerRequest& request, net::HTTPServerResponse& response) override {
    const auto who = guard_.admit(request, response);
    if (!who) return;
    if (request.getMethod() == "PUT") set_motto(store_, who->user.id, read_line(request));
    const auto profile = find_profile(store_, who->user.id);
    if (!profile) {
      response.setStatusAndReason(net::HTTPResponse::HTTP_NOT_FOUND);
      return send_text(response, "no customer\n");
    }
    send_text(response,
              "customer " + std::to_string(profile->number) + " " + profile->motto + "\n");
  }

 private:
  Guard& guard_;
  ca::Store& store_;
};

/// All other paths belong to the REST API.
class ApiHandler final : public net::HTTPRequestHandler {
 public:
  explicit ApiHandler(ca::http::Api& api) : api_(api) {}

  void handleRequest(net::HTTPServerRequest& from, net::HTTPServerResponse& to) override {
    ca::http::Request request{.method = from.getMethod(), .target = from.getURI()};
    for (const auto& [name, value] : from) request.headers.push_back({name, value});
    request.peer_address = from.clientAddress().host().toString();
    request.body.resize(api_.max_body() + 1);
    from.stream().read(request.body.data(), static_cast<std::streamsize>(request.body.size()));
    request.body.resize(static_cast<std::size_t>(from.stream().gcount()));

    const auto answer =
        request.body.size() > api_.max_body()
            ? api_.problem(ca::http::errors::payload_too_large, from.get("Origin", {}))
            : api_.handle(request);
    to.setStatus(static_cast<net::HTTPResponse::HTTPStatus>(answer.status));
    to.setReason(std::string{ca::http::reason_phrase(answer.status)});
    for (const auto& header : answer.headers) to.add(header.name, header.value);
    to.sendBuffer(answer.text().data(), answer.text().size());
  }

 private:
  ca::http::Api& api_;
};

class Routes final : public net::HTTPRequestHandlerFactory {
 public:
  explicit Routes(ca::standard::Accounts& accounts)
      : accounts_(accounts), guard_(accounts.auth().sessions()) {}

  net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest& request) override {
    if (request.getURI() == "/notes") return new NotesHandler{guard_, notes_};
    if (request.getURI() == "/profile") return new ProfileHandler{guard_, accounts_.store()};
    return new ApiHandler{accounts_.api()};
  }

 private:
  ca::standard::Accounts& accounts_;
  Notes notes_;
  Guard guard_;
};

}  // namespace

int main(int count, char** words) {
  if (count < 2) {
    std::cerr << "usage: protect_routes DATABASE [PORT]\n";
    return 2;
  }
  PrintedMail mailer;
  Profiles profiles;
  auto accounts = ca::standard::open({
      .database_url = ca::sql::sqlite_url(words[1]),
      .secret_key = ca::Secret{"an example's key, of 32 bytes or more"},
      .features = {&profiles},
      .rooms = {ca::sql::app_migrations()},
      .mailer = &mailer,
  });
  accounts.start();
  // Creates the first administrator; fails from the second start on, because it exists already.
  (void)accounts.auth().admin().create_admin(
      {.email = ca::EmailAddress::parse("root@example.com").value(),
       .password = ca::Password::parse("a mountain of brown sugar").value()});
  const net::ServerSocket socket{net::SocketAddress{
      "127.0.0.1", static_cast<Poco::UInt16>(count > 2 ? std::stoi(words[2]) : 8080)}};
  net::HTTPServer server{new Routes{accounts}, socket, new net::HTTPServerParams};
  server.start();
  std::cout << "http://127.0.0.1:" << server.port() << " until the end of the input" << std::endl;
  std::cin.ignore(std::numeric_limits<std::streamsize>::max());
  server.stop();
}

// A Poco HTTPServer that sends one answer to whatever it is asked: what the REST API's server is
// measured against. Reads {"headers": {name: value}, "body": text} from standard input, prints its
// port, and serves until that input ends.

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>

namespace {

namespace net = Poco::Net;

struct Answer {
  nlohmann::json headers;
  std::string body;
};

class Handler : public net::HTTPRequestHandler {
 public:
  explicit Handler(const Answer& answer) : answer_(answer) {}
  void handleRequest(net::HTTPServerRequest&, net::HTTPServerResponse& response) override {
    for (const auto& [name, value] : answer_.headers.items()) {
      response.set(name, value.get<std::string>());
    }
    response.sendBuffer(answer_.body.data(), answer_.body.size());
  }

 private:
  const Answer& answer_;
};

class Factory : public net::HTTPRequestHandlerFactory {
 public:
  explicit Factory(const Answer& answer) : answer_(answer) {}
  net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override {
    return new Handler{answer_};
  }

 private:
  const Answer& answer_;
};

}  // namespace

int main() {
  std::string line;
  std::getline(std::cin, line);
  const auto asked = nlohmann::json::parse(line);
  const Answer answer{asked.at("headers"), asked.at("body").get<std::string>()};
  Poco::AutoPtr<net::HTTPServerParams> params{new net::HTTPServerParams};
  params->setMaxThreads(64);
  params->setMaxQueued(1000);
  params->setKeepAlive(true);
  params->setMaxKeepAliveRequests(0);
  net::ServerSocket socket{net::SocketAddress{"127.0.0.1", 0}};
  Poco::ThreadPool threads{64, 64};
  net::HTTPServer server{new Factory{answer}, threads, socket, params};
  server.start();
  std::cout << socket.address().port() << std::endl;
  std::getline(std::cin, line);
  server.stopAll(true);
}

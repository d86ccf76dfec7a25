// For containers and supervisors that have no HTTP client of their own.

#include <Poco/Exception.h>
#include <Poco/Net/HTTPClientSession.h>
#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>

#include <iostream>

#include "command.hpp"

namespace coffeeauth::server {
namespace {

constexpr int patience_seconds = 2;

/// Where a server that listens on `host` is reached from its own machine.
std::string reachable(const std::string& host) {
  if (host == "0.0.0.0") return "127.0.0.1";
  if (host == "::") return "::1";
  return host;
}

}  // namespace

int run_health(const Arguments& arguments) {
  namespace net = Poco::Net;
  const auto settings = settings_of(arguments).settings;
  const bool of_worker = arguments.has("--worker");
  if (of_worker && !settings.metrics_port) {
    throw std::runtime_error("METRICS_PORT: --worker requires it");
  }
  const auto host = reachable(of_worker ? settings.metrics_host : settings.http_host);
  const auto port = of_worker ? *settings.metrics_port : settings.http_port;
  const auto where = host + " port " + std::to_string(port);
  try {
    net::HTTPClientSession session{host, port};
    session.setTimeout(Poco::Timespan{patience_seconds, 0});
    net::HTTPRequest request{net::HTTPRequest::HTTP_GET, "/healthz", net::HTTPMessage::HTTP_1_1};
    session.sendRequest(request);
    net::HTTPResponse response;
    static_cast<void>(session.receiveResponse(response));
    if (response.getStatus() == net::HTTPResponse::HTTP_OK) {
      std::cout << "serving on " << where << "\n";
      return 0;
    }
  } catch (const Poco::Exception&) {
    // Said below.
  }
  throw std::runtime_error("nothing serves on " + where);
}

}  // namespace coffeeauth::server

// What an embedder's own code throws is told, and what the library's throws is not.
#include "coffeeauth/testing/doctest.hpp"

#include <nlohmann/json.hpp>

#include "coffeeauth/http/api.hpp"
#include "coffeeauth/testing/test_auth.hpp"
#include "tests/recording_diagnostics.hpp"

using namespace coffeeauth;
using coffeeauth::testing::RecordingDiagnostics;
using coffeeauth::testing::TestAuth;

namespace {

http::Route route(std::string path, http::Handler handler) {
  return {.method = "GET", .path = std::move(path), .handler = std::move(handler)};
}

struct World {
  AuthParts parts() {
    auto parts = t.auth().parts();
    parts.diagnostics = &heard;
    return parts;
  }
  int get(const std::string& target) {
    const http::Request request{.method = "GET",
                                .target = target,
                                .headers = {{"Host", "localhost"}},
                                .body = {},
                                .peer_address = "127.0.0.1"};
    return api.handle(request).status;
  }

  TestAuth t;
  RecordingDiagnostics heard;
  Auth auth{t.auth().config(), Secret{"a secret key of at least 32 bytes"}, parts()};
  http::Api api{auth,
                {.extra_routes = {
                     route("/shop/typo",
                           [](const http::RouteContext&) -> Result<http::Response> {
                             throw std::runtime_error("no column of this name");
                           }),
                     route("/shop/odd",
                           [](const http::RouteContext&) -> Result<http::Response> { throw 42; }),
                     route("/shop/busy",
                           [](const http::RouteContext&) -> Result<http::Response> {
                             throw Unavailable("busy");
                           }),
                     route("/shop/fine", [](const http::RouteContext&) -> Result<http::Response> {
                       return http::Response{.status = 200, .headers = {}, .body = {}};
                     })}}};
};

}  // namespace

TEST_CASE("what a route of one's own throws is told with its text") {
  World world;
  CHECK(world.get("/shop/fine") == 200);
  CHECK(world.heard.told().empty());
  CHECK(world.get("/shop/typo") == 500);
  REQUIRE(world.heard.told().size() == 1);
  CHECK(world.heard.told()[0].what == "route");
  CHECK(world.heard.told()[0].which == "GET /shop/typo");
  CHECK(world.heard.told()[0].text == "no column of this name");
  CHECK(world.get("/shop/odd") == 500);
  CHECK(world.heard.told().size() == 2);
}

TEST_CASE("Unavailable is an answer and no mistake, also from a route of one's own") {
  World world;
  CHECK(world.get("/shop/busy") == 503);
  CHECK(world.heard.told().empty());
}

TEST_CASE("there are diagnostics where none were given") {
  TestAuth t;
  CHECK(t.auth().parts().diagnostics == &stderr_diagnostics());
}

// Whole requests through the REST API, without a network.

#include <benchmark/benchmark.h>

#include <string>

#include "allocations.hpp"
#include "coffeeauth/http/api.hpp"
#include "world.hpp"

namespace coffeeauth::bench {
namespace {

void get(benchmark::State& state, const std::string& target) {
  World world;
  http::Api api{world.auth(), {}};
  const auto token = world.auth().tokens().issue(world.live());
  http::Request request;
  request.method = "GET";
  request.target = target;
  request.headers.push_back({"Host", "localhost"});
  request.headers.push_back({"Authorization", "Bearer " + std::string{token.expose_secret()}});
  request.peer_address = "127.0.0.1";
  const Allocations counted{state};
  for (auto _ : state) {
    auto response = api.handle(request);
    if (response.status != 200) state.SkipWithError(response.body->c_str());
    benchmark::DoNotOptimize(response);
  }
}

void api_me(benchmark::State& state) { get(state, "/api/me"); }
void api_users(benchmark::State& state) { get(state, "/api/users"); }

BENCHMARK(api_me);
BENCHMARK(api_users);

}  // namespace
}  // namespace coffeeauth::bench

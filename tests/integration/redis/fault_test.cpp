// A server that is no Redis, or one that has gone mad: what it says is never used, and what is
// asked of it ends in time.

#include "coffeeauth/testing/doctest.hpp"

#include <chrono>
#include <string>

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/redis/redis.hpp"
#include "tests/integration/redis/scripted_server.hpp"
#include "tests/swallowing.hpp"

using namespace coffeeauth;
using namespace std::chrono_literals;
using testing::Script;
using testing::ScriptedServer;

namespace {

constexpr auto timeout = 100ms;
// Ten times over, for a machine that has other things to do.
constexpr auto patience = 10 * timeout;

redis::RedisOptions options_for(const ScriptedServer& server) {
  redis::RedisOptions options;
  options.port = server.port();
  options.timeout = timeout;
  options.pause_after_failure = 0ms;
  return options;
}

UtcTime now() {
  return std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

/// The server is as good as none: a cache says nothing, counters go on in the process, in time.
void is_as_good_as_none(const Script& script) {
  const ScriptedServer server{script};
  const auto client = redis::make_redis_client(options_for(server));
  const auto cache = redis::make_redis_cache(client);
  const auto counters = redis::make_redis_counters(client, memory::make_memory_counters({}));

  const auto begun = std::chrono::steady_clock::now();
  CHECK_FALSE(cache->generation("tag"));
  CHECK(cache->get("tag", CacheGeneration{1}, "key") == nullptr);
  cache->put("tag", CacheGeneration{1}, "key", std::make_shared<const std::string>("value"), 60s);
  cache->invalidate("tag");
  CHECK(counters->add("key", 1min, now()).count == 1);
  CHECK(counters->add("key", 1min, now()).count == 2);
  CHECK(counters->peek("key", now()).count == 2);
  counters->clear("key");
  CHECK(counters->peek("key", now()).count == 0);
  CHECK(std::chrono::steady_clock::now() - begun < 9 * patience);
  CHECK(server.connections() > 0);
  CHECK(client->statistics().failures > 0);
}

}  // namespace

TEST_CASE("a server that says nothing is as good as none") { is_as_good_as_none({}); }

TEST_CASE("a server that closes at once is as good as none") {
  is_as_good_as_none({.close_after = true});
}

TEST_CASE("a server that drips is as good as none") {
  is_as_good_as_none({.answer = "$40\r\n" + std::string(40, '1') + "\r\n", .pace = 30ms});
}

TEST_CASE("a server that closes in the middle of an answer is as good as none") {
  is_as_good_as_none({.answer = "$40\r\n1234", .close_after = true});
}

TEST_CASE("what no Redis says is as good as none") {
  for (const auto* const answer :
       {"HTTP/1.1 200 OK\r\n\r\n", "\r\n", "$x\r\n", "$-2\r\nx\r\n", "$999999999999\r\nx", "*1\r\n",
        "*999999999\r\n", "*2\r\n:1\r\n$1\r\nx\r\n", "$3\r\nabcde", ":1\r\n:2\r\n",
        "$99999999999999999999999\r\n", "+PONG\r\n+OK\r\n", "-ERR no\r\n",
        "-MOVED 1 127.0.0.1:1\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n",
        "$1000000000\r\n"}) {
    CAPTURE(answer);
    is_as_good_as_none({.answer = answer});
  }
}

TEST_CASE("an answer with octets behind it is no answer") {
  const ScriptedServer server{{.answer = "+PONG\r\n+OK\r\n"}};
  const auto client = redis::make_redis_client(options_for(server));
  CHECK_FALSE(client->ping());
  CHECK(client->statistics().failures == 1);
}

TEST_CASE("a value that is another key's, or damaged, is not used, and is counted") {
  const std::string framed = "not what put() wrote, but of some length";
  const ScriptedServer server{
      {.answer = "$" + std::to_string(framed.size()) + "\r\n" + framed + "\r\n"}};
  const auto client = redis::make_redis_client(options_for(server));
  const auto cache = redis::make_redis_cache(client);

  CHECK(cache->get("tag", CacheGeneration{1}, "key") == nullptr);
  CHECK(client->statistics().damaged == 1);
}

TEST_CASE("a port where nobody listens is as good as none") {
  redis::RedisOptions options;
  {
    const ScriptedServer gone{{}};
    options = options_for(gone);
  }
  const auto client = redis::make_redis_client(std::move(options));
  CHECK_FALSE(client->ping());
  CHECK_FALSE(redis::make_redis_cache(client)->generation("tag"));
}

TEST_CASE("a name that does not exist is as good as none") {
  redis::RedisOptions options;
  options.host = "no-such-host.invalid";
  CHECK_FALSE(redis::make_redis_client(std::move(options))->ping());
}

TEST_CASE("the client says why the server is of no use") {
  const auto why = [](redis::RedisOptions options) {
    const auto client = redis::make_redis_client(std::move(options));
    CHECK_FALSE(client->ping());
    return client->statistics().trouble;
  };
  const auto why_of = [&](const Script& script, bool tls) {
    const ScriptedServer server{script};
    auto options = options_for(server);
    options.tls = tls;
    return why(std::move(options));
  };
  CHECK(why_of({.answer = "-WRONGPASS no\r\n"}, false) == DownReason::credentials);
  CHECK(why_of({.answer = "HTTP/1.1 200 OK\r\n"}, false) == DownReason::other);
  CHECK(why_of({.close_after = true}, false) == DownReason::unreachable);
  CHECK(why_of({}, false) == DownReason::timed_out);
  // One that speaks no TLS answers in clear, or hangs up on what it does not understand.
  CHECK(why_of({.answer = "-ERR what\r\n"}, true) == DownReason::tls);
  CHECK(why_of({.close_after = true}, true) == DownReason::tls);
  CHECK(why_of({}, true) == DownReason::timed_out);

  redis::RedisOptions options;
  options.host = "no-such-host.invalid";
  options.timeout = 60s;
  CHECK(why(std::move(options)) == DownReason::name_not_found);
  {
    const ScriptedServer gone{{}};
    options = options_for(gone);
  }
  CHECK(why(std::move(options)) == DownReason::unreachable);
  const testing::Swallowing swallowing;
  options = {};
  options.host = "127.0.0.1";
  options.port = swallowing.port();
  CHECK(why(std::move(options)) == DownReason::timed_out);
}

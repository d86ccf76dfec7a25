#include "coffeeauth/testing/doctest.hpp"

#include <stdexcept>
#include <string>

#include "coffeeauth/redis/redis.hpp"
#include "tests/exposed.hpp"

using namespace coffeeauth::redis;

TEST_CASE("the URL of a Redis server is read whole") {
  const auto options = parse_redis_url(
      "rediss://app:b%20ar@cache.example.com:6380/3?ca_file=/etc/ca.pem&key_prefix=shop%3A");

  CHECK(options.tls);
  CHECK(options.username == "app");
  CHECK(options.password.expose_secret() == "b ar");
  CHECK(options.host == "cache.example.com");
  CHECK(options.port == 6380);
  CHECK(options.database == 3);
  CHECK(options.ca_file == "/etc/ca.pem");
  CHECK(options.key_prefix == "shop:");
}

TEST_CASE("what a Redis URL leaves out is as in the options") {
  const RedisOptions otherwise;
  const auto options = parse_redis_url("redis://cache");

  CHECK_FALSE(options.tls);
  CHECK(options.port == otherwise.port);
  CHECK(options.database == 0);
  CHECK(options.key_prefix == otherwise.key_prefix);
  CHECK(options.password.empty());
  CHECK(exposed(parse_redis_url("redis://:secret@cache/").password) == "secret");
  CHECK(parse_redis_url("redis://[::1]:6380").host == "::1");
  CHECK(parse_redis_url("rediss://[2001:db8::1]").tls);
  CHECK(parse_redis_url("redis://cache?key_prefix=").key_prefix.empty());
}

TEST_CASE("a Redis URL that means nothing is refused without a word of it") {
  for (const auto* const url : {"",
                                "hunter2",
                                "http://hunter2",
                                "redis://",
                                "redis://:hunter2@",
                                "redis://hunter2@cache",
                                "redis://:hunter2@cache/x",
                                "redis://:hunter2@cache/-1",
                                "redis://:hunter2@cache/65536",
                                "redis://:hunter2@cache:0",
                                "redis://:hunter2@cache?timeout=1",
                                "redis://cache?ca_file=/hunter2.pem",
                                "redis://:hunter2@cache/1/2",
                                "redis://:hunter2@cache/+1",
                                "redis://:hunter2@cache:65536",
                                "redis://:hunter2@[::1",
                                "redis://:hunter2%2@cache",
                                "redis://:hunter2@cache:6379x",
                                "redis:hunter2",
                                "redis://:hunter2@cache/99999999999"}) {
    CAPTURE(url);
    try {
      static_cast<void>(parse_redis_url(url));
      FAIL_CHECK("was accepted");
    } catch (const std::invalid_argument& error) {
      CHECK(std::string{error.what()}.find("hunter2") == std::string::npos);
    }
  }
}

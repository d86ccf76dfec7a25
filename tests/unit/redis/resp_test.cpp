// The parser of replies is private; it is what stands between a broken server and the cache.
#include "adapters/redis/src/resp.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <string>

using namespace coffeeauth::redis;

namespace {

const Parsed& parsed(const std::variant<Parsed, Incomplete, Malformed>& outcome) {
  REQUIRE(std::holds_alternative<Parsed>(outcome));
  return std::get<Parsed>(outcome);
}

}  // namespace

TEST_CASE("each kind of reply is read, and says how long it was") {
  const auto status = parse_reply("+OK\r\n");
  CHECK(parsed(status).reply.text == "OK");
  CHECK(parsed(status).size == 5);

  const auto error = parse_reply("-ERR no\r\n");
  CHECK(parsed(error).reply.kind == Reply::Kind::error);

  CHECK(parsed(parse_reply(":-42\r\n")).reply.integer == -42);
  CHECK(parsed(parse_reply("$-1\r\n")).reply.kind == Reply::Kind::nil);
  CHECK(parsed(parse_reply("$0\r\n\r\n")).reply.text.empty());

  const auto bulk = parse_reply("$6\r\na\r\nb\r\n\r\n+next");
  CHECK(parsed(bulk).reply.text == "a\r\nb\r\n");
  CHECK(parsed(bulk).size == 12);

  const auto array = parse_reply("*3\r\n:1\r\n$1\r\nx\r\n*0\r\n");
  REQUIRE(parsed(array).reply.items.size() == 3);
  CHECK(parsed(array).reply.items[1].text == "x");
}

TEST_CASE("every proper beginning of a reply is incomplete, never a reply") {
  const std::string whole = "*3\r\n:1234\r\n$5\r\nhello\r\n+fine\r\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(std::holds_alternative<Incomplete>(parse_reply(whole.substr(0, size))));
  }
  CHECK(parsed(parse_reply(whole)).size == whole.size());
}

TEST_CASE("nonsense is malformed and is not waited for") {
  for (const auto* text :
       {"HTTP/1.1 400\r\n", "x", "\r\n", ":\r\n", ":+1\r\n", ":1 \r\n", ":12a\r\n", "$-2\r\n",
        "$abc\r\n", "$3\r\nabcXY", "*-2\r\n", ":9999999999999999999\r\n", "$99999999999\r\n",
        "*99999\r\n", "*1\r\n*1\r\n*1\r\n*1\r\n*1\r\n:1\r\n", "*1\r\n?\r\n"}) {
    CAPTURE(text);
    CHECK(std::holds_alternative<Malformed>(parse_reply(text)));
  }
  CHECK(std::holds_alternative<Malformed>(parse_reply("+" + std::string(100'000, 'a'))));
}

TEST_CASE("a reply that would fill the memory is malformed before it is whole") {
  // Four levels of a thousand items each would be as many as there is memory for.
  std::string deep;
  for (int i = 0; i < 3; ++i) deep += "*1000\r\n";
  CHECK(std::holds_alternative<Malformed>(parse_reply(deep)));
  std::string wide = "*600\r\n*400\r\n";
  for (int i = 0; i < 400; ++i) wide += ":1\r\n";
  CHECK(std::holds_alternative<Incomplete>(parse_reply(wide)));
  CHECK(std::holds_alternative<Malformed>(parse_reply(wide + "*400\r\n")));

  const std::string half = "$5000000\r\n" + std::string(5'000'000, 'x') + "\r\n";
  CHECK(std::holds_alternative<Incomplete>(parse_reply("*3\r\n" + half)));
  CHECK(std::holds_alternative<Malformed>(parse_reply("*3\r\n" + half + half)));
}

TEST_CASE("a command is an array of bulk strings, whatever its words hold") {
  CHECK(serialise_command({"SET", "a b", "\r\n"}) ==
        "*3\r\n$3\r\nSET\r\n$3\r\na b\r\n$2\r\n\r\n\r\n");
}

TEST_CASE("an error reply says why in fixed words, a script's too") {
  const auto why = [](std::string text) {
    return reason_of({.kind = Reply::Kind::error, .text = std::move(text)});
  };
  CHECK(why("WRONGPASS invalid username-password pair") == coffeeauth::DownReason::credentials);
  CHECK(why("NOAUTH Authentication required.") == coffeeauth::DownReason::credentials);
  CHECK(why("NOPERM this user has no permissions to run the 'eval' command") ==
        coffeeauth::DownReason::not_permitted);
  CHECK(why("ERR Error running script: @user_script: READONLY You can't write") ==
        coffeeauth::DownReason::read_only);
  CHECK(why("OOM command not allowed when used memory > 'maxmemory'.") ==
        coffeeauth::DownReason::full);
  CHECK(why("LOADING Redis is loading the dataset in memory") == coffeeauth::DownReason::starting);
  CHECK(why("ERR unknown command") == coffeeauth::DownReason::other);
}

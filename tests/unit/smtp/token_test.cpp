#include "coffeeauth/testing/doctest.hpp"

#include <fstream>
#include <stdexcept>
#include <string>

#include "coffeeauth/smtp/smtp.hpp"
#include "tests/exposed.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffeeauth::smtp;
using namespace std::chrono_literals;
using coffeeauth::testing::TemporaryFolder;

namespace {

std::string asked(const TokenSource& source, bool refused = false) {
  return coffeeauth::exposed(source(refused));
}

void write(const std::string& file, std::string_view text) { std::ofstream{file} << text; }

}  // namespace

TEST_CASE("a token's file is read again for each login") {
  const TemporaryFolder folder;
  const auto source = token_from_file(folder.file("token"));
  CHECK_THROWS_AS(static_cast<void>(source(false)), std::runtime_error);

  write(folder.file("token"), "first\n");
  CHECK(asked(source) == "first");
  write(folder.file("token"), " second \r\nand more");
  CHECK(asked(source) == "second");
}

TEST_CASE("a token's command is run once, and again when what it gave is refused") {
  const TemporaryFolder folder;
  const auto source = token_from_command("echo x >>" + folder.file("runs") + "; wc -l <" +
                                         folder.file("runs") + "; echo canary");

  CHECK(asked(source) == "1");
  CHECK(asked(source) == "1");
  CHECK(asked(source, true) == "2");
  CHECK(asked(source) == "2");
}

TEST_CASE("a command that fails, or hangs, gives no token") {
  for (const std::string line :
       {"echo t; exit 1", "exit 0", "no-such-command-at-all 2>/dev/null", "kill -9 $$"}) {
    CAPTURE(line);
    const auto source = token_from_command(line);
    std::string token;
    try {
      token = asked(source);
    } catch (const std::runtime_error&) {
      token.clear();
    }
    CHECK(token.empty());
  }
  for (const std::string line : {"sleep 600", "echo t; sleep 600", "exec >&-; sleep 600", "yes"}) {
    CAPTURE(line);
    CHECK_THROWS_AS(static_cast<void>(token_from_command(line, 200ms)(false)), std::runtime_error);
  }
}

TEST_CASE("a command has no descriptor of this process") {
  const std::ofstream open_file{"/dev/null"};
  // 0, 1, 2, and the one that ls reads the folder by.
  CHECK(asked(token_from_command("ls /proc/self/fd | wc -l")) == "4");
}

#include "text_file.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include "coffeeauth/testing/doctest.hpp"

#include <fstream>

#include "env_file.hpp"
#include "tests/exposed.hpp"
#include "tests/temporary_folder.hpp"

namespace coffeeauth::server {
namespace {

namespace fs = std::filesystem;

struct Folder : coffeeauth::testing::TemporaryFolder {
  [[nodiscard]] fs::path with(std::string_view name, std::string_view text) const {
    std::ofstream{path() / name, std::ios::binary} << text;
    return path() / name;
  }
};

std::string complaint(const fs::path& file) {
  try {
    static_cast<void>(read_text_file_if_there(file));
    return {};
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    CHECK(text.starts_with(file.string() + ": "));
    return text.substr(file.string().size() + 2);
  }
}

TEST_CASE_FIXTURE(Folder, "a file is read whole") {
  CHECK(exposed(read_text_file(with("a", "A=1\r\n\0x"))) == "A=1\r\n");
  CHECK(read_text_file(with("empty", "")).empty());
  fs::create_symlink(path() / "a", path() / "link");
  CHECK_FALSE(read_text_file(path() / "link").empty());
  CHECK(read_text_file("/dev/null").empty());
}

TEST_CASE_FIXTURE(Folder, "only what is not there is nothing") {
  CHECK_FALSE(read_text_file_if_there(path() / "missing"));
  CHECK(read_text_file_if_there(with("empty", "")));
  CHECK_THROWS_AS(static_cast<void>(read_text_file(path() / "missing")), ConfigError);
}

TEST_CASE_FIXTURE(Folder, "what is there and cannot be read is said, and is not waited for") {
  fs::create_directory(path() / "folder");
  CHECK(complaint(path() / "folder") == "is a folder, not a file");
  REQUIRE(::mkfifo((path() / "pipe").c_str(), 0600) == 0);
  CHECK(complaint(path() / "pipe") == "is not a file");
  fs::create_symlink(path() / "nowhere", path() / "link");
  CHECK(complaint(path() / "link") == "is not there");
  CHECK(complaint(with("large", std::string(1024 * 1024 + 1, 'x'))) == "is larger than 1 MiB");
  if (::geteuid() == 0) return;  // who may read everything
  fs::permissions(with("closed", "x"), fs::perms::none);
  CHECK(complaint(path() / "closed") == "cannot be read: permission denied");
}

}  // namespace
}  // namespace coffeeauth::server

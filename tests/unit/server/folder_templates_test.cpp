#include "folder_templates.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <fstream>

#include "env_file.hpp"
#include "tests/temporary_folder.hpp"

using namespace coffeeauth;
using namespace coffeeauth::server;

namespace {

struct Folder {
  coffeeauth::testing::TemporaryFolder folder;

  void write(const std::string& name, const std::string& text) const {
    const auto file = folder.path() / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream{file} << text;
  }
  [[nodiscard]] auto make() const { return make_folder_templates(folder.path(), "Bean"); }
  [[nodiscard]] std::string complaint() const {
    try {
      static_cast<void>(make());
    } catch (const ConfigError& failure) {
      const std::string begin = "MAIL_TEMPLATES: " + folder.path().string();
      const std::string what = failure.what();
      return what.starts_with(begin) ? what.substr(begin.size()) : "not named: " + what;
    }
    return {};
  }
};

std::string text_of(const MailTemplates& templates, std::string_view kind, std::string language) {
  const auto mail = templates.render(kind, {.to = EmailAddress::parse("ada@example.org").value(),
                                            .language = std::move(language),
                                            .code = "042137"});
  return mail ? mail->subject + "|" + mail->text + "|" + mail->html : "none";
}

}  // namespace

TEST_CASE_FIXTURE(Folder, "an operator's files stand in place of the library's, one by one") {
  write("en/login_code.txt", "Subject: Hi from {{service}}\n\n{{code}}\n");
  write("fr/verification_code.txt", "Subject: Code\n\n{{code}}\n");
  write("fr/verification_code.html", "<p>Voici</p>{{> code}}");
  write("layout.html", "<html>{{> words}}</html>");
  write("code.html", "<b>{{code}}</b>");
  write(".git/config", "left alone");
  const auto templates = make();
  CHECK(text_of(*templates, "login_code", "en") == "Hi from Bean|042137\n|");
  CHECK(text_of(*templates, "verification_code", "fr-CA") ==
        "Code|042137\n|<html><p>Voici</p><b>042137</b></html>");
  CHECK(text_of(*templates, "login_code", "de").starts_with("Bean: Ihr Anmeldecode|Guten Tag,\n"));
  CHECK(text_of(*templates, "order_shipped", "en") == "none");
}

TEST_CASE("without a folder the library's own words are used") {
  const auto templates = make_folder_templates({}, "Bean");
  CHECK(text_of(*templates, "login_code", "en").starts_with("Bean: your login code|Hello,\n"));
}

TEST_CASE_FIXTURE(Folder, "what is wrong in the folder stops the start, with setting and file") {
  SUBCASE("broken") {
    write("en/login_code.txt", "Subject: Hi\n\n{{#code}}");
    CHECK(complaint() == "/en/login_code.txt: line 3: Unclosed section \"code\"");
  }
  SUBCASE("a name that nothing fills") {
    write("en/login_code.txt", "Subject: Hi\n\n{{code}} {{name}}");
    CHECK(complaint() == "/en/login_code.txt: nothing fills {{name}}");
  }
  SUBCASE("a kind that is none") {
    write("de/login_codes.txt", "Subject: Hi\n\n{{code}}");
    CHECK(complaint().starts_with(
        "/de/login_codes.txt: there is no mail of this name; there are email_changed, "));
  }
  SUBCASE("HTML without text") {
    write("de/login_code.html", "{{> code}}");
    CHECK(complaint() == "/de/login_code.html: has no login_code.txt beside it");
  }
  SUBCASE("another kind of file") {
    write("de/login_code.md", "x");
    CHECK(complaint() == "/de/login_code.md: is no .txt and no .html");
  }
  SUBCASE("another file beside the languages") {
    write("footer.html", "x");
    CHECK(complaint() ==
          "/footer.html: is neither a language's folder nor layout.html, code.html or button.html");
  }
  SUBCASE("a region") {
    write("de-AT/login_code.txt", "Subject: Hi\n\n{{code}}");
    CHECK(complaint().starts_with("/de-AT/login_code: a language is named by"));
  }
  SUBCASE("a layout without room") {
    write("layout.html", "<html></html>");
    CHECK(complaint() == "/layout.html: it must hold {{> words}}");
  }
  SUBCASE("a folder in place of a file") {
    write("en/login_code.txt/x", "x");
    CHECK(complaint() == "/en/login_code.txt: is a folder, not a file");
  }
  SUBCASE("no folder") {
    std::filesystem::remove_all(folder.path());
    CHECK(complaint().starts_with(": cannot be read: "));
  }
}

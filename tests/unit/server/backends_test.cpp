#include "backends.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include "env_file.hpp"
#include "tests/exposed.hpp"

using namespace coffeeauth;
using namespace coffeeauth::server;

namespace {

Settings with(std::map<std::string, std::string, std::less<>> old_names) {
  Settings settings;
  settings.secret_key = Secret{std::string(32, 'k')};
  settings.old_names = std::move(old_names);
  return settings;
}

Settings with_database(std::string url) {
  auto settings = with({});
  settings.database_url = std::move(url);
  return settings;
}

template <class Ask>
std::string complaint(Ask ask) {
  try {
    ask();
    return {};
  } catch (const ConfigError& error) {
    return error.what();
  }
}

}  // namespace

TEST_CASE(
    "with nothing set the database is a file in DATA_DIR, and there is no Redis and no SMTP") {
  Settings settings;
  settings.data_dir = "/somewhere";
  CHECK(std::get<sql::SqliteOptions>(database_of(settings)).path == "/somewhere/coffeeauth.db");
  CHECK_FALSE(redis_of(settings));
  CHECK_FALSE(smtp_of(settings));
}

TEST_CASE("DATABASE_URL chooses the database") {
  CHECK(std::get<sql::SqliteOptions>(database_of(with_database("sqlite:///a/b.db"))).path ==
        "a/b.db");
  auto settings = with_database("postgresql://ada:pass@db:5433/app");
  settings.database_connections = 7;
  const auto database = database_of(settings);
  const auto& postgres = std::get<sql::PostgresOptions>(database);
  CHECK(postgres.host == "db");
  CHECK(postgres.port == 5433);
  CHECK(postgres.password.expose_secret() == "pass");
  CHECK(postgres.connections == 7);
  CHECK(name_of(database) == "postgresql://db:5433/app");
}

TEST_CASE("the old names choose PostgreSQL, and DATABASE_URL wins over them") {
  const auto names = [] {
    return with({{"DB_HOST", "db"},
                 {"DB_PORT", "5433"},
                 {"DB_NAME", "app"},
                 {"DB_USER", "ada"},
                 {"DB_PASSWORD", "it's 100% @ odd/"}});
  };
  const auto database = database_of(names());
  const auto& postgres = std::get<sql::PostgresOptions>(database);
  CHECK(postgres.host == "db");
  CHECK(postgres.port == 5433);
  CHECK(postgres.database == "app");
  CHECK(postgres.user == "ada");
  CHECK(postgres.password.expose_secret() == "it's 100% @ odd/");

  auto both = names();
  both.database_url = "sqlite:///a.db";
  CHECK(std::holds_alternative<sql::SqliteOptions>(database_of(both)));
}

TEST_CASE("PostgreSQL needs a SECRET_KEY that all processes have") {
  auto settings = with_database("postgresql://ada:pass@db/app");
  settings.secret_key = {};
  CHECK(complaint([&] { (void)database_of(settings); }).starts_with("SECRET_KEY: "));
}

TEST_CASE("REDIS_URL, or the old names, choose Redis") {
  auto settings = with({{"REDIS_HOST", "old"}, {"REDIS_PORT", "6380"}});
  CHECK(redis_of(settings)->host == "old");
  CHECK(redis_of(settings)->port == 6380);
  settings.redis_url = "rediss://:pass@new";
  CHECK(redis_of(settings)->host == "new");
  CHECK(redis_of(settings)->tls);
}

TEST_CASE("SMTP_URL, or the old names, choose the mail server") {
  auto settings = with({{"EMAIL_HOST", "old"},
                        {"EMAIL_HOST_USER", "me@example.com"},
                        {"EMAIL_HOST_PASSWORD", "p@ss"}});
  settings.from_email = "Shop <shop@example.com>";
  const auto old = smtp_of(settings);
  REQUIRE(old);
  CHECK(old->host == "old");
  CHECK(old->port == 587);
  CHECK(old->security == smtp::SmtpSecurity::starttls);
  CHECK(old->username == "me@example.com");
  CHECK(old->password.expose_secret() == "p@ss");
  CHECK(old->from.name == "Shop");

  settings.smtp_url = "smtps://new";
  CHECK(smtp_of(settings)->host == "new");
  CHECK(smtp_of(settings)->security == smtp::SmtpSecurity::implicit_tls);
}

TEST_CASE("EMAIL_USE_TLS and EMAIL_PORT say how the mail server is spoken to") {
  const auto asked = [](std::string tls, std::string port) {
    auto options = smtp_of(with({{"EMAIL_HOST", "mail"},
                                 {"EMAIL_USE_TLS", std::move(tls)},
                                 {"EMAIL_PORT", std::move(port)}}));
    return std::pair{options->security, options->port};
  };
  CHECK(asked("True", "2525") == std::pair{smtp::SmtpSecurity::starttls, std::uint16_t{2525}});
  CHECK(asked("False", "1025") == std::pair{smtp::SmtpSecurity::none, std::uint16_t{1025}});
  CHECK(asked("True", "465") == std::pair{smtp::SmtpSecurity::implicit_tls, std::uint16_t{465}});
  for (const char* const no : {"no", "off", "FALSE", "0"}) {
    CHECK(asked(no, "1025") == std::pair{smtp::SmtpSecurity::none, std::uint16_t{1025}});
  }
}

TEST_CASE("EMAIL_USE_SSL is TLS from the first octet, and excludes EMAIL_USE_TLS") {
  const auto options = smtp_of(with({{"EMAIL_HOST", "mail"}, {"EMAIL_USE_SSL", "true"}}));
  CHECK(options->security == smtp::SmtpSecurity::implicit_tls);
  CHECK(options->port == 465);
  const auto both =
      with({{"EMAIL_HOST", "mail"}, {"EMAIL_USE_SSL", "true"}, {"EMAIL_USE_TLS", "true"}});
  CHECK(complaint([&] { (void)smtp_of(both); }).starts_with("EMAIL_USE_SSL: "));
}

TEST_CASE("REDIS_DB and REDIS_PASSWORD of the service before are read") {
  const auto options =
      redis_of(with({{"REDIS_HOST", "r"}, {"REDIS_DB", "3"}, {"REDIS_PASSWORD", "p@ss"}}));
  CHECK(options->database == 3);
  CHECK(options->password.expose_secret() == "p@ss");
}

TEST_CASE("what the check of the settings accepts, the start does not refuse, and the other way") {
  const auto refused = [](Settings settings) {
    return complaint([&] { check_settings(settings, Mails::delivered); });
  };
  CHECK(refused(with({})).empty());
  CHECK(refused(with_database("postgresql://u@db/app?sslmode=no")).starts_with("DATABASE_URL: "));
  CHECK(refused(with_database("postgresql://u@d b/app")).starts_with("DATABASE_URL: "));
  CHECK(refused(with_database("sqlite:///x.db?mode=ro")).starts_with("DATABASE_URL: "));
  CHECK(refused(with({{"DB_NAME", "app"}})).starts_with("DB_USER: "));
  auto settings = with({});
  settings.redis_url = "rediss://cache?ca_file=/nowhere.pem";
  CHECK(refused(std::move(settings)).starts_with("REDIS_URL: "));
  settings = with({});
  settings.smtp_url = "smtp://mail?ca_file=/nowhere.pem";
  CHECK(refused(std::move(settings)).starts_with("SMTP_URL: "));
}

TEST_CASE("a password that would be read as a part of the place has to be percent-encoded") {
  const auto said = [](const std::string& url) {
    return complaint([&] { static_cast<void>(database_of(with_database(url))); });
  };
  for (const auto* const url :
       {"postgresql://u:a@b/c@db/app", "postgresql://u:hunter/2@db/app",
        "postgresql://u:hunter?2@db/app", "postgresql://u:a@hunter?2@db/app"}) {
    CAPTURE(url);
    CHECK(said(url).starts_with("DATABASE_URL: "));
    CHECK(said(url).find("percent-encode") != std::string::npos);
    CHECK(said(url).find("hunter") == std::string::npos);
  }
  CHECK(said("postgresql://u:a@b@db/app").empty());
  CHECK(said("postgresql://u@db/app?sslrootcert=/etc/ca@home.pem").empty());
}

TEST_CASE("a login with a token says where the token comes from") {
  const auto settings_of = [](std::string auth, std::string file, std::string command) {
    auto settings =
        with({{"EMAIL_HOST", "mail"}, {"EMAIL_HOST_USER", "u"}, {"EMAIL_AUTH", std::move(auth)}});
    settings.email_token_file = std::move(file);
    settings.email_token_command = std::move(command);
    return settings;
  };
  const auto said = [&](const Settings& settings) {
    return complaint([&] { (void)smtp_of(settings); });
  };
  const auto by_command = smtp_of(settings_of("xoauth2", "", "echo t"));
  REQUIRE(by_command);
  CHECK(by_command->login == smtp::SmtpLogin::xoauth2);
  CHECK(exposed(by_command->token(false)) == "t");
  CHECK(said(settings_of("xoauth2", "/file", "")).empty());
  CHECK(said(settings_of("xoauth2", "", "")).starts_with("EMAIL_TOKEN_FILE: "));
  CHECK(said(settings_of("xoauth2", "/file", "echo t")).starts_with("EMAIL_TOKEN_FILE: "));
  CHECK(said(settings_of("password", "/file", "")).starts_with("EMAIL_AUTH: "));
  const auto with_old = [&](const char* name, const char* value) {
    std::map<std::string, std::string, std::less<>> names{
        {"EMAIL_HOST", "mail"}, {"EMAIL_HOST_USER", "u"}, {"EMAIL_AUTH", "xoauth2"}};
    names.insert_or_assign(name, value);
    auto settings = with(std::move(names));
    settings.email_token_file = "/file";
    return settings;
  };
  CHECK(said(with_old("EMAIL_HOST_USER", "")).starts_with("EMAIL_HOST_USER: "));
  CHECK(said(with_old("EMAIL_HOST_PASSWORD", "p")).starts_with("EMAIL_HOST_PASSWORD: "));
  CHECK(said(with_old("EMAIL_USE_TLS", "no")).starts_with("EMAIL_USE_TLS: "));
  for (const auto* const login : {"password", "xoauth2"}) {
    auto by_url = settings_of(login, "/file", "");
    by_url.smtp_url = "smtp://u@mail?auth=xoauth2";
    CHECK(said(by_url).starts_with("EMAIL_AUTH: ") == (std::string_view{login} == "password"));
  }
}

TEST_CASE("a login at a mail server that cannot be names the part that is wrong") {
  const auto said = [](std::map<std::string, std::string, std::less<>> names) {
    return complaint([&] { static_cast<void>(smtp_of(with(std::move(names)))); });
  };
  const std::map<std::string, std::string, std::less<>> whole{
      {"EMAIL_HOST", "mail"}, {"EMAIL_HOST_USER", "me"}, {"EMAIL_HOST_PASSWORD", "p"}};
  CHECK(said(whole).empty());
  auto names = whole;
  names["EMAIL_USE_TLS"] = "false";
  CHECK(said(names).starts_with("EMAIL_USE_TLS: "));
  names["EMAIL_USE_SSL"] = "true";
  CHECK(said(names).empty());
  names = whole;
  names.erase("EMAIL_HOST_PASSWORD");
  CHECK(said(names).starts_with("EMAIL_HOST_PASSWORD: "));
  names = whole;
  names.erase("EMAIL_HOST_USER");
  CHECK(said(names).starts_with("EMAIL_HOST_USER: "));
  auto settings = with({});
  settings.email_token_file = "/token";
  CHECK(complaint([&] { static_cast<void>(smtp_of(settings)); }).starts_with("EMAIL_TOKEN_FILE: "));
}

TEST_CASE("over PostgreSQL mails need a mail server or a folder that was asked for") {
  auto settings = with_database("sqlite:///a.db");
  settings.data_dir = "/somewhere";
  CHECK(mail_folder_of(settings) == "/somewhere/mail");
  settings.database_url = "postgresql://ada:pass@db/app";
  CHECK_FALSE(mail_folder_of(settings));
  settings.mail_folder = "/mails";
  CHECK(mail_folder_of(settings) == "/mails");
  settings.database_url = "sqlite:///a.db";
  CHECK(mail_folder_of(settings) == "/mails");
  settings.smtp_url = "smtp://mail";
  CHECK(complaint([&] { (void)smtp_of(settings); }).starts_with("MAIL_FOLDER: "));

  settings = with_database("postgresql://ada:pass@db/app");
  const auto refused = [&](Mails mails) {
    return complaint([&] { check_settings(settings, mails); });
  };
  CHECK(refused(Mails::delivered).starts_with("SMTP_URL: "));
  CHECK(refused(Mails::left_to_others).empty());
  settings.mail_folder = "/mails";
  CHECK(refused(Mails::delivered).empty());
}

TEST_CASE("a part of an address without its host is refused, and no wish for the default") {
  for (const auto* const part : {"DB_USER", "DB_PASSWORD"}) {
    auto settings = with({{part, "5432"}});
    CHECK(complaint([&] { (void)database_of(settings); }) ==
          std::string{part} + ": DB_NAME needs to be set, too");
    settings.database_url = "sqlite:///a.db";
    CHECK(complaint([&] { (void)database_of(settings); }).empty());
  }
  for (const auto* const part : {"REDIS_PASSWORD"}) {
    auto settings = with({{part, "1"}, {"REDIS_DB", "0"}});
    CHECK(complaint([&] { (void)redis_of(settings); }) ==
          std::string{part} + ": REDIS_HOST needs to be set, too");
    settings.redis_url = "redis://cache";
    CHECK(complaint([&] { (void)redis_of(settings); }).empty());
  }
  for (const auto* const part : {"EMAIL_HOST_USER", "EMAIL_HOST_PASSWORD", "EMAIL_AUTH"}) {
    auto settings = with({{part, "25"}});
    CHECK(complaint([&] { (void)smtp_of(settings); }) ==
          std::string{part} + ": EMAIL_HOST needs to be set, too");
    settings.mail_folder = "/mails";
    CHECK(complaint([&] { (void)smtp_of(settings); }).empty());
  }
}

TEST_CASE("MAIL_HOSTNAME goes to the mail server's client") {
  auto settings = with({{"EMAIL_HOST", "mail"}});
  settings.mail_hostname = "auth.example.com";
  CHECK(smtp_of(settings)->client_name == "auth.example.com");

  settings.public_url = "https://accounts.example.com/auth";
  CHECK(smtp_of(settings)->client_name == "auth.example.com");
  settings.mail_hostname.clear();
  CHECK(smtp_of(settings)->client_name == "accounts.example.com");
  for (const auto* const url :
       {"http://localhost:8000", "http://127.0.0.1", "http://[::1]:80", ""}) {
    settings.public_url = url;
    CHECK(smtp_of(settings)->client_name.empty());
  }
}

TEST_CASE("what cannot be is named, and nothing secret with it") {
  const auto of_database = [](Settings settings) {
    return complaint([&] { (void)database_of(settings); });
  };
  CHECK(of_database(with({{"DB_HOST", "db"}})).starts_with("DB_NAME: "));
  for (const auto* const url : {"postgresql://u:canary@db", "postgres://u:canary@db:99999/app",
                                "mysql://u:canary@db/app", "canary"}) {
    const auto said = of_database(with_database(url));
    CHECK(said.starts_with("DATABASE_URL: "));
    CHECK(said.find("canary") == std::string::npos);
  }
  auto settings = with({});
  settings.redis_url = "http://:canary@x";
  CHECK(complaint([&] { (void)redis_of(settings); }).starts_with("REDIS_URL: "));
  settings.smtp_url = "canary";
  CHECK(complaint([&] { (void)smtp_of(settings); }).starts_with("SMTP_URL: "));
}

#include "mail_server.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>

namespace coffeeauth::smtp::testing {
namespace {

std::vector<std::string> command_for(SmtpSecurity security, const std::string& folder,
                                     const std::vector<std::string>& mechanisms) {
  std::vector<std::string> command{COFFEEAUTH_PYTHON, COFFEEAUTH_MAIL_SERVER, folder};
  if (security == SmtpSecurity::none) {
    command.emplace_back("plain");
    return command;
  }
  command.emplace_back(security == SmtpSecurity::starttls ? "starttls" : "tls");
  command.push_back(localhost().certificate);
  command.push_back(localhost().key);
  command.insert(command.end(), mechanisms.begin(), mechanisms.end());
  return command;
}

}  // namespace

MailServer::MailServer(SmtpSecurity security, const std::vector<std::string>& mechanisms)
    : security_(security),
      process_(command_for(security, folder_.path().string(), mechanisms), folder_.file("log")),
      port_(static_cast<std::uint16_t>(std::stoi(process_.first_line()))) {}

SmtpOptions MailServer::options() const {
  return security_ == SmtpSecurity::none
             ? plain_options(port_)
             : secured_options(port_, security_, certificates().authority());
}

std::vector<nlohmann::json> MailServer::mails() const {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator{folder_.path()}) {
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<nlohmann::json> mails;
  for (const auto& file : files) mails.push_back(nlohmann::json::parse(std::ifstream{file}));
  return mails;
}

void MailServer::refuse_next(const std::string& reply) const {
  std::ofstream{folder_.file("refuse")} << reply;
}

void MailServer::take_token(const std::string& token) const {
  std::ofstream{folder_.file("token")} << token;
}

std::size_t MailServer::quits(std::size_t expected) const {
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  while (lines_of("quits") < expected && std::chrono::steady_clock::now() < give_up) {
    std::this_thread::sleep_for(10ms);
  }
  return lines_of("quits");
}

std::size_t MailServer::lines_of(const std::string& file) const {
  std::ifstream in{folder_.file(file)};
  return static_cast<std::size_t>(
      std::count(std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{}, '\n'));
}

}  // namespace coffeeauth::smtp::testing

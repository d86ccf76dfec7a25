// The suite that is installed for mailers of an embedder's own, over a real server.
#include "coffeeauth/testing/contract/mailer.hpp"

#include "coffeeauth/testing/doctest.hpp"

#include <optional>

#include "mail_server.hpp"

using namespace coffeeauth;
using namespace coffeeauth::smtp;
using namespace coffeeauth::smtp::testing;

namespace {

class SmtpMailerHarness final : public coffeeauth::testing::MailerHarness {
 public:
  explicit SmtpMailerHarness(SmtpSecurity security) : security_(security) {}

  std::unique_ptr<Mailer> fresh() override {
    server_.emplace(security_);
    return make_smtp_mailer(server_->options());
  }
  std::vector<coffeeauth::testing::ReceivedMail> received() override {
    std::vector<coffeeauth::testing::ReceivedMail> all;
    if (!server_) return all;
    for (const auto& mail : server_->mails()) {
      const auto id = mail["message_id"].get<std::string>();
      all.push_back({mail["to"][0].get<std::string>(), mail["subject"].get<std::string>(),
                     mail["text"].get<std::string>(),
                     mail["html"].is_null() ? std::string{} : mail["html"].get<std::string>(),
                     id.substr(1, id.size() - 2)});
    }
    return all;
  }
  bool take_down() override {
    server_.reset();
    return true;
  }
  bool refuse_next() override {
    server_->refuse_next();
    return true;
  }

 private:
  SmtpSecurity security_;
  std::optional<MailServer> server_;
};

}  // namespace

TEST_CASE("the SMTP mailer keeps the Mailer contract") {
  SmtpMailerHarness harness{SmtpSecurity::starttls};
  coffeeauth::testing::mailer_contract(harness);
}

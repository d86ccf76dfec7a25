#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/testing/contract/mailer.hpp"
#include "coffeeauth/testing/recording_mailer.hpp"

using namespace coffeeauth;

namespace {

class RecordingMailerHarness final : public testing::MailerHarness {
 public:
  std::unique_ptr<Mailer> fresh() override {
    auto made = std::make_unique<testing::RecordingMailer>();
    mailer_ = made.get();
    return made;
  }
  std::vector<testing::ReceivedMail> received() override {
    std::vector<testing::ReceivedMail> all;
    for (const auto& mail : mailer_->delivered()) {
      all.push_back({mail.to.canonical(), mail.subject, mail.text, mail.html, mail.message_id});
    }
    return all;
  }
  bool take_down() override {
    mailer_->answer_next({DeliveryVerdict::retry_later, "down"});
    return true;
  }
  bool refuse_next() override {
    mailer_->answer_next({DeliveryVerdict::refused, "550"});
    return true;
  }

 private:
  testing::RecordingMailer* mailer_ = nullptr;
};

}  // namespace

TEST_CASE("the recording mailer keeps the Mailer contract") {
  RecordingMailerHarness harness;
  testing::mailer_contract(harness);
}

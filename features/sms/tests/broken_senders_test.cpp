// Senders that are wrong in one way each. The contract must reject them all.

#include <atomic>
#include <functional>
#include <memory>

#include "coffeeauth/sms/contract.hpp"
#include "coffeeauth/sms/testing.hpp"
#include "coffeeauth/testing/doctest.hpp"
#include "lib/testing/contract/samples.hpp"

namespace coffeeauth::sms {
namespace {

using testing::nth;

using Deliver = std::function<Delivery(RecordingSms&, Sms)>;

Sms copy_of(const Sms& message) {
  return {.id = message.id,
          .to = message.to,
          .text = message.text.clone(),
          .kind = message.kind,
          .expires_at = message.expires_at};
}

/// Does something wrong with each message, or with its verdict.
class WrongSender final : public SmsSender {
 public:
  WrongSender(std::shared_ptr<RecordingSms> inner, Deliver wrong)
      : inner_(std::move(inner)), wrong_(std::move(wrong)) {}
  Delivery deliver(const Sms& message) noexcept override {
    return wrong_(*inner_, copy_of(message));
  }

 private:
  std::shared_ptr<RecordingSms> inner_;
  Deliver wrong_;
};

class WrongSenderHarness final : public SmsSenderHarness {
 public:
  explicit WrongSenderHarness(Deliver wrong) : wrong_(std::move(wrong)) {}
  std::unique_ptr<SmsSender> fresh() override {
    phone_ = std::make_shared<RecordingSms>();
    return std::make_unique<WrongSender>(phone_, wrong_);
  }
  std::vector<ReceivedSms> received() override {
    std::vector<ReceivedSms> all;
    for (const auto& one : phone_->delivered()) {
      all.push_back({one.id, one.to.str(), one.text, one.kind, one.expires_at});
    }
    return all;
  }
  bool take_down() override {
    phone_->answer_next({DeliveryVerdict::retry_later, "down"});
    return true;
  }
  bool refuse_next() override {
    phone_->answer_next({DeliveryVerdict::refused, "HTTP 400"});
    return true;
  }

 private:
  Deliver wrong_;
  std::shared_ptr<RecordingSms> phone_;
};

void try_sender(Deliver wrong) {
  WrongSenderHarness harness{std::move(wrong)};
  sms_sender_contract(harness);
}

}  // namespace

TEST_CASE("the senders that the broken ones are made from are sound") {
  try_sender([](RecordingSms& inner, Sms message) { return inner.deliver(message); });
}

TEST_CASE("the suite rejects senders that send twice" * doctest::should_fail()) {
  try_sender([](RecordingSms& inner, Sms message) {
    static_cast<void>(inner.deliver(message));
    return inner.deliver(message);
  });
}

TEST_CASE("the suite rejects senders that give each try an id of its own" *
          doctest::should_fail()) {
  static std::atomic<std::uint64_t> tries{1'000};
  try_sender([](RecordingSms& inner, Sms message) {
    message.id = nth<JobId>(++tries);
    return inner.deliver(message);
  });
}

TEST_CASE("the suite rejects senders that forget the expiry" * doctest::should_fail()) {
  try_sender([](RecordingSms& inner, Sms message) {
    message.expires_at.reset();
    return inner.deliver(message);
  });
}

TEST_CASE("the suite rejects senders that send one line" * doctest::should_fail()) {
  try_sender([](RecordingSms& inner, Sms message) {
    const auto text = message.text.clone();
    const auto whole = text.expose_secret();
    message.text = Secret{whole.substr(0, whole.find('\n'))};
    return inner.deliver(message);
  });
}

TEST_CASE("the suite rejects senders that call every failure a refusal" * doctest::should_fail()) {
  try_sender([](RecordingSms& inner, Sms message) {
    auto delivery = inner.deliver(message);
    if (delivery.verdict == DeliveryVerdict::retry_later) {
      delivery.verdict = DeliveryVerdict::refused;
    }
    return delivery;
  });
}

TEST_CASE("the suite rejects senders that try for ever" * doctest::should_fail()) {
  try_sender([](RecordingSms& inner, Sms message) {
    auto delivery = inner.deliver(message);
    if (delivery.verdict == DeliveryVerdict::refused) {
      delivery.verdict = DeliveryVerdict::retry_later;
    }
    return delivery;
  });
}

TEST_CASE("the suite rejects senders that tell the number" * doctest::should_fail()) {
  try_sender([](RecordingSms& inner, Sms message) {
    auto delivery = inner.deliver(message);
    delivery.reason = "no way to " + message.to.str();
    return delivery;
  });
}

}  // namespace coffeeauth::sms

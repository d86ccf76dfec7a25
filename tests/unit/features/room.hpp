#pragma once
/// Room: a feature with one of everything, for tests of what features are given.

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "coffeeauth/kernel.hpp"
#include "tests/unit/users/fixture.hpp"

namespace coffeeauth::features {

class Room final : public Feature,
                   private Recorder,
                   private LoginStep,
                   private ClaimsSource,
                   private AddressGuard {
 public:
  explicit Room(std::string name = "room") : name_(std::move(name)) {}

  // What it is to do.
  std::optional<EventKind> throws_on;
  std::optional<EventKind> mail_on;
  std::function<Result<std::optional<LoginChallenge>>(const PendingLogin&)> asks;
  Claims gives;
  std::vector<LimitRule> limits;
  std::vector<CleanUp> clean_ups;
  std::vector<MailKind> mails;
  std::map<std::string, std::string> notice_values;
  std::chrono::seconds digests_live_for{0};
  /// Whom addresses are kept for. It guards none at all where it is empty when it is attached.
  std::function<std::optional<UserId>(Transaction&, const EmailAddress&, UtcTime)> holds;

  // What it was told.
  std::vector<std::string> recorded;
  Kernel* kernel = nullptr;

  std::string_view name() const noexcept override { return name_; }

  Contributions attach(Kernel& given) override {
    kernel = &given;
    Contributions brought{.limits = limits,
                          .clean_ups = clean_ups,
                          .login_steps = {this},
                          .recorders = {this},
                          .claims = {this},
                          .mails = mails,
                          .notice_values = notice_values,
                          .digests_live_for = digests_live_for};
    if (holds) brought.address_guards = {this};
    return brought;
  }

 private:
  void record(Transaction& tx, const Event& event) override {
    if (throws_on == event.kind) throw std::runtime_error{"the recorder was told to"};
    recorded.emplace_back(event.kind.word());
    if (mail_on != event.kind) return;
    kernel->enqueue(tx, mail_kind::sign_up_for_existing, {.to = email("room@example.org")}, {});
  }
  Result<std::optional<LoginChallenge>> ask(const PendingLogin& login) override {
    return asks ? asks(login) : std::optional<LoginChallenge>{};
  }
  Claims claims_of(const LiveSession&) override { return gives; }
  std::optional<UserId> holder_of(Transaction& tx, const EmailAddress& address,
                                  UtcTime now) override {
    return holds(tx, address, now);
  }

  const std::string name_;
};

}  // namespace coffeeauth::features

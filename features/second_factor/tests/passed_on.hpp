#pragma once
/// PassedOn: what a test that changes one verb of a FactorStore begins with.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "coffeeauth/second_factor/factors.hpp"

namespace coffeeauth::second_factor {

/// The rows of another FactorStore, as they are.
class PassedOn : public Factors {
 public:
  explicit PassedOn(std::unique_ptr<Factors> inner) : rows(std::move(inner)) {}

  void hold(const UserId& user) override { rows->hold(user); }
  void put_ticket(const Ticket& ticket, std::size_t max_live) override {
    rows->put_ticket(ticket, max_live);
  }
  std::optional<Ticket> find_ticket(const std::vector<FeatureDigest>& digests,
                                    UtcTime now) override {
    return rows->find_ticket(digests, now);
  }
  std::optional<Ticket> spend_attempt(const FeatureDigest& digest, std::size_t max,
                                      UtcTime now) override {
    return rows->spend_attempt(digest, max, now);
  }
  std::optional<Ticket> redeem(const FeatureDigest& digest, UtcTime now) override {
    return rows->redeem(digest, now);
  }
  LiveRows count_live(UtcTime now) override { return rows->count_live(now); }
  std::size_t drop_tickets(const UserId& user) override { return rows->drop_tickets(user); }
  bool put_code(const FeatureDigest& ticket, const TicketCode& code, UtcTime now) override {
    return rows->put_code(ticket, code, now);
  }
  std::optional<Ticket> try_code(const FeatureDigest& ticket, const FactorId& factor,
                                 const GuessLimits& limits, UtcTime now) override {
    return rows->try_code(ticket, factor, limits, now);
  }
  Attempt begin_attempt(const UserId& user, bool known, const FailurePolicy& policy,
                        UtcTime now) override {
    return rows->begin_attempt(user, known, policy, now);
  }
  Attempt attempts(const UserId& user, bool known, const FailurePolicy& policy,
                   UtcTime now) override {
    return rows->attempts(user, known, policy, now);
  }
  void passed(const UserId& user, bool known) override { rows->passed(user, known); }
  void unlock(const UserId& user) override { rows->unlock(user); }
  bool take_notice(const UserId& user, std::chrono::seconds pause, UtcTime now) override {
    return rows->take_notice(user, pause, now);
  }
  AddOutcome add_factor(const Factor& factor, std::size_t max) override {
    return rows->add_factor(factor, max);
  }
  bool confirm_factor(const UserId& user, const FactorId& id, std::int64_t step,
                      UtcTime now) override {
    return rows->confirm_factor(user, id, step, now);
  }
  bool accept_step(const UserId& user, const FactorId& id, std::int64_t step,
                   UtcTime now) override {
    return rows->accept_step(user, id, step, now);
  }
  bool mark_used(const UserId& user, const FactorId& id, UtcTime now) override {
    return rows->mark_used(user, id, now);
  }
  std::vector<Factor> list_factors(const UserId& user, UtcTime now) override {
    return rows->list_factors(user, now);
  }
  std::optional<Factor> find_factor(const UserId& user, const FactorId& id, UtcTime now) override {
    return rows->find_factor(user, id, now);
  }
  bool rename_factor(const UserId& user, const FactorId& id, std::string_view label) override {
    return rows->rename_factor(user, id, label);
  }
  bool remove_factor(const UserId& user, const FactorId& id) override {
    return rows->remove_factor(user, id);
  }
  std::size_t remove_factors(const UserId& user, UtcTime since) override {
    return rows->remove_factors(user, since);
  }
  std::vector<SealedFactor> list_sealed(const FactorId& after, std::size_t limit) override {
    return rows->list_sealed(after, limit);
  }
  bool reseal(const FactorId& id, const std::string& from, const std::string& to) override {
    return rows->reseal(id, from, to);
  }
  void replace_recovery_codes(const UserId& user, const std::vector<FeatureDigest>& digests,
                              UtcTime now) override {
    rows->replace_recovery_codes(user, digests, now);
  }
  std::size_t drop_recovery_codes(const UserId& user, UtcTime since) override {
    return rows->drop_recovery_codes(user, since);
  }
  std::optional<std::size_t> spend_recovery_code(
      const UserId& user, const std::vector<FeatureDigest>& digests) override {
    return rows->spend_recovery_code(user, digests);
  }
  std::size_t count_recovery_codes(const UserId& user) override {
    return rows->count_recovery_codes(user);
  }
  void trust(const Device& device, std::size_t max) override { rows->trust(device, max); }
  bool use_device(const UserId& user, const std::vector<FeatureDigest>& digests,
                  std::int64_t security_version, UtcTime now) override {
    return rows->use_device(user, digests, security_version, now);
  }
  std::vector<Device> list_devices(const UserId& user, std::int64_t security_version,
                                   UtcTime now) override {
    return rows->list_devices(user, security_version, now);
  }
  bool forget_device(const UserId& user, const DeviceId& id) override {
    return rows->forget_device(user, id);
  }
  std::size_t forget_devices(const UserId& user) override { return rows->forget_devices(user); }
  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    return rows->delete_expired(limit, now);
  }

 protected:
  std::unique_ptr<Factors> rows;
};

}  // namespace coffeeauth::second_factor

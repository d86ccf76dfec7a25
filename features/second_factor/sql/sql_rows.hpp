#pragma once
/// The rows of the room in SQL, one part of the port on top of the other.

#include <memory>

#include "coffeeauth/second_factor/factors.hpp"

namespace coffeeauth::second_factor {

/// Tickets, codes that were sent, and counters.
class SqlTickets : public Factors {
 public:
  explicit SqlTickets(Transaction& transaction) : tx_(transaction) {}

  void hold(const UserId& user) override;
  void put_ticket(const Ticket& ticket, std::size_t max_live) override;
  std::optional<Ticket> find_ticket(const std::vector<FeatureDigest>& digests,
                                    UtcTime now) override;
  std::optional<Ticket> spend_attempt(const FeatureDigest& digest, std::size_t max,
                                      UtcTime now) override;
  std::optional<Ticket> redeem(const FeatureDigest& digest, UtcTime now) override;
  std::size_t drop_tickets(const UserId& user) override;
  bool put_code(const FeatureDigest& ticket, const TicketCode& code, UtcTime now) override;
  std::optional<Ticket> try_code(const FeatureDigest& ticket, const FactorId& factor,
                                 const GuessLimits& limits, UtcTime now) override;
  Attempt begin_attempt(const UserId& user, bool known, const FailurePolicy& policy,
                        UtcTime now) override;
  Attempt attempts(const UserId& user, bool known, const FailurePolicy& policy,
                   UtcTime now) override;
  void passed(const UserId& user, bool known) override;
  void unlock(const UserId& user) override;
  bool take_notice(const UserId& user, std::chrono::seconds pause, UtcTime now) override;

 protected:
  Transaction& tx_;
};

/// Factors, recovery codes and devices.
class SqlFactors final : public SqlTickets {
 public:
  using SqlTickets::SqlTickets;

  AddOutcome add_factor(const Factor& factor, std::size_t max) override;
  bool confirm_factor(const UserId& user, const FactorId& id, std::int64_t step,
                      UtcTime now) override;
  bool accept_step(const UserId& user, const FactorId& id, std::int64_t step, UtcTime now) override;
  bool mark_used(const UserId& user, const FactorId& id, UtcTime now) override;
  std::vector<Factor> list_factors(const UserId& user, UtcTime now) override;
  std::optional<Factor> find_factor(const UserId& user, const FactorId& id, UtcTime now) override;
  bool rename_factor(const UserId& user, const FactorId& id, std::string_view label) override;
  bool remove_factor(const UserId& user, const FactorId& id) override;
  std::size_t remove_factors(const UserId& user, UtcTime since) override;
  std::vector<SealedFactor> list_sealed(const FactorId& after, std::size_t limit) override;
  bool reseal(const FactorId& id, const std::string& from, const std::string& to) override;
  void replace_recovery_codes(const UserId& user, const std::vector<FeatureDigest>& digests,
                              UtcTime now) override;
  std::size_t drop_recovery_codes(const UserId& user, UtcTime since) override;
  std::optional<std::size_t> spend_recovery_code(
      const UserId& user, const std::vector<FeatureDigest>& digests) override;
  std::size_t count_recovery_codes(const UserId& user) override;
  void trust(const Device& device, std::size_t max) override;
  bool use_device(const UserId& user, const std::vector<FeatureDigest>& digests,
                  std::int64_t security_version, UtcTime now) override;
  std::vector<Device> list_devices(const UserId& user, std::int64_t security_version,
                                   UtcTime now) override;
  bool forget_device(const UserId& user, const DeviceId& id) override;
  std::size_t forget_devices(const UserId& user) override;
  LiveRows count_live(UtcTime now) override;
  std::size_t delete_expired(std::size_t limit, UtcTime now) override;
};

}  // namespace coffeeauth::second_factor

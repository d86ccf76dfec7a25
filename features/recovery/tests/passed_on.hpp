#pragma once
/// PassedOn: what a test that changes one verb of a TicketStore begins with.

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "coffeeauth/recovery/tickets.hpp"

namespace coffeeauth::recovery {

/// The rows of another TicketStore, as they are.
class PassedOn : public Tickets {
 public:
  explicit PassedOn(std::unique_ptr<Tickets> inner) : rows(std::move(inner)) {}

  bool take_slot(const UserId& user, const MailRequest& request, const MailPace& pace,
                 UtcTime now) override {
    return rows->take_slot(user, request, pace, now);
  }
  void put(const Ticket& ticket) override { rows->put(ticket); }
  std::optional<Ticket> find(TicketKind kind, const std::vector<FeatureDigest>& digests,
                             UtcTime now) override {
    return rows->find(kind, digests, now);
  }
  std::vector<Ticket> list(const UserId& user, TicketKind kind, UtcTime now) override {
    return rows->list(user, kind, now);
  }
  bool redeem(TicketKind kind, const FeatureDigest& digest, UtcTime now) override {
    return rows->redeem(kind, digest, now);
  }
  std::optional<Ticket> count_guess(const UserId& user, TicketKind kind, const GuessLimits& limits,
                                    UtcTime now) override {
    return rows->count_guess(user, kind, limits, now);
  }
  std::size_t drop(const UserId& user, TicketKind kind, std::int64_t from) override {
    return rows->drop(user, kind, from);
  }
  void reserve(const EmailAddress& email, const UserId& user, UtcTime until) override {
    rows->reserve(email, user, until);
  }
  std::optional<UserId> holder_of(const EmailAddress& email, UtcTime now) override {
    return rows->holder_of(email, now);
  }
  std::size_t count_live(TicketKind kind, UtcTime now) override {
    return rows->count_live(kind, now);
  }
  std::size_t delete_expired(std::size_t limit, UtcTime now) override {
    return rows->delete_expired(limit, now);
  }

 protected:
  std::unique_ptr<Tickets> rows;
};

}  // namespace coffeeauth::recovery

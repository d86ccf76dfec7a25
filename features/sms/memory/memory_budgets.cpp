#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "coffeeauth/memory/rooms.hpp"
#include "coffeeauth/sms/memory.hpp"

namespace coffeeauth::sms {
namespace {

using namespace std::chrono_literals;

struct SentMessage {
  /// Nothing when the user is gone.
  std::optional<UserId> user;
  FeatureDigest number;
  FeatureDigest network;
  BudgetShare share = BudgetShare::login;
  UtcTime sent_at{};
};

/// Everything, under the lock of the memory store.
struct SentMessages {
  std::map<std::uint64_t, SentMessage> rows;
  /// Not taken back by a rollback, which costs a number and nothing else.
  std::uint64_t turns = 0;
};

/// When messages were sent that count against a request.
struct Past {
  std::vector<UtcTime> of_user;
  std::vector<UtcTime> enrolments;
  std::vector<UtcTime> of_number;
  /// Enrolments from the network, the last one of each other number.
  std::vector<UtcTime> of_other_numbers;
  /// In the last hour.
  std::vector<UtcTime> of_service;
};

bool is_one_of(const std::vector<FeatureDigest>& digests, const FeatureDigest& digest) {
  return std::find(digests.begin(), digests.end(), digest) != digests.end();
}

class MemoryBudgets final : public Budgets {
 public:
  MemoryBudgets(SentMessages& all, Transaction& transaction) : all_(all), tx_(transaction) {}

  BudgetAnswer take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    auto past = look_back(request, now);
    auto free_at = std::max(limits.user.free_at(std::move(past.of_user), now),
                            limits.number.free_at(std::move(past.of_number), now));
    if (request.share == BudgetShare::enrolment) {
      free_at = std::max({free_at, limits.enrolment_free_at(std::move(past.enrolments), now),
                          limits.network_free_at(std::move(past.of_other_numbers), now)});
    }
    if (free_at > now) return {BudgetVerdict::paced, free_at};
    const auto most = limits.service_limit(request.share);
    auto& in_hour = past.of_service;
    if (in_hour.size() >= most) {
      std::sort(in_hour.begin(), in_hour.end(), std::greater{});
      return {BudgetVerdict::service_full, in_hour[most - 1] + 1h};
    }
    count(request, now);
    return {BudgetVerdict::taken, now};
  }

  std::size_t delete_old(UtcTime cutoff, std::size_t limit) override {
    std::size_t deleted = 0;
    for (auto row = all_.rows.begin(); row != all_.rows.end() && deleted < limit;) {
      if (row->second.sent_at > cutoff) {
        ++row;
        continue;
      }
      memory::keep(tx_, all_.rows, row->first);
      row = all_.rows.erase(row);
      ++deleted;
    }
    return deleted;
  }

  /// The messages of a user who is deleted are nobody's.
  void forget_user(const UserId& user) {
    for (auto& [turn, sent] : all_.rows) {
      if (sent.user != user) continue;
      memory::keep(tx_, all_.rows, turn);
      sent.user.reset();
    }
  }

 private:
  [[nodiscard]] Past look_back(const BudgetRequest& request, UtcTime now) const {
    Past past;
    std::map<FeatureDigest::Bytes, UtcTime> others;
    for (const auto& [turn, sent] : all_.rows) {
      if (sent.sent_at > now - 1h) past.of_service.push_back(sent.sent_at);
      if (sent.sent_at <= now - 24h) continue;
      const bool is_same_share = sent.share == request.share;
      const bool enrols = sent.share == BudgetShare::enrolment;
      if (sent.user == request.user && is_same_share) past.of_user.push_back(sent.sent_at);
      if (sent.user == request.user && enrols) past.enrolments.push_back(sent.sent_at);
      if (is_one_of(request.number, sent.number)) {
        if (is_same_share) past.of_number.push_back(sent.sent_at);
      } else if (enrols && is_one_of(request.network, sent.network)) {
        auto& last = others[sent.number.bytes()];
        last = std::max(last, sent.sent_at);
      }
    }
    for (const auto& [number, last] : others) past.of_other_numbers.push_back(last);
    return past;
  }

  void count(const BudgetRequest& request, UtcTime now) {
    const auto turn = ++all_.turns;
    memory::keep(tx_, all_.rows, turn);
    all_.rows.emplace(turn, SentMessage{.user = request.user,
                                        .number = request.number.front(),
                                        .network = request.network.front(),
                                        .share = request.share,
                                        .sent_at = now});
  }

  SentMessages& all_;
  Transaction& tx_;
};

class MemoryBudgetStore final : public BudgetStore {
 public:
  explicit MemoryBudgetStore(Store& store) {
    // Shared, since the store keeps the function for as long as it lives.
    memory::on_user_deleted(store, [all = all_](Transaction& tx, const UserId& user) {
      MemoryBudgets{*all, tx}.forget_user(user);
    });
  }

  std::unique_ptr<Budgets> in(Transaction& transaction) override {
    // Throws for a transaction of another kind.
    memory::on_rollback(transaction, [all = all_] {});
    return std::make_unique<MemoryBudgets>(*all_, transaction);
  }

 private:
  std::shared_ptr<SentMessages> all_ = std::make_shared<SentMessages>();
};

}  // namespace

std::unique_ptr<BudgetStore> make_memory_budgets(Store& store) {
  return std::make_unique<MemoryBudgetStore>(store);
}

}  // namespace coffeeauth::sms

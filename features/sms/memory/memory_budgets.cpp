#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

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
  bool enrols = false;
  UtcTime sent_at{};
};

/// Everything, under the lock of the memory store.
struct SentMessages {
  std::map<std::uint64_t, SentMessage> rows;
  /// Not taken back by a rollback, which costs a number and nothing else.
  std::uint64_t turns = 0;
};

bool is_one_of(const std::vector<FeatureDigest>& digests, const FeatureDigest& digest) {
  return std::find(digests.begin(), digests.end(), digest) != digests.end();
}

class MemoryBudgets final : public Budgets {
 public:
  MemoryBudgets(SentMessages& all, Transaction& transaction) : all_(all), tx_(transaction) {}

  BudgetVerdict take(const BudgetRequest& request, const SmsLimits& limits, UtcTime now) override {
    std::vector<UtcTime> of_user;
    std::vector<UtcTime> of_number;
    std::set<FeatureDigest::Bytes> other_numbers;
    std::size_t enrolments = 0;
    std::size_t in_hour = 0;
    for (const auto& [turn, sent] : all_.rows) {
      if (sent.sent_at > now - 1h) ++in_hour;
      if (sent.sent_at <= now - 24h) continue;
      if (sent.user == request.user) {
        of_user.push_back(sent.sent_at);
        if (sent.enrols) ++enrolments;
      }
      if (is_one_of(request.number, sent.number)) {
        if (sent.enrols == request.enrols) of_number.push_back(sent.sent_at);
      } else if (is_one_of(request.network, sent.network)) {
        other_numbers.insert(sent.number.bytes());
      }
    }
    if ((request.enrols && enrolments >= limits.enrolments_per_day) ||
        !limits.user.allows(of_user, now) || !limits.number.allows(of_number, now) ||
        other_numbers.size() >= limits.numbers_per_network) {
      return BudgetVerdict::paced;
    }
    if (in_hour >= limits.service_limit(request.enrols)) return BudgetVerdict::service_full;
    const auto turn = ++all_.turns;
    memory::keep(tx_, all_.rows, turn);
    all_.rows.emplace(turn, SentMessage{.user = request.user,
                                        .number = request.number.front(),
                                        .network = request.network.front(),
                                        .enrols = request.enrols,
                                        .sent_at = now});
    return BudgetVerdict::taken;
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

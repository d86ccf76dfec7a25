#include "coffeeauth/rewrap.hpp"

#include <algorithm>
#include <utility>

#include "lib/auth/kernel.hpp"
#include "lib/auth/services.hpp"
#include "lib/mail/sealed_job.hpp"
#include "lib/tokens/key_set.hpp"
#include "lib/vault/sealed_kind.hpp"

namespace coffeeauth {
namespace {

/// Few enough for a transaction that nobody waits for.
constexpr std::size_t batch = 100;

/// There are a handful, so they are read at once.
class SealedKeys final : public SealedKind {
 public:
  explicit SealedKeys(const Services& services) : s_(services) {}

  std::string_view name() const noexcept override { return "signing_keys"; }
  std::vector<ResealedRow> next(std::size_t /*limit*/) override {
    std::vector<ResealedRow> rows;
    if (std::exchange(is_read_, true)) return rows;
    for (const auto& key : s_.parts.store.keys().list_keys()) {
      rows.push_back({key.kid, key.sealed_private, reseal_key(key, s_.vault, s_.parts.random)});
    }
    return rows;
  }
  bool replace(Transaction& tx, const ResealedRow& row) override {
    return tx.keys().reseal_key(row.id, row.before, row.after.sealed);
  }

 private:
  const Services& s_;
  bool is_read_ = false;
};

class SealedMails final : public SealedKind {
 public:
  explicit SealedMails(const Services& services) : s_(services) {}

  std::string_view name() const noexcept override { return "mails"; }
  std::vector<ResealedRow> next(std::size_t limit) override {
    std::vector<ResealedRow> rows;
    for (const auto& job : s_.parts.store.outbox().list_sealed_jobs(last_, limit)) {
      rows.push_back(
          {job.id.str(), job.sealed_payload, reseal_job(job, s_.vault, s_.parts.random)});
      last_ = job.id;
    }
    return rows;
  }
  bool replace(Transaction& tx, const ResealedRow& row) override {
    return tx.outbox().reseal_job(JobId::parse(row.id).value(), row.before, row.after.sealed);
  }

 private:
  const Services& s_;
  JobId last_{};
};

class SealedByFeature final : public SealedKind {
 public:
  SealedByFeature(const Services& services, const FeatureRows& feature)
      : s_(services), rows_(*feature.rows), prefix_(purpose_prefix(feature.name)) {}

  std::string_view name() const noexcept override { return rows_.name(); }
  std::vector<ResealedRow> next(std::size_t limit) override {
    const auto listed = s_.transact([&](Transaction& tx) { return rows_.list(tx, last_, limit); });
    std::vector<ResealedRow> rows;
    for (const auto& row : listed) {
      auto after = s_.vault.reseal(prefix_ + row.purpose, row.context, row.sealed, s_.parts.random);
      rows.push_back({row.id, row.sealed, std::move(after)});
      last_ = row.id;
    }
    return rows;
  }
  bool replace(Transaction& tx, const ResealedRow& row) override {
    return rows_.reseal(tx, row.id, row.before, row.after.sealed);
  }

 private:
  const Services& s_;
  SealedRows& rows_;
  const std::string prefix_;
  std::string last_;
};

std::size_t replace_all(Store& store, SealedKind& kind, const std::vector<ResealedRow>& rows) {
  const auto needs_it = [](const ResealedRow& row) {
    return row.after.state == Resealed::State::resealed;
  };
  if (std::none_of(rows.begin(), rows.end(), needs_it)) return 0;
  return store.transact([&](Transaction& tx) {
    std::size_t done = 0;
    for (const auto& row : rows) {
      // Told false, it is gone, or another one that does the same was quicker.
      if (needs_it(row) && kind.replace(tx, row)) ++done;
    }
    return done;
  });
}

RewrapPart rewrap_kind(Store& store, SealedKind& kind, const RewrapProgress& progress) {
  RewrapPart part{.name = std::string{kind.name()}};
  for (auto rows = kind.next(batch); !rows.empty(); rows = kind.next(batch)) {
    part.resealed += replace_all(store, kind, rows);
    part.seen += rows.size();
    part.unreadable += static_cast<std::size_t>(std::count_if(
        rows.begin(), rows.end(),
        [](const ResealedRow& row) { return row.after.state == Resealed::State::unreadable; }));
    if (progress) progress(part);
  }
  return part;
}

}  // namespace

RewrapReport rewrap(Services& services, const RewrapProgress& progress) {
  const auto& config = services.config;
  // From the beginning of the walk: what is made later is made under the current key.
  RewrapReport report{
      .parts = {},
      .previous_needed_until =
          services.now() + std::max({config.tokens.refresh_idle_lifetime, config.codes.lifetime,
                                     config.codes.login_code_lifetime, services.digests_live_for})};
  auto& store = services.parts.store;
  SealedKeys keys{services};
  SealedMails mails{services};
  for (SealedKind* kind : {static_cast<SealedKind*>(&keys), static_cast<SealedKind*>(&mails)}) {
    report.parts.push_back(rewrap_kind(store, *kind, progress));
  }
  for (const auto& feature : services.sealed_rows) {
    SealedByFeature rows{services, feature};
    report.parts.push_back(rewrap_kind(store, rows, progress));
  }
  return report;
}

}  // namespace coffeeauth

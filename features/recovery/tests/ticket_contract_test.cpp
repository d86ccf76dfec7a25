#include "features/recovery/tests/world.hpp"

namespace coffeeauth::recovery {
namespace {

class BackendHarness final : public TicketHarness {
 public:
  explicit BackendHarness(const Backend& backend) : backend_(backend) {}

  std::unique_ptr<Store> fresh() override { return backend_.harness().fresh(); }
  std::unique_ptr<TicketStore> tickets_over(Store& store) override {
    return backend_.tickets_over(store);
  }
  std::size_t rounds() const override { return backend_.harness().rounds(); }
  void raced(std::size_t rounds, std::size_t threads) override {
    backend_.harness().raced(rounds, threads);
  }

 private:
  const Backend& backend_;
};

void contract_over(const Backend& backend) {
  BackendHarness harness{backend};
  ticket_contract(harness);
}

TEST_CASE("tickets in memory keep their contract") { contract_over(backends().at(0)); }
TEST_CASE("tickets in SQLite keep their contract") { contract_over(backends().at(1)); }
TEST_CASE("tickets in PostgreSQL keep their contract") { contract_over(backends().at(2)); }

}  // namespace
}  // namespace coffeeauth::recovery

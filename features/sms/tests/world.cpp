#include "features/sms/tests/world.hpp"

#include <utility>

#include "coffeeauth/sms/memory.hpp"
#include "coffeeauth/sms/sql.hpp"

namespace coffeeauth::sms {

const std::vector<Backend>& backends() {
  static const auto all = testing::room_backends(migrations, make_memory_budgets, make_sql_budgets);
  return all;
}

World::World(const Backend& backend, SmsOptions options)
    : store_(backend.harness().fresh()),
      budgets(backend.rows_over(*store_)),
      room(*budgets, std::move(options)),
      t({.store = std::move(store_), .features = {&room}}),
      ada(t.logged_in_user()) {}

SmsOutcome World::send(std::string_view to, const ClientContext& client, bool enrols) {
  return t.store().transact([&](Transaction& tx) {
    return room
        .send(tx,
              {.user = ada.user.id,
               .to = number(to),
               .code = "001234",
               .expires_at = t.clock().now() + 5min,
               .language = "de",
               .share = enrols ? BudgetShare::enrolment : BudgetShare::login},
              client)
        .outcome;
  });
}

void World::deliver() {
  SmsHandler handler{phone};
  jobs::JobWorker worker{t.auth().services(), channel, handler};
  while (worker.run_once() > 0) {
  }
}

}  // namespace coffeeauth::sms

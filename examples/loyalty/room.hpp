#pragma once
/// Room: loyalty tiers. Each customer has a tier, and every access token contains it.

#include <string>
#include <vector>

#include "coffeeauth/feature.hpp"
#include "coffeeauth/http/route.hpp"
#include "coffeeauth/kernel.hpp"

namespace loyalty {

namespace ca = coffeeauth;

/// Needs a SQL store that was opened with the migrations of this room. Thread-safe.
class Room final : public ca::Feature, private ca::Recorder, private ca::ClaimsSource {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "loyalty"; }
  [[nodiscard]] ca::Contributions attach(ca::Kernel& kernel) override;

  /// Moves a customer to `tier` and notifies them by mail, in one transaction. Error: not_found.
  [[nodiscard]] ca::Result<void> move(const ca::UserId& customer, const std::string& tier,
                                      const ca::Principal& who, const ca::ClientContext& client);

 private:
  void record(ca::Transaction& tx, const ca::Event& event) override;
  [[nodiscard]] ca::Claims claims_of(const ca::LiveSession& live) override;

  ca::AttachedKernel kernel_{*this};
};

/// GET /api/me/loyalty for customers, and PUT /api/users/{id}/loyalty for administrators.
[[nodiscard]] std::vector<ca::http::Route> routes(Room& room);

}  // namespace loyalty

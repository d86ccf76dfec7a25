#pragma once
/// Profiles: the application's own data about each customer.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/feature.hpp"
#include "coffeeauth/ports/store.hpp"

struct Profile {
  /// 1 for the first customer, and so on.
  std::int64_t number = 0;
  std::string motto;
};

/// Gives each user who signs up a profile. It is written in the transaction that writes the user,
/// and deleted with the user. The Store must be opened with the migrations of this room.
class Profiles final : public coffeeauth::Feature, private coffeeauth::Recorder {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "app"; }
  [[nodiscard]] coffeeauth::Contributions attach(coffeeauth::Kernel&) override {
    return {.recorders = {this}};
  }

 private:
  void record(coffeeauth::Transaction& transaction, const coffeeauth::Event& event) override;
};

/// Returns nothing for an account without a sign-up, such as the program's first administrator.
[[nodiscard]] std::optional<Profile> find_profile(coffeeauth::Store& sql,
                                                  const coffeeauth::UserId& user);
/// Returns false when the user has no profile.
bool set_motto(coffeeauth::Store& sql, const coffeeauth::UserId& user, const std::string& motto);

#pragma once
/// Profiles: what this program knows of its customers beyond what the library does.

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

/// Gives each user who signs up a profile: written in the transaction that writes the user, deleted
/// with it, so that there is never one without the other. The Store has to be opened with the room
/// in migrations/.
class Profiles final : public coffeeauth::Feature, private coffeeauth::Recorder {
 public:
  [[nodiscard]] std::string_view name() const noexcept override { return "app"; }
  [[nodiscard]] coffeeauth::Contributions attach(coffeeauth::Kernel&) override {
    return {.recorders = {this}};
  }

 private:
  void record(coffeeauth::Transaction& transaction, const coffeeauth::Event& event) override;
};

/// Nothing for an account that did not sign up: an administrator whom the program made.
[[nodiscard]] std::optional<Profile> find_profile(coffeeauth::Store& sql,
                                                  const coffeeauth::UserId& user);
/// False when there is none.
bool set_motto(coffeeauth::Store& sql, const coffeeauth::UserId& user, const std::string& motto);

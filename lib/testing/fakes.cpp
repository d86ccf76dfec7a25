#include <sodium.h>

#include <algorithm>
#include <array>
#include <chrono>

#include "coffeeauth/error.hpp"
#include "coffeeauth/testing/fast_hasher.hpp"
#include "coffeeauth/testing/recording_events.hpp"
#include "coffeeauth/testing/scripted_random.hpp"

namespace coffeeauth::testing {
namespace {

constexpr std::chrono::seconds patience{10};

std::string fast_digest(std::string_view password, std::string_view salt_hex) {
  std::array<unsigned char, 32> out{};
  const std::string input = std::string{salt_hex} + ":" + std::string{password};
  crypto_generichash(out.data(), out.size(), reinterpret_cast<const unsigned char*>(input.data()),
                     input.size(), nullptr, 0);
  std::array<char, 65> hex{};
  sodium_bin2hex(hex.data(), hex.size(), out.data(), out.size());
  return hex.data();
}

}  // namespace

void ScriptedRandom::queue(std::string_view bytes) {
  const std::lock_guard lock{mutex_};
  for (const char c : bytes) queued_.push_back(static_cast<std::byte>(c));
}

void ScriptedRandom::fail_next() {
  const std::lock_guard lock{mutex_};
  fail_next_ = true;
}

void ScriptedRandom::fill(std::span<std::byte> out) {
  const std::lock_guard lock{mutex_};
  if (std::exchange(fail_next_, false)) throw Unavailable("the scripted random source failed");
  for (auto& byte : out) {
    if (!queued_.empty()) {
      byte = queued_.front();
      queued_.pop_front();
      continue;
    }
    state_ = state_ * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    byte = static_cast<std::byte>(state_ >> 56U);
  }
}

PasswordHash FastHasher::hash(const Password& password, const PasswordSalt& salt) {
  ++hashes_;
  std::array<char, 33> salt_hex{};
  sodium_bin2hex(salt_hex.data(), salt_hex.size(),
                 reinterpret_cast<const unsigned char*>(salt.data()), salt.size());
  return PasswordHash{"$fast$" + std::to_string(generation_) + "$" + salt_hex.data() + "$" +
                      fast_digest(password.expose_secret(), salt_hex.data())};
}

PasswordVerdict FastHasher::verify(const Password& password, const PasswordHash& stored) {
  ++verifies_;
  const std::string_view phc = stored.phc();
  const auto digest_at = phc.rfind('$');
  if (!phc.starts_with("$fast$") || digest_at < 8) return PasswordVerdict::no_match;
  const auto salt_at = phc.rfind('$', digest_at - 1);
  const auto salt = phc.substr(salt_at + 1, digest_at - salt_at - 1);
  if (phc.substr(digest_at + 1) != fast_digest(password.expose_secret(), salt)) {
    return PasswordVerdict::no_match;
  }
  const auto generation = phc.substr(6, salt_at - 6);
  return generation == std::to_string(generation_) ? PasswordVerdict::match
                                                   : PasswordVerdict::match_needs_rehash;
}

void RecordingEvents::on(const Event& event) noexcept {
  {
    const std::lock_guard lock{mutex_};
    events_.push_back(event);
  }
  happened_.notify_all();
}

std::vector<Event> RecordingEvents::all() const {
  const std::lock_guard lock{mutex_};
  return events_;
}

std::size_t RecordingEvents::count(EventKind kind) const {
  const std::lock_guard lock{mutex_};
  return static_cast<std::size_t>(std::count_if(
      events_.begin(), events_.end(), [&](const Event& event) { return event.kind == kind; }));
}

bool RecordingEvents::wait_for(EventKind kind) {
  std::unique_lock lock{mutex_};
  return happened_.wait_for(lock, patience, [&] {
    return std::any_of(events_.begin(), events_.end(),
                       [&](const Event& event) { return event.kind == kind; });
  });
}

}  // namespace coffeeauth::testing

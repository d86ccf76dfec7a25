#pragma once
/// MeasuredHasher: a PasswordHasher that counts who is in it.

#include <atomic>
#include <memory>
#include <optional>
#include <utility>

#include "coffeeauth/ports/password_hasher.hpp"

namespace coffeeauth::server {

/// One around the pool counts those who wait or are served, one within it those who are served.
/// Callable from any thread.
class MeasuredHasher final : public PasswordHasher {
 public:
  /// `inside` is counted up while a call is in hand; it must outlive the hasher.
  MeasuredHasher(std::unique_ptr<PasswordHasher> inner, std::atomic<int>& inside)
      : inner_(std::move(inner)), inside_(inside) {}

  [[nodiscard]] PasswordHash hash(const Password& password, const PasswordSalt& salt) override {
    const Visit visit{inside_};
    return inner_->hash(password, salt);
  }
  [[nodiscard]] PasswordVerdict verify(const Password& password,
                                       const PasswordHash& stored) override {
    const Visit visit{inside_};
    return inner_->verify(password, stored);
  }
  [[nodiscard]] std::optional<PasswordHash> hash_like(const Password& password,
                                                      const PasswordHash& stored) override {
    const Visit visit{inside_};
    return inner_->hash_like(password, stored);
  }
  [[nodiscard]] bool needs_rehash(const PasswordHash& stored) const noexcept override {
    return inner_->needs_rehash(stored);
  }
  [[nodiscard]] const PasswordHash& decoy() const noexcept override { return inner_->decoy(); }

 private:
  class Visit {
   public:
    explicit Visit(std::atomic<int>& inside) : inside_(inside) { ++inside_; }
    ~Visit() { --inside_; }
    Visit(const Visit&) = delete;
    Visit& operator=(const Visit&) = delete;

   private:
    std::atomic<int>& inside_;
  };

  const std::unique_ptr<PasswordHasher> inner_;
  std::atomic<int>& inside_;
};

}  // namespace coffeeauth::server

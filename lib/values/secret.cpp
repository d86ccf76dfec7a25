#include "coffeeauth/secret.hpp"

#include "coffeeauth/wipe.hpp"

#include <sodium.h>

#include <utility>

namespace coffeeauth {

Secret::Secret(std::string_view bytes) : Secret(std::as_bytes(std::span{bytes})) {}

Secret::Secret(std::span<const std::byte> bytes) : bytes_(bytes.begin(), bytes.end()) {}

Secret Secret::of_size(std::size_t size) {
  Secret secret;
  secret.bytes_.resize(size);
  return secret;
}

Secret::Secret(Secret&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    wipe();
    bytes_ = std::exchange(other.bytes_, {});
  }
  return *this;
}

Secret::~Secret() { wipe(); }

Secret Secret::clone() const { return Secret{std::span{bytes_}}; }

std::string_view Secret::expose_secret() const& noexcept {
  return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
}

std::span<const std::byte> Secret::expose_secret_bytes() const& noexcept { return bytes_; }

std::span<std::byte> Secret::writable() & noexcept { return bytes_; }

void Secret::wipe() noexcept {
  if (!bytes_.empty()) sodium_memzero(bytes_.data(), bytes_.size());
}

void wipe(std::span<std::byte> bytes) noexcept {
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

void wipe(std::string& text) noexcept {
  // Within its capacity, so nothing is allocated.
  text.resize(text.capacity());
  sodium_memzero(text.data(), text.size());
  text.clear();
}

bool operator==(const Secret& a, const Secret& b) noexcept {
  return equal_in_constant_time(a.expose_secret(), b.expose_secret());
}

bool equal_in_constant_time(std::string_view a, std::string_view b) noexcept {
  if (a.size() != b.size()) return false;
  return a.empty() || sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace coffeeauth

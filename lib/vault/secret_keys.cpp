#include "coffeeauth/secret_keys.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

namespace coffeeauth {
namespace {

void check(const std::vector<Secret>& keys) {
  for (auto key = keys.begin(); key != keys.end(); ++key) {
    if (key->size() < SecretKeys::min_size) {
      throw std::invalid_argument(
          "secret_key: " + std::string{key == keys.begin() ? "has " : "a previous one has "} +
          std::to_string(key->size()) + " bytes, needs " + std::to_string(SecretKeys::min_size) +
          " or more; for instance one made by `openssl rand -base64 48`");
    }
    if (std::find(keys.begin(), key, *key) == key) continue;
    // Most likely a rotation that was half done: the old key would be gone.
    throw std::invalid_argument("secret_key: a key is in the ring twice");
  }
}

}  // namespace

SecretKeys::SecretKeys(Secret current) : SecretKeys(std::move(current), {}) {}

SecretKeys::SecretKeys(Secret current, std::vector<Secret> previous) {
  keys_.reserve(previous.size() + 1);
  keys_.push_back(std::move(current));
  std::move(previous.begin(), previous.end(), std::back_inserter(keys_));
  check(keys_);
}

SecretKeys SecretKeys::clone() const {
  std::vector<Secret> previous;
  for (auto key = std::next(keys_.begin()); key != keys_.end(); ++key) {
    previous.push_back(key->clone());
  }
  return {current().clone(), std::move(previous)};
}

}  // namespace coffeeauth

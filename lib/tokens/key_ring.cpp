#include "lib/tokens/key_ring.hpp"

namespace coffeeauth {

KeyRing::KeyRing(SigningAlgorithm algorithm, Store& store, const Vault& vault,
                 SigningKeyFactory& factory, Clock& clock, RandomSource& random)
    : algorithm_(algorithm),
      store_(store),
      vault_(vault),
      factory_(factory),
      clock_(clock),
      random_(random) {}

std::shared_ptr<const KeySet> KeyRing::keys() {
  const auto seen = copy();
  if (seen.is_fresh(clock_.now())) return seen.keys;
  std::unique_lock lock{store_mutex_, std::defer_lock};
  if (!seen.keys) {
    lock.lock();
  } else if (!lock.try_lock()) {
    return seen.keys;
  }
  const auto latest = copy();
  return latest.is_fresh(clock_.now()) ? latest.keys : read_or_keep(latest);
}

std::shared_ptr<const KeySet> KeyRing::keys_knowing(std::string_view kid) {
  if (auto known = keys(); known->find(kid, clock_.now())) return known;
  // Whoever comes while another thread asks about the same new key waits here and then finds it.
  const std::scoped_lock lock{store_mutex_};
  const auto latest = copy();
  const auto now = clock_.now();
  if (latest.keys->find(kid, now) || !may_ask_about_a_miss(now)) return latest.keys;
  return read_or_keep(latest);
}

std::shared_ptr<const KeySet> KeyRing::keys_that_sign() {
  if (auto known = keys(); known->signer(algorithm_, clock_.now())) return known;
  const std::scoped_lock lock{store_mutex_};
  if (auto latest = copy().keys; latest->signer(algorithm_, clock_.now())) return latest;
  const auto first = new_key(clock_.now());
  // Told false, another process was quicker: its key is the one to read.
  (void)store_.transact([&](Transaction& tx) { return tx.keys().insert_first_key(first); });
  return read();
}

std::optional<std::string> KeyRing::rotate(UtcTime verifies_until) {
  const std::scoped_lock lock{store_mutex_};
  // From the Store, not from the copy: what is retired has to be what signs there now.
  const auto known = read();
  const auto now = clock_.now();
  const auto* current = known->signer(algorithm_, now);
  const auto next = new_key(now);
  const bool won = store_.transact([&](Transaction& tx) {
    return current ? tx.keys().rotate_key(next, current->kid, verifies_until)
                   : tx.keys().insert_first_key(next);
  });
  // It is done, whether or not the Store answers once more.
  (void)read_or_keep(copy());
  return won ? std::optional{next.kid} : std::nullopt;
}

bool KeyRing::Copy::is_fresh(UtcTime now) const noexcept {
  // A clock that was set back must not keep an old copy alive until it has caught up.
  return keys && read_at <= now && now < stale_at;
}

KeyRing::Copy KeyRing::copy() const {
  const std::scoped_lock lock{copy_mutex_};
  return copy_;
}

void KeyRing::set_copy(Copy copy) {
  const std::scoped_lock lock{copy_mutex_};
  copy_ = std::move(copy);
}

KeyRing::Keys KeyRing::read() {
  const auto now = clock_.now();
  const auto old = copy().keys;
  auto keys = std::make_shared<const KeySet>(
      open_keys(store_.keys().list_keys(), old ? *old : KeySet{}, vault_, factory_));
  set_copy({.keys = keys, .stale_at = now + fresh_for, .read_at = now});
  return keys;
}

KeyRing::Keys KeyRing::read_or_keep(const Copy& old) {
  try {
    return read();
  } catch (const Unavailable&) {
    if (!old.keys) throw;
    // Not at every token: a Store that hangs would hold each of them up.
    const auto now = clock_.now();
    set_copy({.keys = old.keys, .stale_at = now + miss_pause, .read_at = now});
    return old.keys;
  }
}

bool KeyRing::may_ask_about_a_miss(UtcTime now) {
  if (last_miss_ && *last_miss_ <= now && now < *last_miss_ + miss_pause) return false;
  last_miss_ = now;
  return true;
}

StoredKey KeyRing::new_key(UtcTime now) {
  return make_stored_key(algorithm_, now, vault_, factory_, random_);
}

}  // namespace coffeeauth

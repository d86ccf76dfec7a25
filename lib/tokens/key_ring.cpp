#include "lib/tokens/key_ring.hpp"

#include <algorithm>

namespace coffeeauth {

namespace {

/// Another process of the same start may have been quicker, with this algorithm or another one.
constexpr int take_over_tries = 3;

}  // namespace

KeyRing::KeyRing(const TokenConfig& config, Store& store, const Vault& vault,
                 SigningKeyFactory& factory, Clock& clock, RandomSource& random)
    : config_(config),
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
  const auto before = copy().keys;
  auto known = keys();
  // What was read this moment need not be read again for a `kid` that is not there.
  if (known->find(kid, clock_.now()) || known != before) return known;
  // Whoever comes while another thread asks about the same new key waits here and then finds it.
  const std::scoped_lock lock{store_mutex_};
  const auto latest = copy();
  const auto now = clock_.now();
  if (latest.keys->find(kid, now) || !may_ask_about_a_miss(now)) return latest.keys;
  return read_or_keep(latest);
}

std::shared_ptr<const KeySet> KeyRing::keys_that_sign() {
  if (has_taken_over_) {
    if (auto known = keys(); known->newest()) return known;
  }
  const std::scoped_lock lock{store_mutex_};
  if (has_taken_over_) {
    if (auto latest = copy().keys; latest && latest->newest()) return latest;
  }
  return take_over();
}

KeyRing::Keys KeyRing::take_over() {
  Keys known = read();
  for (int tries = 0; tries < take_over_tries; ++tries) {
    const auto* newest = known->newest();
    if (newest && newest->algorithm == config_.algorithm) break;
    const auto now = clock_.now();
    const auto first = new_key(now, start_of(KeyStart::after_publication, *known, now));
    const auto until = verifies_until(first.signs_from);
    // Told false, another process was quicker: its key is the one to read.
    (void)store_.transact(
        [&](Transaction& tx) { return tx.keys().insert_first_key(first, until); });
    known = read();
  }
  has_taken_over_ = true;
  return known;
}

std::optional<StoredKey> KeyRing::rotate(KeyStart start) {
  const std::scoped_lock lock{store_mutex_};
  // From the Store, not from the copy: what is retired has to be what is newest there now.
  const auto known = read();
  const auto now = clock_.now();
  const auto* newest = known->newest();
  const bool one_waits = newest && known->signer(now) != newest;
  if (one_waits && start == KeyStart::after_publication) return std::nullopt;
  const auto next = new_key(now, start_of(start, *known, now));
  const auto until = verifies_until(next.signs_from);
  const bool won = store_.transact([&](Transaction& tx) {
    return newest ? tx.keys().rotate_key(next, newest->kid, until)
                  : tx.keys().insert_first_key(next, until);
  });
  // It is done, whether or not the Store answers once more.
  (void)read_or_keep(copy());
  return won ? std::optional{next} : std::nullopt;
}

bool KeyRing::revoke(std::string_view kid) {
  const std::scoped_lock lock{store_mutex_};
  const bool done = store_.transact([&](Transaction& tx) { return tx.keys().revoke_key(kid); });
  // Here it must not verify for another moment, whether or not the Store answers once more.
  const auto old = copy();
  if (old.keys) {
    auto rest = old.keys->all();
    std::erase_if(rest, [&](const ServiceKey& key) { return key.kid == kid; });
    set_copy({.keys = std::make_shared<const KeySet>(std::move(rest)),
              .stale_at = old.read_at,
              .read_at = old.read_at});
  }
  return done;
}

UtcTime KeyRing::verifies_until(UtcTime end) const {
  return end + config_.access_lifetime + config_.key_overlap;
}

UtcTime KeyRing::start_of(KeyStart start, const KeySet& known, UtcTime now) const {
  const auto* present = known.signer(now);
  const bool can_wait = present && present->key;
  const bool is_published = config_.algorithm != SigningAlgorithm::hs256;
  if (start == KeyStart::now || !can_wait || !is_published) return now;
  const auto published = now + config_.jwks_max_age + config_.key_publication_margin;
  if (known.newest()) return published;
  // The present one has its end already, and is to sign no token that outlives it.
  return std::clamp(*present->verifies_until - config_.access_lifetime, now, published);
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

StoredKey KeyRing::new_key(UtcTime now, UtcTime signs_from) {
  return make_stored_key(config_.algorithm, now, signs_from, vault_, factory_, random_);
}

}  // namespace coffeeauth

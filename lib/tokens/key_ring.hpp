#pragma once
/// KeyRing: this process's copy of the signing keys, kept close to the Store's. Private to the
/// library.

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/ports/clock.hpp"
#include "coffeeauth/ports/store.hpp"
#include "coffeeauth/token_service.hpp"
#include "lib/tokens/key_set.hpp"

namespace coffeeauth {

/// Callable from any thread. Touches the Store on first use, not before.
class KeyRing {
 public:
  /// A copy older than this is read again before it is used.
  static constexpr std::chrono::seconds fresh_for{1};
  /// Unknown `kid`s make it ask the Store at most this often, so that forged ones cannot wear the
  /// Store out.
  static constexpr std::chrono::seconds miss_pause{1};

  /// Copies `config`, borrows the rest.
  KeyRing(const TokenConfig& config, Store& store, const Vault& vault, SigningKeyFactory& factory,
          Clock& clock, RandomSource& random);

  /// The keys, at most `fresh_for` old; older ones while the Store cannot be asked, since what they
  /// verified a moment ago they may verify still. Throws Unavailable when there are none at all.
  [[nodiscard]] std::shared_ptr<const KeySet> keys();
  /// As keys(); asks the Store when `kid` is not among them, at most once in `miss_pause`.
  [[nodiscard]] std::shared_ptr<const KeySet> keys_knowing(std::string_view kid);
  /// keys(), with a key that signs among them: the first one is made here. Of many processes that
  /// start at once all end up with the same.
  ///
  /// A process that starts with another algorithm than the newest key has makes a key of it. The
  /// one before goes on signing until that one has been published for long enough, if this process
  /// can use it, and retires. A process that runs on with the old algorithm follows: the two would
  /// retire each other's keys for ever.
  [[nodiscard]] std::shared_ptr<const KeySet> keys_that_sign();

  /// Makes a key and retires the one before it. Nothing when another process did so at the same
  /// moment, or when a key is waiting to sign and `start` is after_publication.
  [[nodiscard]] std::optional<StoredKey> rotate(KeyStart start);
  /// Deletes a key from the Store and from this copy. False when there is none of that name.
  [[nodiscard]] bool revoke(std::string_view kid);

 private:
  using Keys = std::shared_ptr<const KeySet>;
  struct Copy {
    Keys keys;
    /// When it has to be read again.
    UtcTime stale_at{};
    UtcTime read_at{};

    [[nodiscard]] bool is_fresh(UtcTime now) const noexcept;
  };
  [[nodiscard]] Copy copy() const;
  void set_copy(Copy copy);

  // These ask the Store, and are called with store_mutex_ held.
  [[nodiscard]] Keys read();
  [[nodiscard]] Keys read_or_keep(const Copy& old);
  [[nodiscard]] bool may_ask_about_a_miss(UtcTime now);
  [[nodiscard]] StoredKey new_key(UtcTime now, UtcTime signs_from);
  [[nodiscard]] Keys take_over();
  /// When the last token of a key is over that signs until `end`.
  [[nodiscard]] UtcTime verifies_until(UtcTime end) const;
  [[nodiscard]] UtcTime start_of(KeyStart start, const KeySet& known, UtcTime now) const;

  const TokenConfig config_;
  Store& store_;
  const Vault& vault_;
  SigningKeyFactory& factory_;
  Clock& clock_;
  RandomSource& random_;

  /// Held for the length of a pointer copy.
  mutable std::mutex copy_mutex_;
  Copy copy_;
  /// Held while the Store is asked: one thread asks for all, and who has an older copy goes on
  /// with that.
  std::mutex store_mutex_;
  std::optional<UtcTime> last_miss_;
  /// Whether the newest key was seen to have the configured algorithm since this process began.
  std::atomic<bool> has_taken_over_{false};
};

}  // namespace coffeeauth

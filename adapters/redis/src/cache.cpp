#include <memory>
#include <string>
#include <utility>

#include "client.hpp"
#include "frame.hpp"

namespace coffeeauth::redis {
namespace {

class RedisCache final : public Cache {
 public:
  explicit RedisCache(std::shared_ptr<PooledClient> client) : client_(std::move(client)) {}

  [[nodiscard]] std::optional<CacheGeneration> generation(std::string_view tag) noexcept override {
    try {
      return client_->generations().present(tag);
    } catch (const std::exception&) {
      return std::nullopt;
    }
  }

  [[nodiscard]] std::shared_ptr<const std::string> get(std::string_view tag,
                                                       CacheGeneration generation,
                                                       std::string_view key) noexcept override {
    try {
      const auto full = value_key(tag, generation, key);
      auto reply = client_->ask({"GET", full});
      if (!reply || reply->kind != Reply::Kind::bulk) return nullptr;
      auto value = unframe(full, std::move(reply->text));
      if (!value) client_->note_damaged();
      return value;
    } catch (const std::exception&) {
      return nullptr;
    }
  }

  void put(std::string_view tag, CacheGeneration generation, std::string_view key,
           std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept override {
    if (!value || ttl.count() <= 0) return;
    try {
      const auto full = value_key(tag, generation, key);
      const auto framed = frame(full, *value);
      if (framed.size() > most_octets) {
        // It could not be read back; what it replaces must not be either.
        static_cast<void>(client_->ask({"DEL", full}));
        return;
      }
      const auto seconds = std::to_string(ttl.count());
      static_cast<void>(client_->ask({"SET", full, framed, "EX", seconds}));
    } catch (const std::exception&) {
      // Not stored: the next reader makes it again.
    }
  }

  void invalidate(std::string_view tag) noexcept override {
    try {
      client_->generations().invalidate(tag);
    } catch (const std::exception&) {
      // Owed, and settled before this process reads the tag again.
    }
  }

 private:
  [[nodiscard]] std::string value_key(std::string_view tag, CacheGeneration generation,
                                      std::string_view key) const {
    // The length of the tag keeps one that ends like a generation apart from a shorter one.
    return client_->prefix() + "value:" + std::to_string(tag.size()) + ":" + std::string{tag} +
           ":" + std::to_string(static_cast<std::uint64_t>(generation)) + ":" + std::string{key};
  }

  std::shared_ptr<PooledClient> client_;
};

}  // namespace

std::unique_ptr<Cache> make_redis_cache(std::shared_ptr<RedisClient> client) {
  return std::make_unique<RedisCache>(pooled(std::move(client)));
}

}  // namespace coffeeauth::redis

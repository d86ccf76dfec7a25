// Stores whose lists are wrong, a Cache that can be made stale, and counters that lose counts.

#include "coffeeauth/testing/doctest.hpp"

#include "coffeeauth/memory/memory.hpp"
#include "coffeeauth/testing/contract/cache.hpp"
#include "coffeeauth/testing/contract/mailer.hpp"
#include "coffeeauth/testing/contract/rate_counter.hpp"
#include "coffeeauth/testing/contract/store.hpp"
#include "coffeeauth/testing/manual_clock.hpp"
#include "coffeeauth/testing/recording_mailer.hpp"
#include "tests/broken/decorated_store.hpp"

using namespace coffeeauth;

namespace {

// Changes each query before the Store is asked.
class WrongReads : public UserReads {
 public:
  using Change = void (*)(UserListQuery&);
  WrongReads(UserReads& inner, Change change) : inner_(inner), change_(change) {}

  std::optional<User> find(const UserId& id) override { return inner_.find(id); }
  std::optional<Credentials> find_credentials(const UserId& id) override {
    return inner_.find_credentials(id);
  }
  std::optional<Credentials> find_credentials(const EmailAddress& email) override {
    return inner_.find_credentials(email);
  }
  std::vector<User> list(const UserListQuery& query) override {
    auto wrong = query;
    change_(wrong);
    return inner_.list(wrong);
  }
  std::optional<std::size_t> count(const UserFilter& filter, std::size_t at_most) override {
    UserListQuery wrong{.filter = filter};
    change_(wrong);
    return inner_.count(wrong.filter, at_most);
  }
  bool knows_address(const UserId& user, const AddressDigest& digest) override {
    return inner_.knows_address(user, digest);
  }

 private:
  UserReads& inner_;
  Change change_;
};

// Takes the page for the whole list.
class CountsThePage final : public WrongReads {
 public:
  using WrongReads::WrongReads;

  CountedUsers list_and_count(const UserListQuery& query, std::size_t) override {
    auto users = list(query);
    const auto count = query.offset + users.size();
    return {std::move(users), count};
  }
};

template <class Reads>
class WrongStore final : public broken::OverMemory {
 public:
  explicit WrongStore(WrongReads::Change change) : users_(inner().users(), change) {}

  UserReads& users() override { return users_; }

 private:
  Reads users_;
};

template <class Reads>
class WrongHarness final : public broken::InMemory {
 public:
  explicit WrongHarness(WrongReads::Change change) : change_(change) {}
  std::unique_ptr<Store> fresh() override { return std::make_unique<WrongStore<Reads>>(change_); }

 private:
  WrongReads::Change change_;
};

template <class Reads = WrongReads>
void reject(WrongReads::Change change) {
  WrongHarness<Reads> harness{change};
  testing::user_list_contract(harness);
}

}  // namespace

TEST_CASE("the suite accepts lists that are not wrong") {
  reject([](UserListQuery&) {});
}

TEST_CASE("the suite rejects a Store to which % means anything" * doctest::should_fail()) {
  reject([](UserListQuery& query) { std::erase(query.filter.search, '%'); });
}

TEST_CASE("the suite rejects a Store that looks for what was typed, unfolded" *
          doctest::should_fail()) {
  // Fullwidth forms are what folding takes away and letter case alone does not.
  reject([](UserListQuery& query) {
    if (query.filter.search == "ada") query.filter.search = "nothing of this kind";
  });
}

TEST_CASE("the suite rejects a Store that cuts a search at its first blank" *
          doctest::should_fail()) {
  reject([](UserListQuery& query) {
    query.filter.search.resize(std::min(query.filter.search.find(' '), query.filter.search.size()));
  });
}

TEST_CASE("the suite rejects a Store that counts the page for the list" * doctest::should_fail()) {
  reject<CountsThePage>([](UserListQuery&) {});
}

TEST_CASE("the suite rejects a Store that skips ties between pages" * doctest::should_fail()) {
  reject([](UserListQuery& query) {
    UuidBytes beyond{};
    if (query.direction == Direction::ascending) beyond.fill(0xff);
    if (query.after) query.after->id = UserId{beyond};
  });
}

TEST_CASE("the suite rejects a Store that orders one way only" * doctest::should_fail()) {
  reject([](UserListQuery& query) { query.direction = Direction::ascending; });
}

TEST_CASE("the suite rejects a Store that forgets a filter" * doctest::should_fail()) {
  reject([](UserListQuery& query) { query.filter.is_active.reset(); });
}

namespace {

// Stores under the generation there is, not the one the value was made under.
class StaleCache final : public Cache {
 public:
  explicit StaleCache(const Clock& clock) : inner_(memory::make_memory_cache({}, clock)) {}

  std::optional<CacheGeneration> generation(std::string_view tag) noexcept override {
    return inner_->generation(tag);
  }
  std::shared_ptr<const std::string> get(std::string_view tag, CacheGeneration generation,
                                         std::string_view key) noexcept override {
    return inner_->get(tag, generation, key);
  }
  void put(std::string_view tag, CacheGeneration, std::string_view key,
           std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept override {
    inner_->put(tag, *inner_->generation(tag), key, std::move(value), ttl);
  }
  void invalidate(std::string_view tag) noexcept override { inner_->invalidate(tag); }

 private:
  std::unique_ptr<Cache> inner_;
};

// Keeps values by their key alone.
class ForgottenTag final : public Cache {
 public:
  explicit ForgottenTag(const Clock& clock) : inner_(memory::make_memory_cache({}, clock)) {}

  std::optional<CacheGeneration> generation(std::string_view) noexcept override {
    return inner_->generation("");
  }
  std::shared_ptr<const std::string> get(std::string_view, CacheGeneration generation,
                                         std::string_view key) noexcept override {
    return inner_->get("", generation, key);
  }
  void put(std::string_view, CacheGeneration generation, std::string_view key,
           std::shared_ptr<const std::string> value, std::chrono::seconds ttl) noexcept override {
    inner_->put("", generation, key, std::move(value), ttl);
  }
  void invalidate(std::string_view) noexcept override { inner_->invalidate(""); }

 private:
  std::unique_ptr<Cache> inner_;
};

template <class Broken>
class BrokenCacheHarness final : public testing::CacheHarness {
 public:
  std::unique_ptr<Cache> fresh() override { return std::make_unique<Broken>(clock_); }
  void pass(std::chrono::milliseconds time) override { clock_.advance(time); }

 private:
  testing::ManualClock clock_;
};

// Moves the window with every count: a client that never stops is never let in again.
class SlidingCounters final : public RateCounter {
 public:
  RateCount add(std::string_view key, std::chrono::milliseconds window,
                UtcTime now) noexcept override {
    const auto before = inner_->peek(key, now).count;
    inner_->clear(key);
    RateCount sum;
    for (std::uint64_t i = 0; i <= before; ++i) sum = inner_->add(key, window, now);
    return sum;
  }
  RateCount peek(std::string_view key, UtcTime now) noexcept override {
    return inner_->peek(key, now);
  }
  void clear(std::string_view key) noexcept override { inner_->clear(key); }

 private:
  std::unique_ptr<RateCounter> inner_ = memory::make_memory_counters({});
};

class SlidingHarness final : public testing::RateCounterHarness {
 public:
  std::unique_ptr<RateCounter> fresh() override { return std::make_unique<SlidingCounters>(); }
  UtcTime now() const override { return clock_.now(); }
  void pass(std::chrono::milliseconds time) override { clock_.advance(time); }

 private:
  testing::ManualClock clock_;
};

// Does something wrong with each mail before it goes on.
class WrongMailer final : public Mailer {
 public:
  using Wrong = void (*)(Mailer&, Mail);
  WrongMailer(std::shared_ptr<testing::RecordingMailer> inner, Wrong wrong)
      : inner_(std::move(inner)), wrong_(wrong) {}
  Delivery deliver(const Mail& mail) noexcept override {
    wrong_(*inner_, mail);
    return inner_->deliver(mail);
  }

 private:
  std::shared_ptr<testing::RecordingMailer> inner_;
  Wrong wrong_;
};

class WrongMailerHarness final : public testing::MailerHarness {
 public:
  explicit WrongMailerHarness(WrongMailer::Wrong wrong) : wrong_(wrong) {}
  std::unique_ptr<Mailer> fresh() override {
    mailer_ = std::make_shared<testing::RecordingMailer>();
    return std::make_unique<WrongMailer>(mailer_, wrong_);
  }
  std::vector<testing::ReceivedMail> received() override {
    std::vector<testing::ReceivedMail> all;
    for (const auto& mail : mailer_->delivered()) {
      all.push_back({mail.to.canonical(), mail.subject, mail.text, mail.html, mail.message_id});
    }
    return all;
  }

 private:
  WrongMailer::Wrong wrong_;
  std::shared_ptr<testing::RecordingMailer> mailer_;
};

}  // namespace

TEST_CASE("the suite rejects a Mailer that sends twice" * doctest::should_fail()) {
  WrongMailerHarness harness{
      [](Mailer& inner, Mail mail) { static_cast<void>(inner.deliver(mail)); }};
  testing::mailer_contract(harness);
}

TEST_CASE("the suite rejects a Cache that can be made stale" * doctest::should_fail()) {
  BrokenCacheHarness<StaleCache> harness;
  testing::cache_contract(harness);
}

TEST_CASE("the suite rejects a Cache that forgets the tag" * doctest::should_fail()) {
  BrokenCacheHarness<ForgottenTag> harness;
  testing::cache_contract(harness);
}

TEST_CASE("the suite rejects counters whose window slides" * doctest::should_fail()) {
  SlidingHarness harness;
  testing::rate_counter_contract(harness);
}

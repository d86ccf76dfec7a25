#include "coffeeauth/standard/standard.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "adapters/standard/src/choice.hpp"
#include "coffeeauth/crypto/crypto.hpp"
#include "coffeeauth/standard/parts.hpp"

namespace coffeeauth::standard {
namespace {

class NoEvents final : public EventSink {
 public:
  void on(const Event&) noexcept override {}
};

/// The embedder's part, or one of our own, which is made only where there is none.
template <class Port>
class Part {
 public:
  template <class Make>
  Part(Port* given, Make make)
      : own_(given == nullptr ? make() : nullptr), used_(given == nullptr ? own_.get() : given) {}

  Port& operator*() const noexcept { return *used_; }

 private:
  std::unique_ptr<Port> own_;
  Port* used_;
};

Options checked(Options options) {
  check(options);
  return options;
}

}  // namespace

/// In the order in which they need each other; what borrows goes before what it borrows.
struct Accounts::State {
  explicit State(Options options)
      : clock(options.clock, make_system_clock),
        random(options.random, make_system_random),
        judge(options.judge, [&] { return make_judge(options); }),
        hasher(options.hasher,
               [&] {
                 const auto& config = options.config.passwords;
                 return make_hashing_pool(config, make_argon2_hasher(config, *random));
               }),
        keys(options.keys, crypto::make_openssl_keys),
        templates(options.templates, [&] { return make_templates(options); }),
        events(options.events, [] { return std::make_unique<NoEvents>(); }),
        redis(open_redis(options)),
        cache(options.cache, [&] { return make_cache(redis, *clock); }),
        counters(options.counters, [&] { return make_counters(redis); }),
        mailer(options.mailer,
               [&] { return options.delivers_mails ? make_mailer(options) : nullptr; }),
        // Last, so that what is wrong elsewhere is said before a database is made or changed.
        store(options.store, [&] { return open_store(options); }),
        bundles(options.bundles),
        features(open_bundles(options, *store)),
        auth(std::move(options.config), std::move(options.secret_key),
             {.store = *store,
              .cache = *cache,
              .counters = *counters,
              .clock = *clock,
              .random = *random,
              .judge = *judge,
              .hasher = *hasher,
              .keys = *keys,
              .templates = *templates,
              .events = *events,
              .sign_up_policy = std::move(options.sign_up_policy),
              .diagnostics = options.diagnostics},
             features),
        api(auth, make_api_options(options, auth, redis)),
        scheduler(auth.services()) {
    if (options.delivers_mails) {
      worker.emplace(auth.services(), *mailer);
      for (const auto& receiver : receivers_of(bundles, auth)) {
        job_workers.push_back(std::make_unique<jobs::JobWorker>(auth.services(), receiver.channel,
                                                                *receiver.handler));
      }
    }
    auth.check();
  }

  Part<Clock> clock;
  Part<RandomSource> random;
  Part<PasswordJudge> judge;
  Part<PasswordHasher> hasher;
  Part<SigningKeyFactory> keys;
  Part<MailTemplates> templates;
  Part<EventSink> events;
  /// Null without Redis.
  std::shared_ptr<redis::RedisClient> redis;
  Part<Cache> cache;
  Part<RateCounter> counters;
  /// Not there when another process delivers.
  Part<Mailer> mailer;
  Part<Store> store;
  Bundles bundles;
  std::vector<Feature*> features;
  Auth auth;
  http::Api api;
  jobs::Scheduler scheduler;
  std::optional<jobs::MailWorker> worker;
  /// One for each channel of the features.
  std::vector<std::unique_ptr<jobs::JobWorker>> job_workers;
};

Accounts::Accounts(Options options)
    : state_(std::make_unique<State>(checked(std::move(options)))) {}
Accounts::~Accounts() = default;
Accounts::Accounts(Accounts&& other) noexcept = default;
Accounts& Accounts::operator=(Accounts&& other) noexcept = default;

Auth& Accounts::auth() noexcept { return state_->auth; }
http::Api& Accounts::api() noexcept { return state_->api; }
Store& Accounts::store() noexcept { return *state_->store; }
Kernel& Accounts::kernel() noexcept { return state_->auth.kernel(); }
jobs::Scheduler& Accounts::scheduler() noexcept { return state_->scheduler; }

jobs::MailWorker& Accounts::worker() {
  if (!state_->worker) {
    throw std::logic_error("coffeeauth: Options::delivers_mails is off, so there is no worker");
  }
  return *state_->worker;
}

void Accounts::start() {
  if (state_->worker) state_->worker->start();
  for (const auto& worker : state_->job_workers) worker->start();
  state_->scheduler.start();
}

bool Accounts::stop(std::chrono::milliseconds grace) {
  // All at the same time: a mail in hand may take as long as a batch does.
  if (state_->worker) state_->worker->request_stop();
  for (const auto& worker : state_->job_workers) worker->request_stop();
  state_->scheduler.request_stop();
  const auto last_moment = std::chrono::steady_clock::now() + grace;
  state_->scheduler.stop();
  const auto left = [&] {
    return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(
                        last_moment - std::chrono::steady_clock::now()),
                    std::chrono::milliseconds{0});
  };
  bool settled = !state_->worker || state_->worker->stop(left());
  for (const auto& worker : state_->job_workers) settled = worker->stop(left()) && settled;
  return settled;
}

Accounts open(Options options) { return Accounts{std::move(options)}; }

}  // namespace coffeeauth::standard

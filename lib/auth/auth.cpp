#include "coffeeauth/auth.hpp"

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

#include "lib/auth/kernel.hpp"
#include "lib/auth/services.hpp"

namespace coffeeauth {
namespace {

Config checked(Config config) {
  const auto problems = validate(config);
  if (!problems.empty()) {
    throw std::invalid_argument("coffeeauth: " + problems.front().field + ": " +
                                problems.front().message);
  }
  return config;
}

/// Whether a reference was made from a null pointer. The language says that there is none, so the
/// compiler would strike out a plain comparison; the detour over a volatile keeps it.
template <class Part>
bool is_null(const Part& part) noexcept {
  const volatile auto address = reinterpret_cast<std::uintptr_t>(std::addressof(part));
  return address == 0;
}

AuthParts checked(AuthParts parts) {
  const auto require = [](const auto& part, const char* name) {
    if (is_null(part)) {
      throw std::invalid_argument(std::string{"coffeeauth: AuthParts::"} + name +
                                  " was made from a null pointer");
    }
  };
  require(parts.store, "store");
  require(parts.cache, "cache");
  require(parts.counters, "counters");
  require(parts.clock, "clock");
  require(parts.random, "random");
  require(parts.judge, "judge");
  require(parts.hasher, "hasher");
  require(parts.keys, "keys");
  require(parts.templates, "templates");
  require(parts.events, "events");
  if (parts.diagnostics == nullptr) parts.diagnostics = &stderr_diagnostics();
  return parts;
}

}  // namespace

Services::Services(Config config_in, const SecretKeys& secret_keys, const AuthParts& parts_in)
    : config(checked(std::move(config_in))),
      parts(checked(parts_in)),
      events(parts.events),
      vault(secret_keys),
      live_users(config.tokens.live_user_lifetime, config.tokens.verified_cache_size),
      limits(config.limits, parts.counters, parts.clock),
      passwords(config.passwords, vault, parts.judge, parts.hasher, parts.random),
      tokens(config.tokens, parts.store, vault, parts.keys, parts.clock, parts.random, events),
      users(*this),
      verification(*this),
      sessions(*this),
      admin(*this) {}

void Services::record(Transaction& tx, Event event) const {
  if (event.at == UtcTime{}) event.at = now();
  for (auto* const recorder : recorders) recorder->record(tx, event);
  tx.at_end([this, event = std::move(event)](TransactionEnd end) {
    if (end == TransactionEnd::committed) events.on(event);
  });
}

void Services::note(Event event) const noexcept {
  if (event.at == UtcTime{}) event.at = now();
  events.on(event);
}

void Services::users_changed() const noexcept { parts.cache.invalidate(users_tag); }

void Services::lists_change_with(Transaction& tx) const {
  unless_rolled_back(tx, [this] { users_changed(); });
}

std::optional<UserId> Services::address_holder(Transaction& tx, const EmailAddress& email,
                                               UtcTime at) const {
  for (auto* const guard : address_guards) {
    if (const auto holder = guard->holder_of(tx, email, at)) return holder;
  }
  return std::nullopt;
}

void Services::enqueue(Transaction& tx, const NewJob& job) const {
  tx.outbox().enqueue(job);
  unless_rolled_back(tx, [this] { job_written.notify(); });
}

void take_turn(const Services&, Transaction& tx, const EmailAddress& email, UtcTime now) {
  // Many rows rather than one, so that strangers do not queue for each other.
  constexpr unsigned rows = 1024;
  // Without a key: processes take turns with each other while the secret key is being changed.
  std::uint32_t row = 2'166'136'261U;  // FNV-1a
  for (const char c : email.canonical()) row = (row ^ static_cast<unsigned char>(c)) * 16'777'619U;
  row %= rows;
  // Whether the lease was had is of no interest; it ends at once.
  static_cast<void>(tx.keys().acquire_lease("turn-" + std::to_string(row), LeaseId{}, now, now));
}

Auth::Auth(Config config, SecretKeys secret_keys, AuthParts parts,
           const std::vector<Feature*>& features)
    : services_(std::make_unique<Services>(std::move(config), secret_keys, parts)),
      kernel_(make_kernel(*services_)) {
  attach_all(features, *services_, *kernel_);
}

Auth::~Auth() {
  if (services_->background_parts == 0) return;
  // What it would do next is a use after free somewhere else, much later.
  std::fputs("coffeeauth: a MailWorker or Scheduler outlives the Auth it was made over\n", stderr);
  std::abort();
}

void Auth::check() { services_->tokens.check(); }

const Config& Auth::config() const noexcept { return services_->config; }
UserService& Auth::users() noexcept { return services_->users; }
VerificationService& Auth::verification() noexcept { return services_->verification; }
SessionService& Auth::sessions() noexcept { return services_->sessions; }
AdminService& Auth::admin() noexcept { return services_->admin; }
TokenService& Auth::tokens() noexcept { return services_->tokens; }
PasswordService& Auth::passwords() noexcept { return services_->passwords; }
RateLimiter& Auth::limits() noexcept { return services_->limits; }
const AuthParts& Auth::parts() const noexcept { return services_->parts; }
Kernel& Auth::kernel() noexcept { return *kernel_; }
bool Auth::knows_devices() const noexcept { return services_->knows_devices; }
bool Auth::has_second_steps() const noexcept { return !services_->second_steps.empty(); }
std::vector<LiveTokens> Auth::live_tokens() {
  const auto& s = *services_;
  if (s.live_counts.empty()) return {};
  return s.transact([&](Transaction& tx) {
    std::vector<LiveTokens> all;
    for (const auto& count : s.live_counts) {
      auto some = count(tx, s.now());
      std::move(some.begin(), some.end(), std::back_inserter(all));
    }
    return all;
  });
}
Services& Auth::services() noexcept { return *services_; }

}  // namespace coffeeauth

#include "lib/auth/kernel.hpp"

#include <algorithm>
#include <chrono>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>

#include "coffeeauth/config_fields.hpp"
#include "lib/auth/services.hpp"
#include "lib/mail/mail_job.hpp"
#include "lib/mail/notices.hpp"
#include "lib/mail/sealed_job.hpp"
#include "lib/sessions/door.hpp"
#include "lib/sessions/login_methods.hpp"
#include "lib/sessions/set_password.hpp"
#include "lib/sessions/what_is_left.hpp"
#include "lib/users/known_network.hpp"

namespace coffeeauth {
namespace {

class FeatureSealer final : public Sealer {
 public:
  FeatureSealer(const Services& services, std::string_view feature)
      : s_(services), prefix_(purpose_prefix(feature)) {}

  FeatureDigest digest(std::string_view purpose,
                       std::initializer_list<std::string_view> parts) const override {
    return FeatureDigest{s_.vault.mac(whole(purpose), parts)};
  }
  std::vector<FeatureDigest> digests(std::string_view purpose,
                                     std::initializer_list<std::string_view> parts) const override {
    std::vector<FeatureDigest> all;
    for (std::size_t key = 0; key < s_.vault.key_count(); ++key) {
      all.emplace_back(s_.vault.mac(whole(purpose), parts, key));
    }
    return all;
  }
  std::string seal(std::string_view purpose, std::string_view context,
                   std::string_view plain) const override {
    return s_.vault.seal(whole(purpose), context, plain, s_.parts.random);
  }
  std::optional<Secret> open(std::string_view purpose, std::string_view context,
                             std::string_view sealed) const override {
    return s_.vault.open(whole(purpose), context, sealed);
  }

 private:
  std::string whole(std::string_view purpose) const { return prefix_ + std::string{purpose}; }

  const Services& s_;
  const std::string prefix_;
};

class KernelOf final : public Kernel {
 public:
  explicit KernelOf(Services& services) : s_(services) {}

  const Config& config() const noexcept override { return s_.config; }
  Store& store() noexcept override { return s_.parts.store; }
  Clock& clock() noexcept override { return s_.parts.clock; }
  RandomSource& random() noexcept override { return s_.parts.random; }
  PasswordService& passwords() noexcept override { return s_.passwords; }

  std::unique_ptr<Sealer> sealer(std::string_view feature) override {
    return std::make_unique<FeatureSealer>(s_, feature);
  }

  void enqueue(Transaction& transaction, std::string_view kind, const MailParameters& parameters,
               std::optional<UtcTime> expires_at) override {
    auto mail = parameters;
    if (mail.language.empty()) mail.language = language_at(transaction, mail.to);
    s_.enqueue(transaction,
               make_mail_job(kind, mail, s_.vault, s_.parts.random, s_.now(), expires_at));
  }

  JobId enqueue_job(Transaction& transaction, const JobRequest& request) override {
    const auto job = make_job(request, s_.vault, s_.parts.random, s_.now());
    s_.enqueue(transaction, job);
    return job.id;
  }

  void notify(Transaction& transaction, std::string_view kind, MailParameters parameters,
              const ClientContext& client) override {
    if (parameters.language.empty() && !is_left_out(s_.config.notices, kind)) {
      parameters.language = language_at(transaction, parameters.to);
    }
    enqueue_notice(s_, transaction, kind, std::move(parameters), client);
  }

  void record(Transaction& transaction, Event event) override {
    s_.record(transaction, std::move(event));
  }
  void note(Event event) noexcept override { s_.note(std::move(event)); }

  void changes(Transaction& transaction, const UserId& user) override {
    s_.account_changes_with(transaction, user);
  }

  Result<User> set_password(Transaction& transaction, const UserId& user,
                            const NewPassword& password, const ClientContext& client) override {
    return coffeeauth::set_password(s_, transaction, user, password, client);
  }

  void take_turn(Transaction& transaction, const EmailAddress& email) override {
    coffeeauth::take_turn(s_, transaction, email, s_.now());
  }

  Result<void> count(const LimitScope& scope, std::string_view whom) override {
    return s_.limits.check(scope, whom);
  }

  void forgive(const EmailAddress& email, const ClientContext& client) noexcept override {
    s_.limits.login_succeeded(email, rate_limit_network(client.address));
    s_.limits.login_succeeded(email, {});
  }

  std::optional<UserId> address_holder(Transaction& transaction,
                                       const EmailAddress& email) override {
    return s_.address_holder(transaction, email, s_.now());
  }

  Result<LoginOutcome> begin_login(const UserId& user, LoginMethods done,
                                   const ClientContext& client) override {
    auto outcome = coffeeauth::continue_login(s_, {.user = user, .done = std::move(done)}, client);
    if (!outcome) return outcome.error();
    if (auto* const tokens = std::get_if<TokenPair>(&*outcome)) {
      return LoginOutcome{std::move(*tokens)};
    }
    return LoginOutcome{std::get<LoginChallenge>(*std::move(outcome))};
  }

  Result<ContinuedOutcome> continue_login(const ContinuedLogin& login,
                                          const ClientContext& client) override {
    return coffeeauth::continue_login(s_, login, client);
  }
  Result<std::optional<LoginChallenge>> ask_steps(const PendingLogin& login) override {
    return coffeeauth::ask_steps(s_, login);
  }

  LoginMethods known_methods(std::string_view words) const override {
    return methods_in(s_.methods, words);
  }
  const std::vector<SecondStep*>& second_steps() const noexcept override { return s_.second_steps; }
  const std::vector<CodeChannel*>& code_channels() const noexcept override {
    return s_.code_channels;
  }
  const std::vector<AccountGate*>& gates() const noexcept override { return s_.gates; }
  Result<User> settle_second_factor(Transaction& transaction, const UserId& user, Gates gates,
                                    const ClientContext& client) override {
    return coffeeauth::settle_second_factor(s_, transaction, user, gates, client);
  }
  bool knows_network(const UserId& user, const ClientContext& client) override {
    return coffeeauth::knows_network(s_, user, rate_limit_network(client.address));
  }

 private:
  Services& s_;
};

/// Longer than any key is kept; a date that far ahead can be computed.
constexpr std::chrono::seconds longest_digest = std::chrono::hours{24} * 365 * 100;

/// Each kind has a name of its own in the report.
void add_sealed_rows(std::string_view feature, const std::vector<SealedRows*>& sealed,
                     Services& s) {
  for (auto* const rows : sealed) {
    const auto name = rows->name();
    const bool is_taken =
        name == "signing_keys" || name == "mails" ||
        std::any_of(s.sealed_rows.begin(), s.sealed_rows.end(),
                    [&](const FeatureRows& other) { return other.rows->name() == name; });
    if (is_taken) {
      throw std::invalid_argument("coffeeauth: two kinds of sealed rows are called " +
                                  std::string{name});
    }
    s.sealed_rows.push_back({std::string{feature}, rows});
  }
}

void take_in(std::string_view feature, Contributions brought, Services& s) {
  if (brought.digests_live_for.count() < 0 || brought.digests_live_for > longest_digest) {
    throw std::invalid_argument("coffeeauth: digests_live_for of the feature " +
                                std::string{feature} + " must be 0 to 100 years");
  }
  for (const auto& rule : brought.limits) s.limits.add(rule);
  for (auto* const source : brought.claims) s.tokens.add(*source);
  const auto append = [](auto& all, auto& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  append(s.clean_ups, brought.clean_ups);
  if (brought.count_live) s.live_counts.push_back(std::move(brought.count_live));
  append(s.login_steps, brought.login_steps);
  append(s.methods, brought.methods);
  append(s.second_steps, brought.second_steps);
  append(s.code_channels, brought.code_channels);
  append(s.gates, brought.gates);
  append(s.purposes, brought.purposes);
  s.knows_devices = s.knows_devices || brought.knows_devices;
  if (!brought.methods.empty()) s.tokens.tell_methods(s.methods);
  append(s.recorders, brought.recorders);
  append(s.address_guards, brought.address_guards);
  append(s.mails, brought.mails);
  s.notice_values.merge(brought.notice_values);
  add_sealed_rows(feature, brought.sealed, s);
  s.digests_live_for = std::max(s.digests_live_for, brought.digests_live_for);
}

}  // namespace

std::string purpose_prefix(std::string_view feature) {
  return "feature/" + std::string{feature} + "/";
}

std::unique_ptr<Kernel> make_kernel(Services& services) {
  return std::make_unique<KernelOf>(services);
}

void attach_all(const std::vector<Feature*>& features, Services& services, Kernel& kernel) {
  std::set<std::string_view> names;
  for (auto* const feature : features) {
    if (feature == nullptr) throw std::invalid_argument("coffeeauth: a feature is a null pointer");
    if (!names.insert(feature->name()).second) {
      throw std::invalid_argument("coffeeauth: two features are called " +
                                  std::string{feature->name()});
    }
    take_in(feature->name(), feature->attach(kernel), services);
  }
  if (const auto wrong = check_notices(services.config.notices, services.mails)) {
    throw std::invalid_argument("coffeeauth: " + wrong->field + ": " + wrong->message);
  }
  // What cannot be parsed is told here, and not when the first mail is due.
  if (!services.mails.empty()) {
    static_cast<void>(
        make_default_templates(services.config.passwords.service_name, services.mails));
  }
}

}  // namespace coffeeauth

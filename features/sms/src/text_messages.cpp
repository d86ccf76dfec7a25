#include "coffeeauth/sms/text_messages.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "coffeeauth/kernel.hpp"
#include "coffeeauth/rate_limiter.hpp"

namespace coffeeauth::sms {
namespace {

using namespace std::chrono_literals;

/// What any limit looks back at.
constexpr std::chrono::seconds longest_count{24h};

[[noreturn]] void refuse_limit(const char* what) {
  throw std::invalid_argument(std::string{"SmsLimits: "} + what);
}

void check_pace(const SmsPace& pace) {
  if (pace.pause < 0s || pace.pause > 24h) refuse_limit("a pause must be 0 to 24 hours");
  if (pace.per_hour < 1 || pace.per_hour > 100 || pace.per_day < 1 || pace.per_day > 100) {
    refuse_limit("messages in an hour or day must be 1 to 100");
  }
}

SmsOptions checked(SmsOptions options) {
  require_valid(fields(options));
  const auto& limits = options.limits;
  check_pace(limits.number);
  check_pace(limits.user);
  if (limits.numbers_per_network < 1 || limits.numbers_per_network > 1'000) {
    refuse_limit("numbers of a network must be 1 to 1000");
  }
  if (limits.enrolments_per_day < 1 || limits.enrolments_per_day > 100) {
    refuse_limit("enrolments in a day must be 1 to 100");
  }
  if (limits.others_percent < 1 || limits.others_percent > 100) {
    refuse_limit("other shares than that of logins must have 1 to 100 percent of an hour");
  }
  return options;
}

Error refused(const char* code, const char* message) {
  return {.code = ErrorCode::validation_failed, .fields = {{"phone", code, message}}};
}

BudgetShare share_of(const OutgoingCode& code) {
  if (code.enrols) return BudgetShare::enrolment;
  return code.from_known_network ? BudgetShare::login : BudgetShare::login_elsewhere;
}

}  // namespace

struct TextMessages::State final : CodeChannel {
  State(TextMessages& room, BudgetStore& budgets_in, SmsOptions options_in)
      : messages(room),
        budgets(budgets_in),
        options(checked(std::move(options_in))),
        prefixes(SmsPrefixes::parse(options.prefixes).value()),
        kernel(room) {}

  // For second factors.
  std::string_view type() const noexcept override { return sms_code.word(); }
  const LoginMethod& method() const noexcept override { return sms_code; }
  std::string_view field() const noexcept override { return "phone"; }
  Result<CodeTarget> target(const User& /*user*/, std::string_view typed) override {
    const auto number = PhoneNumber::parse(typed);
    if (!number) {
      return refused("invalid",
                     "This is not a phone number with + and its country code. Only digits, spaces "
                     "and hyphens may follow, no parentheses.");
    }
    if (!prefixes.allow(*number)) {
      return refused(
          "not_allowed",
          "Text messages are not sent to this number. Give a mobile phone's, without the zero "
          "after the country code.");
    }
    return CodeTarget{.address = number->str(), .hint = number->hint()};
  }
  bool reaches(std::string_view address) const override {
    const auto number = PhoneNumber::parse(address);
    return number && prefixes.allow(*number);
  }
  CodeSent send(Transaction& tx, const OutgoingCode& code, const ClientContext& client) override;

  [[nodiscard]] BudgetAnswer take(Transaction& tx, const CodeMessage& message,
                                  const ClientContext& client) {
    // The widest one: within it, a client has as many addresses as it likes.
    const auto network = rate_limit_networks(client.address).back();
    return budgets.in(tx)->take({.user = message.user,
                                 .number = sealer->digests("number", {message.to.str()}),
                                 .network = sealer->digests("network", {network}),
                                 .share = message.share},
                                options.limits, kernel->clock().now());
  }

  void enqueue(Transaction& tx, const CodeMessage& message, const ClientContext& client) {
    const auto text = code_text({.service_name = kernel->config().passwords.service_name,
                                 .host = options.host,
                                 .language = message.language},
                                message.code);
    const auto payload = payload_of(message.to, text);
    const auto job = kernel->enqueue_job(tx, {.channel = channel,
                                              .kind = message.kind,
                                              .payload = payload.expose_secret(),
                                              .expires_at = message.expires_at});
    kernel->record(tx, {.kind = sms_sent,
                        .user = message.user,
                        .client = client,
                        .mail = std::string{message.kind},
                        .job = job});
  }

  TextMessages& messages;
  BudgetStore& budgets;
  const SmsOptions options;
  const SmsPrefixes prefixes;
  AttachedKernel kernel;
  std::unique_ptr<Sealer> sealer;
};

TextMessages::TextMessages(BudgetStore& budgets, SmsOptions options)
    : state_(std::make_unique<State>(*this, budgets, std::move(options))) {}
TextMessages::~TextMessages() = default;

std::string_view TextMessages::name() const noexcept { return "sms"; }

Contributions TextMessages::attach(Kernel& kernel) {
  auto& state = *state_;
  state.kernel = kernel;
  state.sealer = kernel.sealer(name());
  const auto clean = [&state](Transaction& tx, std::size_t limit, UtcTime now) {
    return state.budgets.in(tx)->delete_old(now - longest_count, limit);
  };
  Contributions brought{
      .clean_ups = {{"sms", clean}}, .methods = {sms_code}, .digests_live_for = longest_count};
  if (!state.options.prefixes.empty()) brought.code_channels = {&state};
  return brought;
}

CodeSent TextMessages::State::send(Transaction& tx, const OutgoingCode& code,
                                   const ClientContext& client) {
  const auto number = PhoneNumber::parse(code.to);
  // As to a number that reaches() is false for, which the caller asks first.
  if (!number) return {CodeOutcome::paced, longest_count};
  const auto sent =
      messages.send(tx,
                    {.user = code.user,
                     .to = *number,
                     .code = code.code,
                     .expires_at = code.expires_at,
                     .kind = code.enrols ? "phone_confirmation" : "second_factor_code",
                     .language = code.language,
                     .share = share_of(code)},
                    client);
  switch (sent.outcome) {
    case SmsOutcome::queued:
      return {};
    case SmsOutcome::service_full:
      return {CodeOutcome::service_full, sent.retry_after};
    case SmsOutcome::not_allowed:
      return {CodeOutcome::paced, longest_count};
    case SmsOutcome::paced:
      break;
  }
  return {CodeOutcome::paced, sent.retry_after};
}

bool TextMessages::allows(const PhoneNumber& number) const {
  return state_->prefixes.allow(number);
}

SmsAnswer TextMessages::send(Transaction& transaction, const CodeMessage& message,
                             const ClientContext& client) {
  auto& state = *state_;
  if (!allows(message.to)) return {SmsOutcome::not_allowed, {}};
  const auto answer = state.take(transaction, message, client);
  const auto wait =
      std::chrono::ceil<std::chrono::seconds>(answer.free_at - state.kernel->clock().now());
  switch (answer.verdict) {
    case BudgetVerdict::paced:
      return {SmsOutcome::paced, std::max(wait, 1s)};
    case BudgetVerdict::service_full:
      // Also where the transaction is undone, as a refused request's is.
      state.kernel->note({.kind = sms_budget_exhausted, .user = message.user, .client = client});
      return {SmsOutcome::service_full, std::max(wait, 1s)};
    case BudgetVerdict::taken:
      break;
  }
  state.enqueue(transaction, message, client);
  return {};
}

}  // namespace coffeeauth::sms

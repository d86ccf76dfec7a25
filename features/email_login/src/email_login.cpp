#include "coffeeauth/email_login/email_login.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "coffeeauth/prefixed_token.hpp"
#include "coffeeauth/rate_limiter.hpp"
#include "coffeeauth_email_login_mails.hpp"
#include "features/email_login/src/room.hpp"

namespace coffeeauth::email_login {
namespace {

constexpr std::string_view link_prefix = "lgn_";
constexpr std::string_view login_prefix = "lgt_";
bool may_log_in_by_mail(const User& user) { return user.is_active && user.is_verified; }

/// The account as its mailbox may be told of it: without a password, its names and language are
/// those of whoever signed up, who may be a stranger that has something to say to the mailbox.
User as_told(Credentials account) {
  if (account.password_hash.empty()) {
    account.user.first_name.clear();
    account.user.last_name.clear();
    account.user.language = Language{};
  }
  return std::move(account.user);
}

/// Whether the account is no longer what the ticket was made for.
bool has_changed(const ErrorCode& code) {
  return code == ErrorCode::not_found || code == ErrorCode::account_disabled ||
         code == ErrorCode::email_not_verified || code == ErrorCode::token_invalid ||
         code == ErrorCode::invalid_credentials;
}

/// Of one mail; made before any transaction.
struct MailSecrets {
  Secret link;
  Secret login;
  VerificationCode code;
};

}  // namespace

struct EmailLogin::State final : CodeChannel {
  State(const Feature& feature, TicketStore& tickets_in, EmailLoginOptions options_in)
      : tickets(tickets_in), options(std::move(options_in)), kernel(feature) {}

  [[nodiscard]] UtcTime now() const { return kernel->clock().now(); }
  template <class Work>
  auto transact(Work&& work) const {
    return kernel->store().transact(std::forward<Work>(work));
  }

  // For second factors.
  std::string_view type() const noexcept override { return "email"; }
  const LoginMethod& method() const noexcept override { return email_factor; }
  std::string_view field() const noexcept override { return {}; }
  Result<CodeTarget> target(const User& user, std::string_view typed) override;
  CodeSent send(Transaction& tx, const OutgoingCode& code, const ClientContext& client) override;

  [[nodiscard]] MailSecrets make_secrets() const;
  [[nodiscard]] Ticket ticket_of(const UserId& user, std::int64_t security_version,
                                 const MailSecrets& secrets, UtcTime at) const;
  void mail(Transaction& tx, const User& user, const Ticket& ticket, const MailSecrets& secrets,
            const ClientContext& client) const;

  /// The live ticket of a link.
  [[nodiscard]] std::optional<Ticket> find(const Secret& token, const ClientContext& client) const;
  /// Counts a guess, and only then compares: the ticket whose code it is.
  [[nodiscard]] std::optional<Ticket> try_code(const MailedCode& typed,
                                               const ClientContext& client) const;
  /// Goes on through the door, with which the ticket is spent; `dead` if it was meanwhile.
  [[nodiscard]] Result<LoginOutcome> enter(const Ticket& ticket, const LoginMethod& by,
                                           const ErrorCode& dead, const ClientContext& client,
                                           const LoginOptions& with) const;

  TicketStore& tickets;
  const EmailLoginOptions options;
  AttachedKernel kernel;
  std::unique_ptr<Sealer> sealer;
};

EmailLogin::EmailLogin(TicketStore& tickets, EmailLoginOptions options) {
  check(options);
  state_ = std::make_unique<State>(*this, tickets, std::move(options));
}
EmailLogin::~EmailLogin() = default;

std::string_view EmailLogin::name() const noexcept { return "email_login"; }

const EmailLoginOptions& EmailLogin::options() const noexcept { return state_->options; }

std::vector<MailKind> mails() { return mail_kinds(); }

Contributions EmailLogin::attach(Kernel& kernel) {
  auto& s = *state_;
  s.kernel = kernel;
  s.sealer = kernel.sealer(name());
  Contributions brought{
      .limits = {{ask_limit, s.options.asks}, {try_limit, s.options.tries}},
      .clean_ups = {{"email_login",
                     [&s](Transaction& tx, std::size_t limit, UtcTime now) {
                       return s.tickets.in(tx)->delete_expired(limit, now);
                     }}},
      .count_live =
          [&s](Transaction& tx, UtcTime now) {
            return std::vector<LiveTokens>{{"email_login", s.tickets.in(tx)->count_live(now)}};
          },
      .mails = mail_kinds(),
      // The counts of networks, which outlive links and codes.
      .digests_live_for = std::chrono::hours{24}};
  brought.methods = {email_factor};
  if (s.options.enabled) brought.methods = {email_link, LoginMethod::email_code, email_factor};
  brought.code_channels = {&s};
  return brought;
}

Result<CodeTarget> EmailLogin::State::target(const User& user, std::string_view /*typed*/) {
  const std::string address{user.email.display()};
  // An address has an octet before its @.
  const auto at = address.rfind('@');
  return CodeTarget{.address = address, .hint = address.substr(0, 1) + "..." + address.substr(at)};
}

CodeSent EmailLogin::State::send(Transaction& tx, const OutgoingCode& code,
                                 const ClientContext& client) {
  const auto user = tx.users().find(code.user);
  const CodeSent paced{CodeOutcome::paced,
                       std::chrono::ceil<std::chrono::seconds>(options.pace.pause)};
  if (!user) return paced;
  const auto owner = tickets.in(tx);
  if (!owner->take_slot(
          code.user, {.network = {}, .by_owner = true, .from_elsewhere = !code.from_known_network},
          options.pace, now())) {
    return paced;
  }
  std::map<std::string, std::string> extra;
  if (code.enrols) extra.emplace("enrols", "yes");
  kernel->notify(tx, "factor_code",
                 {.to = user->email,
                  .first_name = user->first_name,
                  .language = user->language.tag(),
                  .code = std::string{code.code},
                  .expires_at = code.expires_at,
                  .extra = std::move(extra)},
                 client);
  return {};
}

MailSecrets EmailLogin::State::make_secrets() const {
  auto& random = kernel->random();
  return {.link = make_prefixed_token(link_prefix, random),
          .login = make_prefixed_token(login_prefix, random),
          .code = VerificationCode::random(random)};
}

Ticket EmailLogin::State::ticket_of(const UserId& user, std::int64_t security_version,
                                    const MailSecrets& secrets, UtcTime at) const {
  const auto login = secrets.login.expose_secret();
  return {.user = user,
          .link = sealer->digest("link", {secrets.link.expose_secret()}),
          .login = sealer->digest("login", {login}),
          .code = sealer->digest("code", {user.str(), login, secrets.code.expose_secret()}),
          .security_version = security_version,
          .created_at = at,
          .expires_at = at + options.lifetime};
}

void EmailLogin::State::mail(Transaction& tx, const User& user, const Ticket& ticket,
                             const MailSecrets& secrets, const ClientContext& client) const {
  constexpr std::string_view place = "{token}";
  auto url = link_pattern(options);
  if (const auto at = url.find(place); at != std::string::npos) {
    url.replace(at, place.size(), secrets.link.expose_secret());
  }
  kernel->notify(tx, "email_login",
                 {.to = user.email,
                  .first_name = user.first_name,
                  .language = user.language.tag(),
                  .code = std::string{secrets.code.expose_secret()},
                  .expires_at = ticket.expires_at,
                  .link = std::move(url)},
                 client);
}

LoginReceipt EmailLogin::ask(const EmailAddress& email, const ClientContext& client) {
  auto& s = *state_;
  auto& kernel = *s.kernel;
  const auto now = s.now();
  const auto found = kernel.store().users().find_credentials(email);
  const bool is_due = s.options.enabled && found && may_log_in_by_mail(found->user);
  // Made in every case, as it takes time.
  const auto nobody = UserId::make(now, kernel.random());
  const auto user = is_due ? found->user.id : nobody;
  // The widest: whoever has a /48 must not have as many shares as it has /64.
  const auto network = rate_limit_networks(client.address).back();
  const MailRequest request{.network = s.sealer->digest("network", {network}),
                            .max_networks = s.options.networks};
  const auto secrets = s.make_secrets();
  const auto ticket = s.ticket_of(user, is_due ? found->user.security_version : 0, secrets, now);
  s.transact([&](Transaction& tx) {
    kernel.take_turn(tx, email);
    const auto rows = s.tickets.in(tx);
    // For whom no mail is due it is asked for nobody, at the same price.
    if (!rows->take_slot(user, request, s.options.pace, now)) return;
    rows->put(ticket);
    s.mail(tx, as_told(*found), ticket, secrets, client);
    kernel.record(tx, {.kind = email_login_asked, .at = now, .user = user, .client = client});
  });
  return {.login_token = secrets.login.clone(), .expires_at = ticket.expires_at};
}

std::optional<Ticket> EmailLogin::State::find(const Secret& token,
                                              const ClientContext& client) const {
  std::optional<Ticket> found;
  if (is_prefixed_token(link_prefix, token)) {
    const auto links = sealer->digests("link", {token.expose_secret()});
    found = transact([&](Transaction& tx) { return tickets.in(tx)->find(links, now()); });
  }
  if (!found) kernel->note({.kind = email_login_link_rejected, .client = client});
  return found;
}

std::optional<Ticket> EmailLogin::State::try_code(const MailedCode& typed,
                                                  const ClientContext& client) const {
  const auto login = typed.login_token.expose_secret();
  const auto logins = sealer->digests("login", {login});
  // The service's own number for a day, so that one setting says how often an account is guessed
  // at.
  const GuessLimits limits{.per_code = options.code_attempts,
                           .per_day = kernel->config().codes.guesses_per_day};
  const auto nobody = UserId::make(now(), kernel->random());
  const auto counted =
      transact([&](Transaction& tx) { return tickets.in(tx)->count_guess(logins, limits, now()); });
  // Compared all the same where there is none to compare with.
  const auto user = counted ? counted->user : nobody;
  const auto kept = counted ? counted->code : FeatureDigest{};
  bool is_right = false;
  for (const auto& guess :
       sealer->digests("code", {user.str(), login, typed.code.expose_secret()})) {
    is_right |= guess == kept;
  }
  if (is_right && counted) return counted;
  kernel->note({.kind = EventKind::code_rejected,
                .user = counted ? std::optional{counted->user} : std::nullopt,
                .client = client});
  return std::nullopt;
}

Result<LoginOutcome> EmailLogin::State::enter(const Ticket& ticket, const LoginMethod& by,
                                              const ErrorCode& dead, const ClientContext& client,
                                              const LoginOptions& with) const {
  const auto spend = [&](Transaction& tx) -> Result<void> {
    if (!tickets.in(tx)->redeem(ticket.link, now())) return dead;
    return {};
  };
  const auto& device = with.device_token;
  auto outcome = kernel->continue_login({.user = ticket.user,
                                         .done = {by},
                                         .expects_security_version = ticket.security_version,
                                         .device_token = device.empty() ? nullptr : &device,
                                         .within = spend},
                                        client);
  if (!outcome) {
    if (has_changed(outcome.error().code)) return dead;
    return outcome.error();
  }
  if (auto* const tokens = std::get_if<TokenPair>(&*outcome)) {
    return LoginOutcome{std::move(*tokens)};
  }
  auto* const asked = std::get_if<LoginChallenge>(&*outcome);
  if (asked == nullptr) throw std::logic_error("coffeeauth: a login ended as something else");
  // Spent with the challenge, which is all that it is worth: whoever finds the mail later gets
  // none.
  if (const auto spent = transact(spend); !spent) return spent.error();
  return LoginOutcome{std::move(*asked)};
}

Result<LoginOutcome> EmailLogin::log_in(const LoginProof& proof, const ClientContext& client,
                                        const LoginOptions& with) {
  const auto& s = *state_;
  if (const auto* const code = std::get_if<MailedCode>(&proof)) {
    // Its form says nothing about any account; whether it means anything does.
    if (!is_prefixed_token(login_prefix, code->login_token)) return ErrorCode::token_invalid;
    const auto ticket = s.try_code(*code, client);
    if (!ticket || !s.options.enabled) return ErrorCode::invalid_code;
    return s.enter(*ticket, LoginMethod::email_code, ErrorCode::invalid_code, client, with);
  }
  const auto ticket = s.find(std::get<Secret>(proof), client);
  if (!ticket || !s.options.enabled) return invalid_link;
  return s.enter(*ticket, email_link, invalid_link, client, with);
}

}  // namespace coffeeauth::email_login

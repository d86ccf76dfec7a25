#include "features/recovery/src/room.hpp"

#include <algorithm>
#include <utility>

#include "coffeeauth/prefixed_token.hpp"

namespace coffeeauth::recovery {
namespace {

std::string_view prefix_of(TicketKind kind) {
  switch (kind) {
    case TicketKind::reset:
      return "rst_";
    case TicketKind::email_change:
      return "eml_";
    case TicketKind::undo:
      return "und_";
  }
  return {};
}

std::string_view purpose_of(TicketKind kind) {
  return kind == TicketKind::reset ? "reset_code" : "email_change_code";
}

}  // namespace

Secret Room::make_token(TicketKind kind) const {
  return make_prefixed_token(prefix_of(kind), kernel->random());
}

FeatureDigest Room::digest_of(const Secret& token) const {
  return sealer->digest("token", {token.expose_secret()});
}

std::optional<Ticket> Room::find(TicketKind kind, const Secret& token) const {
  if (!is_prefixed_token(prefix_of(kind), token)) return std::nullopt;
  const auto digests = sealer->digests("token", {token.expose_secret()});
  return transact([&](Transaction& tx) { return tickets.in(tx)->find(kind, digests, now()); });
}

FeatureDigest Room::digest_of(TicketKind kind, const UserId& user, const EmailAddress& email,
                              std::string_view code) const {
  return sealer->digest(purpose_of(kind), {user.str(), email.canonical(), code});
}

std::optional<Ticket> Room::try_code(TicketKind kind, const std::optional<UserId>& known,
                                     const EmailAddress& email, std::string_view code,
                                     const ClientContext& client) const {
  const auto user = known ? *known : UserId::make(now(), kernel->random());
  const auto counted = transact([&](Transaction& tx) {
    kernel->take_turn(tx, email);
    // The service's own number for a day, so that one setting says how often an account is guessed
    // at.
    const GuessLimits limits{.per_code = options.code_attempts,
                             .per_day = kernel->config().codes.guesses_per_day};
    return tickets.in(tx)->count_guess(user, kind, limits, now());
  });
  // Compared all the same where there is none to compare with.
  const auto kept = counted && counted->code ? *counted->code : FeatureDigest{};
  bool is_right = false;
  for (const auto& guess :
       sealer->digests(purpose_of(kind), {user.str(), email.canonical(), code})) {
    is_right |= guess == kept;
  }
  if (is_right && counted) return counted;
  kernel->note({.kind = EventKind::code_rejected, .user = known, .client = client});
  return std::nullopt;
}

std::optional<Ticket> Room::waiting_change(const UserId& user) const {
  return transact([&](Transaction& tx) -> std::optional<Ticket> {
    auto waiting = tickets.in(tx)->list(user, TicketKind::email_change, now());
    const auto account = tx.users().find(user);
    if (waiting.empty() || !account) return std::nullopt;
    // What was asked of an account that has changed since is dead.
    if (waiting.front().security_version != account->security_version) return std::nullopt;
    const auto& session = waiting.front().session;
    if (!session || !tx.sessions().find_live(*session, now())) return std::nullopt;
    return std::move(waiting.front());
  });
}

Error Room::refuse_link(const ClientContext& client) const {
  kernel->note({.kind = link_rejected, .client = client});
  return Error{invalid_link};
}

bool Room::links_reset() const {
  return options.enabled && brings_link(options.reset) &&
         !link_pattern(TicketKind::reset, options).empty();
}

std::string Room::link_to(TicketKind kind, const Secret& token) const {
  constexpr std::string_view place = "{token}";
  auto url = link_pattern(kind, options);
  if (const auto at = url.find(place); at != std::string::npos) {
    url.replace(at, place.size(), token.expose_secret());
  }
  return url;
}

std::string Room::reset_page() const {
  if (!options.enabled || !options.pages || options.reset == ResetBy::off ||
      options.public_url.empty()) {
    return {};
  }
  return page_url(options, "/account/forgot");
}

Secrets Room::make_reset_secrets() const {
  Secrets made{.token = make_token(TicketKind::reset)};
  if (brings_code(options.reset)) {
    made.code = random_digits(kernel->random(), ResetCode::digits);
  }
  return made;
}

Ticket Room::reset_ticket(const UserId& user, const EmailAddress& email,
                          std::int64_t security_version, const Secrets& secrets, UtcTime at) const {
  Ticket ticket{.digest = digest_of(secrets.token),
                .kind = TicketKind::reset,
                .user = user,
                .security_version = security_version,
                .created_at = at,
                .expires_at = at + options.reset_lifetime};
  if (secrets.code) {
    ticket.code = digest_of(TicketKind::reset, user, email, secrets.code->expose_secret());
  }
  return ticket;
}

void Room::mail_reset(Transaction& tx, const User& user, const Ticket& ticket,
                      const Secrets& secrets, ResetReason reason,
                      const ClientContext& client) const {
  MailParameters parameters{.to = user.email,
                            .first_name = user.first_name,
                            .language = user.language.tag(),
                            .expires_at = ticket.expires_at};
  if (options.reset != ResetBy::code) parameters.link = link_to(TicketKind::reset, secrets.token);
  if (secrets.code) parameters.code = std::string{secrets.code->expose_secret()};
  if (reason == ResetReason::by_administrator) parameters.extra.emplace("by_administrator", "yes");
  if (reason == ResetReason::after_undo) parameters.extra.emplace("after_undo", "yes");
  kernel->notify(tx, "password_reset", std::move(parameters), client);
}

}  // namespace coffeeauth::recovery

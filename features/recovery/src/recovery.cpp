#include "coffeeauth/recovery/recovery.hpp"

#include <utility>

#include "coffeeauth_recovery_mails.hpp"
#include "features/recovery/src/room.hpp"

namespace coffeeauth::recovery {

Recovery::Recovery(TicketStore& tickets, RecoveryOptions options) {
  check(options);
  state_ = std::make_unique<State>(*this, tickets, std::move(options));
}
Recovery::~Recovery() = default;

std::string_view Recovery::name() const noexcept { return "recovery"; }

const RecoveryOptions& Recovery::options() const noexcept { return state_->room.options; }

std::vector<MailKind> mails() { return mail_kinds(); }

Contributions Recovery::attach(Kernel& kernel) {
  auto& room = state_->room;
  room.kernel = kernel;
  room.sealer = kernel.sealer(name());
  Contributions brought{.limits = {{ask_limit, room.options.asks},
                                   {try_limit, room.options.tries},
                                   {guess_limit, room.options.target_guesses}},
                        .clean_ups = {{"recovery",
                                       [&room](Transaction& tx, std::size_t limit, UtcTime now) {
                                         return room.tickets.in(tx)->delete_expired(limit, now);
                                       }}},
                        .count_live =
                            [&room](Transaction& tx, UtcTime now) {
                              const auto rows = room.tickets.in(tx);
                              return std::vector<LiveTokens>{
                                  {"password_reset", rows->count_live(TicketKind::reset, now)},
                                  {"email_change", rows->count_live(TicketKind::email_change, now)},
                                  {"email_undo", rows->count_live(TicketKind::undo, now)}};
                            },
                        // Not in `methods`: no session keeps how a reset began, and tokens say
                        // nothing of it.
                        .purposes = {&room},
                        .address_guards = {&room},
                        .mails = mail_kinds(),
                        // A link keeps the lifetime that it was made with, whatever the settings
                        // are now.
                        .digests_live_for = longest_undo};
  if (auto page = room.reset_page(); !page.empty()) {
    brought.notice_values.emplace("reset_page", std::move(page));
  }
  return brought;
}

}  // namespace coffeeauth::recovery

#include "judgement.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

namespace coffeeauth::smtp {
namespace {

constexpr EnhancedStatus undecided{};

bool is_one_of(int value, std::initializer_list<int> values) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

/// One number of one to three digits and what follows it: `end` or a dot.
std::optional<int> take_number(std::string_view& text) {
  int value = 0;
  const auto [at, error] =
      std::from_chars(text.data(), text.data() + std::min<std::size_t>(text.size(), 4), value);
  const auto size = static_cast<std::size_t>(at - text.data());
  if (error != std::errc{} || value < 0 || size > 3) return std::nullopt;
  text.remove_prefix(size);
  return value;
}

/// The code that begins a line, with its class; nothing when none does.
struct Found {
  int status_class = 0;
  EnhancedStatus status;
};

std::optional<Found> read_status(std::string_view line) {
  std::array<int, 3> parts{};
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) {
      if (!line.starts_with('.')) return std::nullopt;
      line.remove_prefix(1);
    }
    const auto number = take_number(line);
    if (!number) return std::nullopt;
    parts.at(i) = *number;
  }
  // `5.1.1.2` begins an address, not a status.
  if (!line.empty() && line.front() != ' ' && line.front() != '\t') return std::nullopt;
  if (!is_one_of(parts[0], {2, 4, 5})) return std::nullopt;
  return Found{parts[0], {parts[1], parts[2]}};
}

/// As qmail writes it, behind its words: `sorry, not in my list of allowed rcpthosts (#5.7.1)`.
std::optional<Found> read_status_at_end(std::string_view line) {
  constexpr std::string_view before = "(#";
  const auto at = line.rfind(before);
  if (at == std::string_view::npos || !line.ends_with(')')) return std::nullopt;
  line.remove_suffix(1);
  return read_status(line.substr(at + before.size()));
}

/// Refusals of the sender that servers give as an answer to the recipient, where they defer it to.
bool blames_the_sender(const EnhancedStatus& status) {
  return status == EnhancedStatus{1, 7} || status == EnhancedStatus{1, 8};
}

/// Unknown or misplaced commands, and a login that is missing or not liked, whatever the enhanced
/// code beside them.
bool blames_the_client(int code) { return is_one_of(code, {500, 502, 503, 504, 530, 535, 538}); }

/// What servers say to a recipient of a sender, a client, a limit or a login that they do not like,
/// without a code that would tell it from an unknown mailbox: Exim's `550 relay not permitted`. One
/// word too many costs some tries at a mailbox that is not there; one too few, mails.
constexpr std::array<std::string_view, 23> words_about_us{
    "relay",   "rcpthosts",  "sender",    "sending",   "from address", "quota",
    "limit",   "exceed",     "too many",  "authen",    "auth ",        "pop before",
    "blocked", "block list", "blacklist", "listed in", "reputation",   "spam",
    "helo",    "denied",     "prohibit",  "policy",    "suspend"};

/// In small letters, without what servers repeat of the recipient (`<policy@example.org>`), and
/// without what Domino says of one it does not know.
std::string own_words(std::string_view line) {
  std::string words;
  for (const char c : line) {
    words.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    const auto begin = c == '>' ? words.rfind('<') : std::string::npos;
    if (begin == std::string::npos) continue;
    const auto inside = std::string_view{words}.substr(begin);
    const bool is_address =
        inside.find('@') != std::string_view::npos && inside.find("://") == std::string_view::npos;
    if (is_address) words.erase(begin);
  }
  constexpr std::string_view unlisted = "not listed in domino";
  if (const auto at = words.find(unlisted); at != std::string::npos)
    words.erase(at, unlisted.size());
  return words;
}

bool speaks_of(const Reply& reply, std::string_view word) {
  return std::any_of(reply.lines.begin(), reply.lines.end(), [&](const std::string& line) {
    return own_words(line).find(word) != std::string::npos;
  });
}

bool speaks_of_us(const Reply& reply) {
  return std::any_of(words_about_us.begin(), words_about_us.end(),
                     [&](std::string_view word) { return speaks_of(reply, word); });
}

/// Codes of whom nothing more is known: Postfix says `5.1.0 Sender address rejected` as an answer
/// to the recipient.
bool is_unspecific(const EnhancedStatus& status) {
  return status == EnhancedStatus{1, 0} || status == EnhancedStatus{2, 0};
}

/// Whether the words speak of us where the code alone would speak of the recipient.
bool belies(const EnhancedStatus& status, const Reply& reply) {
  if (is_unspecific(status)) return speaks_of_us(reply);
  return status.subject == 1 && speaks_of(reply, "sender");
}

/// Whether the mailbox, its address or the content can be meant, by RFC 3463 and RFC 7505. What is
/// behind these numbers elsewhere is about who sends: Microsoft's 5.1.90 and 5.2.252, a 5.2.3 (too
/// long) for a mail as short as ours, the 5.2.0 that hosts answer to the content.
bool is_about_the_recipient(const EnhancedStatus& status, Step step) {
  switch (status.subject) {
    case 1:
      return is_one_of(status.detail, {0, 1, 2, 3, 4, 5, 6, 9, 10});
    case 2:
      return is_one_of(status.detail, {1, 2, 4}) || (status.detail == 0 && step == Step::recipient);
    case 6:
      return true;
    default:
      return false;
  }
}

DeliveryProblem problem_of(const EnhancedStatus& status, Step step) {
  switch (status.subject) {
    case 1:
    case 2:
      if (blames_the_sender(status) || step == Step::sender) return DeliveryProblem::sender;
      return is_about_the_recipient(status, step) ? DeliveryProblem::recipient
                                                  : DeliveryProblem::policy;
    case 3:
      return status.detail == 4 ? DeliveryProblem::message : DeliveryProblem::policy;
    case 4:
      return status.detail == 5 ? DeliveryProblem::quota : DeliveryProblem::policy;
    case 5:
      return DeliveryProblem::protocol;
    case 6:
      return DeliveryProblem::message;
    case 7:
      return DeliveryProblem::policy;
    default:
      return DeliveryProblem::none;
  }
}

DeliveryProblem problem_of_bare(Step step, const Reply& reply) {
  if (!reply.is_permanent()) {
    return reply.is_transient() ? DeliveryProblem::busy : DeliveryProblem::protocol;
  }
  if (blames_the_client(reply.code)) return DeliveryProblem::protocol;
  if (speaks_of(reply, "relay")) return DeliveryProblem::policy;
  if (step == Step::sender && reply.code != 554) return DeliveryProblem::sender;
  if (speaks_of_us(reply)) return DeliveryProblem::policy;
  if (step == Step::recipient && is_one_of(reply.code, {550, 551, 553})) {
    return DeliveryProblem::recipient;
  }
  return DeliveryProblem::policy;
}

bool is_about_the_mail(Step step) {
  return step == Step::recipient || step == Step::data || step == Step::message;
}

bool is_final(Step step, const Reply& reply) {
  if (!reply.is_permanent() || !is_about_the_mail(step) || blames_the_client(reply.code)) {
    return false;
  }
  if (const auto status = enhanced_status(reply)) {
    return is_about_the_recipient(*status, step) && !belies(*status, reply);
  }
  return step == Step::recipient && is_one_of(reply.code, {550, 551, 553}) && !speaks_of_us(reply);
}

}  // namespace

std::string_view name_of(Step step) noexcept {
  switch (step) {
    case Step::greeting:
      return "greeting";
    case Step::hello:
      return "EHLO";
    case Step::starttls:
      return "STARTTLS";
    case Step::login:
      return "AUTH";
    case Step::sender:
      return "MAIL FROM";
    case Step::recipient:
      return "RCPT TO";
    case Step::data:
      return "DATA";
    case Step::message:
      return "message";
    case Step::reset:
      return "RSET";
  }
  return "unknown";
}

std::optional<EnhancedStatus> enhanced_status(const Reply& reply) {
  std::optional<EnhancedStatus> status;
  for (const auto& line : reply.lines) {
    auto found = read_status(line);
    if (!found) found = read_status_at_end(line);
    if (!found) continue;
    if (found->status_class != reply.code / 100) return undecided;
    if (status && *status != found->status) return undecided;
    status = found->status;
  }
  return status;
}

std::string reason_for(Step step, const Reply& reply) {
  auto reason = std::string{name_of(step)} + " " + std::to_string(reply.code);
  if (const auto status = enhanced_status(reply); status && *status != undecided) {
    reason += " " + std::to_string(reply.code / 100) + "." + std::to_string(status->subject) + "." +
              std::to_string(status->detail);
  }
  return reason;
}

DeliveryProblem problem_of(Step step, const Reply& reply) {
  if (is_one_of(reply.code, {530, 535, 538}) || (step == Step::login && reply.is_permanent())) {
    return DeliveryProblem::login;
  }
  if (step == Step::starttls) return DeliveryProblem::tls;
  const auto status = reply.is_permanent() ? enhanced_status(reply) : std::nullopt;
  if (status && belies(*status, reply)) {
    return speaks_of(reply, "sender") ? DeliveryProblem::sender : DeliveryProblem::policy;
  }
  auto problem = status ? problem_of(*status, step) : DeliveryProblem::none;
  if (problem == DeliveryProblem::none) problem = problem_of_bare(step, reply);
  // A refusal of one recipient or mail, however odd, says nothing of the next: a server that does
  // not speak the protocol shows it before.
  const bool is_of_one_mail =
      reply.is_permanent() && problem == DeliveryProblem::protocol && is_about_the_mail(step);
  return is_of_one_mail ? DeliveryProblem::policy : problem;
}

bool turns_away(Step step, const Reply& reply) {
  return reply.is_transient() && (step == Step::greeting || step == Step::hello);
}

Delivery judge(Step step, const Reply& reply) {
  return {is_final(step, reply) ? DeliveryVerdict::refused : DeliveryVerdict::retry_later,
          reason_for(step, reply), problem_of(step, reply), turns_away(step, reply)};
}

}  // namespace coffeeauth::smtp

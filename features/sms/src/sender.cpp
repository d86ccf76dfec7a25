#include "coffeeauth/sms/sender.hpp"

#include <algorithm>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace coffeeauth::sms {

namespace {

/// The parts one after the other, in memory that is wiped.
Secret joined(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (const auto part : parts) size += part.size();
  auto text = Secret::of_size(size);
  auto out = text.writable().begin();
  for (const auto part : parts) {
    out = std::transform(part.begin(), part.end(), out,
                         [](char c) { return static_cast<std::byte>(c); });
  }
  return text;
}

}  // namespace

Secret code_text(const CodeText& at, std::string_view code) {
  const bool is_german = at.language == "de" || at.language.starts_with("de-");
  const std::string_view before = is_german ? " ist Ihr Code f\u00fcr " : " is your ";
  const std::string_view after =
      is_german ? ". Geben Sie ihn niemandem weiter." : " code. Do not share it with anyone.";
  if (at.host.empty()) return joined({code, before, at.service_name, after});
  return joined({code, before, at.service_name, after, "\n\n@", at.host, " #", code});
}

Secret payload_of(const PhoneNumber& to, const Secret& text) {
  // A number holds no line end, so that the first one is between the two.
  return joined({to.str(), "\n", text.expose_secret()});
}

Delivery SmsHandler::deliver(const Job& job) {
  const auto payload = job.payload.expose_secret();
  const auto end = payload.find('\n');
  auto to = PhoneNumber::parse(payload.substr(0, end));
  if (end == std::string_view::npos || !to) {
    return {DeliveryVerdict::refused, "not a text message", DeliveryProblem::message};
  }
  return sender_.deliver({.id = job.id,
                          .to = *std::move(to),
                          .text = Secret{payload.substr(end + 1)},
                          .kind = job.kind,
                          .expires_at = job.expires_at});
}

}  // namespace coffeeauth::sms

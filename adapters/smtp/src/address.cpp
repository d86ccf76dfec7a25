#include "address.hpp"

#include <Poco/Net/IPAddress.h>
#include <Poco/UTF8Encoding.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "adapters/net/src/ip_address.hpp"
#include "coffeeauth/email_address.hpp"
#include "coffeeauth/network_address.hpp"
#include "coffeeauth/url.hpp"

namespace coffeeauth::smtp {
namespace {

constexpr std::size_t longest_address = 254;
constexpr std::size_t longest_host = 253;
constexpr std::size_t longest_name = 200;
constexpr std::size_t longest_label = 63;

std::string_view trimmed(std::string_view text, std::string_view blanks) {
  const auto first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// RFC 5321 4.1.2: letters, digits and inner hyphens.
bool is_label(std::string_view label) {
  return !label.empty() && label.size() <= longest_label && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return is_letter(c) || is_digit(c) || c == '-';
         });
}

/// Two labels at least. No domain at the top is a number, so that an address is no name.
bool is_domain(std::string_view name) {
  if (name.size() > longest_host || name.find('.') == std::string_view::npos) return false;
  for (;;) {
    const auto dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return !std::all_of(name.begin(), name.end(), is_digit);
    name.remove_prefix(dot + 1);
  }
}

/// What stands between the brackets (RFC 5321 4.1.3).
bool is_address_literal(std::string_view text) {
  constexpr std::string_view six = "IPv6:";
  const bool is_six = text.starts_with(six);
  if (is_six) text.remove_prefix(six.size());
  Poco::Net::IPAddress address;
  return text.find('%') == std::string_view::npos &&
         Poco::Net::IPAddress::tryParse(std::string{text}, address) &&
         is_six == (address.family() == Poco::Net::IPAddress::IPv6) &&
         // Poco takes `1.2` and `0x7f.1` for addresses, as old functions do.
         (is_six || address.toString() == text);
}

}  // namespace

bool is_plain_address(std::string_view address) noexcept {
  const auto at = address.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == address.size()) return false;
  if (address.size() > longest_address || address.find('@', at + 1) != std::string_view::npos) {
    return false;
  }
  return std::all_of(address.begin(), address.end(), [](char c) {
    return c > 0x20 && c < 0x7F && std::string_view{"<>()[],;:\\\""}.find(c) == std::string::npos;
  });
}

bool is_one_line(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto lead = static_cast<unsigned char>(text.front());
    const std::size_t size = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    if (lead < 0x20 || lead == 0x7F || size > text.size()) return false;
    const auto* const bytes = reinterpret_cast<const unsigned char*>(text.data());
    if (!Poco::UTF8Encoding::isLegal(bytes, static_cast<int>(size))) return false;
    text.remove_prefix(size);
  }
  return true;
}

bool is_host(const std::string& host) {
  if (net::is_ip_address(host)) return true;
  return !host.empty() && host.size() <= longest_host &&
         std::all_of(host.begin(), host.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                  c == '-' || c == '.' || c == '_';
         });
}

bool is_client_name(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    return is_address_literal(text.substr(1, text.size() - 2));
  }
  return is_domain(to_ascii_host(std::string{text}));
}

std::string client_name_of(std::string_view public_url) {
  if (public_url.empty()) return {};
  auto host = parse_url(public_url).host;
  // `localhost` and addresses are names of this machine alone.
  const bool known = host.find('.') != std::string::npos && !parse_network_address(host);
  return known && is_client_name(host) ? host : std::string{};
}

std::string address_literal(const std::string& address) {
  const bool is_six = address.find(':') != std::string::npos;
  return (is_six ? "[IPv6:" : "[") + address + "]";
}

std::string to_ascii_host(const std::string& host) {
  const bool ascii = std::all_of(host.begin(), host.end(),
                                 [](char c) { return static_cast<unsigned char>(c) < 0x80; });
  if (ascii) return host;
  const auto address = EmailAddress::parse("x@" + host);
  return address ? domain_of(address->canonical()) : host;
}

std::string domain_of(std::string_view address) {
  const auto at = address.rfind('@');
  return at == std::string_view::npos ? std::string{} : std::string{address.substr(at + 1)};
}

std::string host_name(const std::string& client_name, const Sender& sender) {
  return client_name.empty() ? domain_of(sender.address) : client_name;
}

Sender require_valid(Sender sender) {
  const auto at = sender.address.rfind('@');
  if (at != std::string::npos) {
    sender.address.replace(at + 1, std::string::npos, to_ascii_host(domain_of(sender.address)));
  }
  if (!is_plain_address(sender.address) || !is_one_line(sender.name) ||
      sender.name.size() > longest_name) {
    throw std::invalid_argument("expected an address or `Name <address>`");
  }
  return sender;
}

Sender parse_sender(std::string_view text) {
  Sender sender{.address = std::string{text}};
  const auto open = text.find('<');
  if (open != std::string_view::npos && text.ends_with('>')) {
    sender.address = text.substr(open + 1, text.size() - open - 2);
    sender.name = trimmed(text.substr(0, open), " \"");
  }
  return require_valid(std::move(sender));
}

}  // namespace coffeeauth::smtp

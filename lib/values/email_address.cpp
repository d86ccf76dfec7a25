#include "coffeeauth/email_address.hpp"

#include <idn2.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "lib/values/ascii.hpp"
#include "lib/values/unicode.hpp"

namespace coffeeauth {
namespace {

constexpr std::size_t longest_address = 254;  // RFC 5321 4.5.3.1.3, less the angle brackets
constexpr std::size_t longest_local_part = 64;
constexpr std::size_t longest_domain = 253;
constexpr std::size_t longest_label = 63;

bool is_alphanumeric(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// RFC 5322 3.2.3.
bool is_atext(char c) noexcept {
  return is_alphanumeric(c) ||
         std::string_view{"!#$%&'*+-/=?^_`{|}~"}.find(c) != std::string_view::npos;
}

bool is_dot_atom(std::string_view text) noexcept {
  if (text.empty() || text.size() > longest_local_part) return false;
  if (text.front() == '.' || text.back() == '.') return false;
  if (text.find("..") != std::string_view::npos) return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c == '.' || is_atext(c); });
}

bool is_label(std::string_view label) noexcept {
  return !label.empty() && label.size() <= longest_label && label.front() != '-' &&
         label.back() != '-' && std::all_of(label.begin(), label.end(), [](char c) {
           return c == '-' || is_alphanumeric(c);
         });
}

/// Letters, two at least, as every top-level domain has them; or the A-label of one in another
/// script, which begins with four characters that are no part of it.
bool is_top_level(std::string_view label) noexcept {
  if (label.starts_with("xn--")) return label.size() > 4;
  return label.size() >= 2 && std::all_of(label.begin(), label.end(), [](char c) {
           return is_alphanumeric(c) && (c < '0' || c > '9');
         });
}

/// At least two labels, the last of which can be a top-level domain. `domain` is in lower case.
bool is_domain(std::string_view domain) noexcept {
  if (domain.size() > longest_domain) return false;
  std::size_t labels = 0;
  for (;;) {
    const auto dot = domain.find('.');
    const auto label = domain.substr(0, dot);
    if (!is_label(label)) return false;
    ++labels;
    if (dot == std::string_view::npos) return labels >= 2 && is_top_level(label);
    domain.remove_prefix(dot + 1);
  }
}

/// The domain in lower-case A-labels, if IDNA has one for it.
std::optional<std::string> to_a_labels(std::string_view domain) {
  const std::string text{domain};
  char* mapped = nullptr;
  const int status = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(text.c_str()),
                                    reinterpret_cast<std::uint8_t**>(&mapped),
                                    IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<char, decltype(&idn2_free)> owner{mapped, &idn2_free};
  if (status != IDN2_OK || mapped == nullptr) return std::nullopt;
  return ascii_lower(mapped);
}

bool is_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::optional<std::string> canonical_form(std::string_view address) {
  const auto at = address.find('@');
  if (at == std::string_view::npos || address.find('@', at + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  const auto local = address.substr(0, at);
  const auto typed_domain = address.substr(at + 1);
  // The address is shown as typed, so what IDNA would only drop must not get in either.
  if (!is_dot_atom(local) || !unicode::is_valid(typed_domain) ||
      unicode::has_controls(typed_domain) || unicode::has_ignorables(typed_domain)) {
    return std::nullopt;
  }
  const auto domain =
      is_ascii(typed_domain) && ascii_lower(typed_domain).find("xn--") == std::string::npos
          ? std::optional{ascii_lower(typed_domain)}
          : to_a_labels(typed_domain);
  if (!domain || !is_domain(*domain)) return std::nullopt;
  return ascii_lower(local) + "@" + *domain;
}

}  // namespace

Result<EmailAddress> EmailAddress::parse(std::string_view typed) {
  const auto address = unicode::trimmed(typed);
  if (address.empty()) return field_error("email", "required", "This field may not be blank.");
  if (address.size() > longest_address) {
    return field_error("email", "too_long", "Enter an address of at most 254 characters.");
  }
  if (address.find('\0') == std::string_view::npos) {
    auto canonical = canonical_form(address);
    // Mapping to A-labels can make an address longer than what was typed.
    if (canonical && canonical->size() <= longest_address) {
      return EmailAddress{std::string{address}, *std::move(canonical)};
    }
  }
  return field_error("email", "invalid", "Enter a valid email address.");
}

EmailAddress EmailAddress::restore(std::string display, std::string canonical) {
  return {std::move(display), std::move(canonical)};
}

std::string_view EmailAddress::local_part() const noexcept {
  return std::string_view{canonical_}.substr(0, canonical_.find('@'));
}

}  // namespace coffeeauth

#include <algorithm>
#include <array>
#include <string>

#include "coffeeauth/second_factor/codes.hpp"
#include "features/second_factor/src/percent.hpp"

namespace coffeeauth::second_factor {
namespace {

constexpr std::string_view base32_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// As RFC 4226 5.1 has the counter: eight bytes, the most significant first.
std::array<char, 8> counter_of(std::int64_t step) {
  std::array<char, 8> bytes{};
  auto rest = static_cast<std::uint64_t>(step);
  for (auto byte = bytes.rbegin(); byte != bytes.rend(); ++byte) {
    *byte = static_cast<char>(rest & 0xFFU);
    rest >>= 8U;
  }
  return bytes;
}

/// RFC 4226 5.3: four bytes from where the last one says, without the sign.
std::uint32_t truncated(const HmacSha1& hmac) {
  const std::size_t offset = hmac.back() & 0x0FU;
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = (number << 8U) | hmac.at(offset + i);
  return number & 0x7FFF'FFFFU;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

}  // namespace

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4U];
    encoded += digits[byte & 0x0FU];
  }
  return encoded;
}

std::int64_t step_of(UtcTime now) noexcept {
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch() / totp_period;
}

Secret make_totp_secret(RandomSource& random) { return random_bytes(random, totp_secret_bytes); }

Secret totp_at(const OneTimeCodes& codes, const Secret& secret, std::int64_t step,
               std::size_t digits) {
  const auto counter = counter_of(step);
  auto number = truncated(codes.hmac_sha1(secret, {counter.data(), counter.size()}));
  auto code = Secret::of_size(digits);
  const auto text = code.writable();
  for (auto digit = text.rbegin(); digit != text.rend(); ++digit) {
    *digit = static_cast<std::byte>('0' + number % 10);
    number /= 10;
  }
  return code;
}

std::optional<std::int64_t> find_step(const OneTimeCodes& codes, const Secret& secret,
                                      std::string_view code, UtcTime now, std::size_t skew) {
  const auto current = step_of(now);
  const auto span = static_cast<std::int64_t>(skew);
  std::optional<std::int64_t> found;
  for (auto step = std::max<std::int64_t>(current - span, 0); step <= current + span; ++step) {
    const auto right = totp_at(codes, secret, step);
    if (equal_in_constant_time(right.expose_secret(), code)) found = step;
  }
  return found;
}

std::optional<Secret> parse_factor_code(std::string_view typed) {
  auto code = Secret::of_size(totp_digits);
  const auto digits = code.writable();
  std::size_t count = 0;
  for (const char c : typed) {
    if (c == ' ') continue;
    if (c < '0' || c > '9' || count == totp_digits) return std::nullopt;
    digits[count++] = static_cast<std::byte>(c);
  }
  if (count != totp_digits) return std::nullopt;
  return code;
}

Secret to_base32(const Secret& bytes) {
  auto text = Secret::of_size((bytes.size() * 8 + 4) / 5);
  const auto out = text.writable();
  const auto in = bytes.expose_secret_bytes();
  for (std::size_t i = 0; i < out.size(); ++i) {
    const std::size_t bit = i * 5;
    const auto at = [&](std::size_t n) {
      return n < in.size() ? std::to_integer<unsigned>(in[n]) : 0U;
    };
    const unsigned pair = (at(bit / 8) << 8U) | at(bit / 8 + 1);
    out[i] = static_cast<std::byte>(base32_alphabet[(pair >> (11U - bit % 8)) & 0x1FU]);
  }
  return text;
}

Secret totp_uri(const Secret& secret, std::string_view issuer, std::string_view account) {
  std::string plain{issuer};
  std::erase(plain, ':');
  const auto name = percent_encoded(plain);
  const auto text = to_base32(secret);
  const auto front =
      "otpauth://totp/" + name + (name.empty() ? "" : ":") + percent_encoded(account) + "?secret=";
  const auto back = (name.empty() ? "" : "&issuer=" + name) + "&algorithm=SHA1&digits=6&period=30";
  auto uri = Secret::of_size(front.size() + text.size() + back.size());
  auto out = reinterpret_cast<char*>(uri.writable().data());
  out = std::copy(front.begin(), front.end(), out);
  const auto middle = text.expose_secret();
  out = std::copy(middle.begin(), middle.end(), out);
  std::copy(back.begin(), back.end(), out);
  return uri;
}

}  // namespace coffeeauth::second_factor

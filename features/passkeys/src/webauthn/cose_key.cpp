#include "features/passkeys/src/webauthn/cose_key.hpp"

#include <algorithm>

#include "coffeeauth/passkeys/webauthn.hpp"

namespace coffeeauth::passkeys {
namespace {

// Labels and values of the COSE registry.
constexpr std::int64_t label_kind = 1;
constexpr std::int64_t label_algorithm = 3;
constexpr std::int64_t kind_octet_pair = 1;
constexpr std::int64_t kind_elliptic_curve = 2;
constexpr std::int64_t kind_rsa = 3;
constexpr std::int64_t label_curve = -1;
constexpr std::int64_t label_x = -2;
constexpr std::int64_t label_y = -3;
constexpr std::int64_t label_modulus = -1;
constexpr std::int64_t label_exponent = -2;
constexpr std::int64_t curve_p256 = 1;
constexpr std::int64_t curve_ed25519 = 6;

constexpr std::size_t least_modulus = 2'048 / 8;
constexpr std::size_t longest_modulus = 4'096 / 8;
/// In use are 3 and 65537; a long one makes each verification slow.
constexpr std::size_t longest_exponent = 8;

// Members are read in their canonical order, so that none can be there twice, and the number of
// members leaves no room for another.

bool has_integer(CborReader& reader, std::int64_t label, std::int64_t value) {
  return reader.integer() == label && reader.integer() == value;
}

std::optional<std::string_view> bytes_at(CborReader& reader, std::int64_t label) {
  if (reader.integer() != label) return std::nullopt;
  return reader.bytes();
}

bool read_number(CborReader& reader, std::int64_t label, std::array<std::uint8_t, 32>& out) {
  const auto bytes = bytes_at(reader, label);
  if (!bytes || bytes->size() != out.size()) return false;
  std::transform(bytes->begin(), bytes->end(), out.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return true;
}

std::optional<CosePublicKey> read_es256(CborReader& reader) {
  Es256PublicKey key;
  if (!has_integer(reader, label_curve, curve_p256) || !read_number(reader, label_x, key.x) ||
      !read_number(reader, label_y, key.y)) {
    return std::nullopt;
  }
  return key;
}

std::optional<CosePublicKey> read_eddsa(CborReader& reader) {
  EddsaPublicKey key;
  if (!has_integer(reader, label_curve, curve_ed25519) ||
      !read_number(reader, label_x, key.point)) {
    return std::nullopt;
  }
  return key;
}

unsigned first_octet(std::string_view number) { return static_cast<unsigned char>(number.front()); }

bool is_odd(std::string_view number) { return (static_cast<unsigned>(number.back()) & 1U) == 1U; }

bool is_modulus(std::string_view number) {
  if (number.size() < least_modulus || number.size() > longest_modulus) return false;
  const auto least_first = number.size() == least_modulus ? 0x80U : 1U;
  return first_octet(number) >= least_first && is_odd(number);
}

bool is_exponent(std::string_view number) {
  if (number.empty() || number.size() > longest_exponent || first_octet(number) == 0) return false;
  return is_odd(number) && (number.size() > 1 || first_octet(number) > 2);
}

std::optional<CosePublicKey> read_rs256(CborReader& reader) {
  const auto modulus = bytes_at(reader, label_modulus);
  if (!modulus || !is_modulus(*modulus)) return std::nullopt;
  const auto exponent = bytes_at(reader, label_exponent);
  if (!exponent || !is_exponent(*exponent)) return std::nullopt;
  return Rs256PublicKey{std::string{*modulus}, std::string{*exponent}};
}

}  // namespace

std::optional<CosePublicKey> read_cose_key(CborReader& reader) {
  const auto members = reader.begin_map();
  if (!members || reader.integer() != label_kind) return std::nullopt;
  const auto kind = reader.integer();
  if (!kind || reader.integer() != label_algorithm) return std::nullopt;
  const auto algorithm = reader.integer();
  const auto is = [&](std::int64_t wanted_kind, CoseAlgorithm wanted, std::size_t size) {
    return *kind == wanted_kind && algorithm == std::int64_t{static_cast<int>(wanted)} &&
           *members == size;
  };
  if (is(kind_elliptic_curve, CoseAlgorithm::es256, 5)) return read_es256(reader);
  if (is(kind_octet_pair, CoseAlgorithm::eddsa, 4)) return read_eddsa(reader);
  if (is(kind_rsa, CoseAlgorithm::rs256, 4)) return read_rs256(reader);
  return std::nullopt;
}

std::optional<CosePublicKey> parse_public_key(std::string_view cose) {
  CborReader reader{cose};
  auto key = read_cose_key(reader);
  return reader.rest().empty() ? key : std::nullopt;
}

}  // namespace coffeeauth::passkeys

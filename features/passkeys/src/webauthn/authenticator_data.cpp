#include "features/passkeys/src/webauthn/authenticator_data.hpp"

#include <algorithm>
#include <utility>

#include "features/passkeys/src/webauthn/cbor.hpp"
#include "features/passkeys/src/webauthn/cose_key.hpp"

namespace coffeeauth::passkeys {
namespace {

constexpr std::size_t rp_id_hash_size = 32;
constexpr std::size_t aaguid_size = 16;

// Bits of the flags.
constexpr std::uint64_t flag_user_present = 0x01;
constexpr std::uint64_t flag_user_verified = 0x04;
constexpr std::uint64_t flag_backup_eligible = 0x08;
constexpr std::uint64_t flag_backed_up = 0x10;
constexpr std::uint64_t flag_attested = 0x40;
constexpr std::uint64_t flag_extensions = 0x80;

/// What is left of the authenticator data.
class Octets {
 public:
  explicit Octets(std::string_view bytes) noexcept : rest_(bytes) {}

  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }
  [[nodiscard]] std::optional<std::string_view> take(std::size_t size) noexcept {
    if (size > rest_.size()) return std::nullopt;
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  /// A big-endian number.
  [[nodiscard]] std::optional<std::uint64_t> number(std::size_t size) noexcept {
    const auto bytes = take(size);
    if (!bytes) return std::nullopt;
    std::uint64_t value = 0;
    for (const char c : *bytes) value = value << 8U | static_cast<unsigned char>(c);
    return value;
  }

 private:
  std::string_view rest_;
};

Checked<AttestedCredential> read_attested(Octets& octets) {
  const auto aaguid = octets.take(aaguid_size);
  const auto size = octets.number(2);
  if (!aaguid || !size || *size == 0 || *size > longest_credential_id) {
    return Rejection::authenticator_data;
  }
  AttestedCredential attested;
  std::transform(aaguid->begin(), aaguid->end(), attested.aaguid.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  const auto id = octets.take(static_cast<std::size_t>(*size));
  if (!id) return Rejection::authenticator_data;
  attested.id = *id;
  CborReader reader{octets.rest()};
  const auto key = read_cose_key(reader);
  if (!key) return Rejection::public_key;
  attested.key = *key;
  attested.public_key = octets.take(reader.consumed()).value();
  return attested;
}

}  // namespace

Checked<AuthenticatorData> parse_authenticator_data(std::string_view bytes) {
  Octets octets{bytes};
  const auto rp_id_hash = octets.take(rp_id_hash_size);
  const auto flags = octets.number(1);
  const auto sign_count = octets.number(4);
  if (!rp_id_hash || !flags || !sign_count) return Rejection::authenticator_data;
  const auto has = [&](std::uint64_t flag) { return (*flags & flag) != 0; };
  AuthenticatorData data{.rp_id_hash = *rp_id_hash,
                         .user_present = has(flag_user_present),
                         .user_verified = has(flag_user_verified),
                         .backup_eligible = has(flag_backup_eligible),
                         .backed_up = has(flag_backed_up),
                         .sign_count = static_cast<std::uint32_t>(*sign_count)};
  if (has(flag_attested)) {
    auto attested = read_attested(octets);
    if (const auto* const rejection = std::get_if<Rejection>(&attested)) return *rejection;
    data.attested = std::get<AttestedCredential>(std::move(attested));
  }
  CborReader extensions{octets.rest()};
  if (has(flag_extensions) && !extensions.skip_map()) return Rejection::authenticator_data;
  if (!extensions.rest().empty()) return Rejection::authenticator_data;
  return data;
}

std::optional<std::string_view> parse_attestation_object(std::string_view cbor) {
  CborReader reader{cbor};
  // In this order, which is the canonical one.
  if (reader.begin_map() != std::size_t{3} || reader.text() != "fmt" || !reader.text() ||
      reader.text() != "attStmt" || !reader.skip_map(CborReader::deepest - 1) ||
      reader.text() != "authData") {
    return std::nullopt;
  }
  const auto data = reader.bytes();
  return reader.rest().empty() ? data : std::nullopt;
}

}  // namespace coffeeauth::passkeys

// Authenticator apps: their secrets and steps.

#include <utility>

#include "features/second_factor/src/room.hpp"

namespace coffeeauth::second_factor {
namespace {

/// Of Sealer::seal(): the kind of factor.
constexpr std::string_view sealed_kind = "totp";

}  // namespace

std::string Room::context_of(const UserId& user, const FactorId& factor) {
  return user.str() + "/" + factor.str();
}

std::optional<std::int64_t> Room::step_of_code(const Factor& factor, const Secret& code,
                                               UtcTime at) const {
  if (factor.kind != sealed_kind) return std::nullopt;
  const auto secret =
      sealer->open(sealed_kind, context_of(factor.user, factor.id), factor.sealed_secret);
  // Sealed under a key that is gone.
  if (!secret) return std::nullopt;
  return find_step(codes, *secret, code.expose_secret(), at, settings.totp_skew);
}

bool Room::can_be_proved(const Factor& factor) const {
  const auto* const channel = channel_of(factor.kind);
  if (channel == nullptr && factor.kind != totp.word()) return false;
  // The account's own mailbox.
  if (channel != nullptr && channel->field().empty()) return true;
  const auto opened =
      sealer->open(factor.kind, context_of(factor.user, factor.id), factor.sealed_secret);
  return opened && (channel == nullptr || channel->reaches(opened->expose_secret()));
}

std::vector<ChallengeMethod> Room::list(Transaction& tx, const UserId& user) {
  std::vector<ChallengeMethod> listed;
  for (auto& factor : store.in(tx)->list_factors(user, now())) {
    if (!factor.confirmed_at) continue;
    const bool usable = can_be_proved(factor);
    listed.push_back({.type = std::move(factor.kind),
                      .id = factor.id.str(),
                      .label = std::move(factor.label),
                      .hint = std::move(factor.hint),
                      .usable = usable});
  }
  return listed;
}

Result<std::string> Room::options(const UserId& /*user*/, std::string_view /*ticket*/) {
  return std::string{};
}

Result<SecondProof> Room::prove(const UserId& /*user*/, std::string_view /*ticket*/,
                                std::string_view /*credential*/, const ClientContext& /*client*/) {
  return ErrorCode::invalid_code;
}

std::vector<SealedRow> Room::list(Transaction& tx, const std::string& after, std::size_t limit) {
  std::vector<SealedRow> listed;
  const auto behind = FactorId::parse(after).value_or(FactorId{});
  for (auto& factor : store.in(tx)->list_sealed(behind, limit)) {
    listed.push_back({.id = factor.id.str(),
                      .purpose = factor.kind,
                      .context = context_of(factor.user, factor.id),
                      .sealed = std::move(factor.sealed_secret)});
  }
  return listed;
}

bool Room::reseal(Transaction& tx, const std::string& id, const std::string& from,
                  const std::string& to) {
  const auto factor = FactorId::parse(id);
  return factor && store.in(tx)->reseal(*factor, from, to);
}

}  // namespace coffeeauth::second_factor

#include "coffeeauth/http/etag.hpp"

#include <sodium.h>

#include <array>
#include <charconv>
#include <optional>

#include "lib/http/syntax.hpp"

namespace coffeeauth::http {
namespace {

/// Takes the first tag off `list`, with the comma behind it; nothing when there is none that is
/// well-formed. It comes with its quotes and without the `W/` of a weak one. A tag may hold a
/// comma, so the list cannot simply be cut at them.
std::optional<std::string_view> take_tag(std::string_view& list) noexcept {
  list = trim(list);
  if (list.starts_with("W/")) list.remove_prefix(2);
  if (!list.starts_with('"')) return std::nullopt;
  const auto end = list.find('"', 1);
  if (end == std::string_view::npos) return std::nullopt;
  const auto taken = list.substr(0, end + 1);
  list = trim(list.substr(end + 1));
  if (list.empty()) return taken;
  if (!list.starts_with(',')) return std::nullopt;
  list.remove_prefix(1);
  return taken;
}

std::optional<std::int64_t> version_of(std::string_view tag) noexcept {
  const auto digits = tag.substr(1, tag.size() - 2);
  std::int64_t version = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), version);
  if (read.ec != std::errc{} || read.ptr != digits.data() + digits.size()) return std::nullopt;
  return version;
}

Error not_a_list() {
  return {.code = ErrorCode::invalid_request,
          .detail = "If-Match must be one field: * or a list of entity tags in double quotes."};
}

}  // namespace

std::string content_etag(std::string_view body) {
  static constexpr std::size_t size = 16;
  std::array<unsigned char, size> hash{};
  crypto_generichash(hash.data(), hash.size(), reinterpret_cast<const unsigned char*>(body.data()),
                     body.size(), nullptr, 0);
  std::array<char, size * 2 + 1> hex{};
  sodium_bin2hex(hex.data(), hex.size(), hash.data(), hash.size());
  return "\"" + std::string{hex.data()} + "\"";
}

std::string version_etag(std::int64_t version) { return "\"" + std::to_string(version) + "\""; }

bool none_match_fails(const Request& request, std::string_view etag) noexcept {
  auto list = trim(request.header("If-None-Match"));
  if (list == "*") return true;
  while (!list.empty()) {
    const auto tag = take_tag(list);
    if (!tag) return false;
    if (*tag == etag) return true;
  }
  return false;
}

Result<ExpectedVersions> read_if_match(const Request& request) {
  const auto fields = request.header_count("If-Match");
  if (fields == 0) return ExpectedVersions{};
  if (fields > 1) return not_a_list();
  auto list = trim(request.header("If-Match"));
  if (list == "*") return ExpectedVersions{};
  if (list.empty()) return not_a_list();
  ExpectedVersions expected{.any = false};
  while (!list.empty()) {
    const auto tag = take_tag(list);
    if (!tag) return not_a_list();
    if (const auto version = version_of(*tag)) expected.versions.push_back(*version);
  }
  return expected;
}

}  // namespace coffeeauth::http

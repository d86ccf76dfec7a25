#include "frame.hpp"

#include <cstdint>
#include <optional>

namespace coffeeauth::redis {
namespace {

constexpr std::string_view magic = "CA1\n";
constexpr std::size_t number_size = 8;
constexpr std::size_t header_size = magic.size() + 3 * number_size;

/// FNV-1a: against accidents of the wire, not against an attacker, who could write to Redis anyway.
std::uint64_t hash(std::string_view bytes) {
  std::uint64_t value = 14'695'981'039'346'656'037U;
  for (const char byte : bytes) {
    value ^= static_cast<unsigned char>(byte);
    value *= 1'099'511'628'211U;
  }
  return value;
}

void append(std::string& out, std::uint64_t value) {
  for (std::size_t i = 0; i < number_size; ++i) {
    out.push_back(static_cast<char>((value >> (8 * i)) & 0xFFU));
  }
}

std::string header_for(std::string_view key, std::string_view value) {
  std::string header{magic};
  append(header, hash(key));
  append(header, value.size());
  append(header, hash(value));
  return header;
}

}  // namespace

std::string frame(std::string_view key, std::string_view value) {
  auto framed = header_for(key, value);
  framed += value;
  return framed;
}

std::shared_ptr<const std::string> unframe(std::string_view key, std::string framed) {
  if (framed.size() < header_size) return nullptr;
  const auto value = std::string_view{framed}.substr(header_size);
  if (std::string_view{framed}.substr(0, header_size) != header_for(key, value)) return nullptr;
  framed.erase(0, header_size);
  return std::make_shared<const std::string>(std::move(framed));
}

}  // namespace coffeeauth::redis

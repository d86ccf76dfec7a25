#pragma once
/// The Wycheproof files, where they are at hand.

#include "coffeeauth/testing/doctest.hpp"

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

namespace coffeeauth {

inline std::optional<nlohmann::json> wycheproof(const std::string& name) {
  const auto path =
      std::filesystem::path{COFFEEAUTH_VECTORS_DIR} / ("wycheproof_" + name + "_test.json");
  if (!std::filesystem::exists(path)) {
    MESSAGE("no test vectors at ", path.string());
    return std::nullopt;
  }
  std::ifstream file{path};
  return nlohmann::json::parse(file);
}

inline std::string from_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

}  // namespace coffeeauth

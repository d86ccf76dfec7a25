#pragma once
/// A room that is there for its settings: one of every kind.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "coffeeauth/config_fields.hpp"
#include "coffeeauth/url.hpp"

namespace coffeeauth::testing {

enum class Reveal { nothing, link, code, both };

struct RoomOptions {
  bool enabled = true;
  std::size_t tries = 3;
  std::optional<std::uint16_t> port{};
  std::chrono::seconds lifetime{std::chrono::hours{1}};
  std::chrono::seconds pause{60};
  std::chrono::milliseconds poll{1'500};
  std::chrono::hours kept{24 * 7};
  Reveal reveal = Reveal::link;
  std::string title = "Coffee";
  std::vector<std::string> hosts{};
  std::string page = "https://coffee.example";
  std::string hook{};
  Secret token{};
  std::vector<Secret> old_tokens{};
};

inline std::optional<std::string> read_https(std::string_view text) {
  return text.starts_with("https://") ? std::optional{std::string{text}} : std::nullopt;
}

inline bool is_long(std::string_view text) { return text.size() >= 16; }

inline std::vector<ConfigField> room_fields(RoomOptions& options) {
  using namespace std::chrono_literals;
  return {
      field("RESET_ENABLED", "Whether passwords can be reset.", options.enabled),
      field("RESET_TRIES", "Wrong guesses until a link is dead", options.tries, {1, 10}),
      field("RESET_PORT", "A port; 0 for any free one.", options.port, {0, 65'535}),
      with_rule(field("RESET_LIFETIME", "How long a link is good", options.lifetime, {5min, 24h}),
                "at least RESET_PAUSE", [&] { return options.lifetime >= options.pause; }),
      field("RESET_PAUSE", "The least time between two links", options.pause, {0s, 1h}),
      field("RESET_POLL", "How often links are looked for", options.poll, {100ms, 1min}),
      field("RESET_KEPT", "How long dead links are kept", options.kept, {24h, 24h * 30}),
      field("RESET_REVEAL", "What a mail holds: off, link, code or both.", options.reveal,
            {{"off", Reveal::nothing},
             {"link", Reveal::link},
             {"code", Reveal::code},
             {"both", Reveal::both}}),
      field("RESET_TITLE", "The title of the page.", options.title, {.least = 2, .most = 40}),
      field("RESET_HOSTS", "Hosts that a link may lead to.", options.hosts, parse_host,
            "host names, with commas"),
      field("RESET_PAGE", "Where a link leads.", options.page, read_https, "https://host"),
      url_field("RESET_HOOK", "Whom to tell of a reset.", options.hook),
      field("RESET_TOKEN", "What the hook is opened with.", options.token, is_long,
            "16 bytes at least"),
      field("RESET_OLD_TOKENS", "What it was opened with before.", options.old_tokens, is_long,
            "tokens of 16 bytes at least, with commas")};
}

}  // namespace coffeeauth::testing

#pragma once
/// How the values of Config are read from text and written as text. Private to the library.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "coffeeauth/ports/signing_key.hpp"

namespace coffeeauth::config_text {

/// Whether they are the same but for the case of ASCII letters.
[[nodiscard]] bool is_word(std::string_view text, std::string_view word) noexcept;

/// False, and `out` unchanged, when `text` is malformed.
[[nodiscard]] bool read(std::string_view text, std::chrono::milliseconds& out);
[[nodiscard]] bool read(std::string_view text, std::chrono::seconds& out);
[[nodiscard]] bool read(std::string_view text, std::size_t& out);
[[nodiscard]] bool read(std::string_view text, bool& out);
[[nodiscard]] bool read(std::string_view text, std::string& out);
[[nodiscard]] bool read(std::string_view text, SigningAlgorithm& out);

/// What read() reads back.
[[nodiscard]] std::string write(std::chrono::milliseconds value);
[[nodiscard]] std::string write(std::size_t value);
[[nodiscard]] std::string write(bool value);
[[nodiscard]] std::string write(const std::string& value);
[[nodiscard]] std::string write(SigningAlgorithm value);

}  // namespace coffeeauth::config_text

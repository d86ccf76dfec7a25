#pragma once
/// Content transfer encodings of a text body (RFC 2045 6). Pure.

#include <optional>
#include <string>
#include <string_view>

namespace coffeeauth::smtp {

/// Of every line of a message (RFC 5322 2.1).
inline constexpr std::string_view line_end = "\r\n";

/// What a message may consist of on its way.
enum class Octets {
  /// ASCII, as every mail server takes it.
  seven_bit,
  /// Any, as in a file.
  eight_bit,
};

/// A body part as it stands in a message.
struct EncodedText {
  /// `7bit`, `8bit` or `quoted-printable`.
  std::string_view encoding;
  /// Lines of at most 998 octets (RFC 5322 2.1.1), each ended by CR LF; ASCII unless it is 8bit.
  std::string body;
};

/// Leaves text as it is where `octets` and the length of its lines allow it, so that people and
/// filters can read it and copy its links; all other text is quoted-printable, so that no octet,
/// blank or line end is lost on the way. `text` has `\n` or `\r\n` line ends.
[[nodiscard]] EncodedText encode_text(std::string_view text, Octets octets = Octets::seven_bit);

/// The octets that quoted-printable `text` stands for; nothing when it is none.
[[nodiscard]] std::optional<std::string> decode_quoted_printable(std::string_view text);

}  // namespace coffeeauth::smtp

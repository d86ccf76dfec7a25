#pragma once
/// Content transfer encodings of a text body (RFC 2045 6). Pure.

#include <optional>
#include <string>
#include <string_view>

namespace coffeeauth::smtp {

/// Of every line of a message (RFC 5322 2.1).
inline constexpr std::string_view line_end = "\r\n";

/// A body part as it stands in a message.
struct EncodedText {
  /// `7bit` or `quoted-printable`.
  std::string_view encoding;
  /// ASCII in lines of at most 76 characters, each ended by CR LF.
  std::string body;
};

/// Text that is ASCII in short lines is left as it is, so that people and filters can read it;
/// everything else is quoted-printable, so that no octet, blank or line end is lost on the way.
/// `text` has `\n` or `\r\n` line ends.
[[nodiscard]] EncodedText encode_text(std::string_view text);

/// The octets that quoted-printable `text` stands for; nothing when it is none.
[[nodiscard]] std::optional<std::string> decode_quoted_printable(std::string_view text);

}  // namespace coffeeauth::smtp

#pragma once
/// RFC 5322 messages with MIME bodies, as text. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "coffeeauth/smtp/smtp.hpp"
#include "encoding.hpp"

namespace coffeeauth::smtp {

/// The whole message with CR LF line ends: text, or multipart/alternative of text and HTML, in
/// UTF-8 as encode_text() writes it for `octets`. `host` stands in the Message-ID as of
/// with_host().
///
/// Throws std::invalid_argument when a header field would hold a control character: nothing that
/// came from outside may begin a header line of its own.
[[nodiscard]] std::string compose_message(const Mail& mail, const Sender& from,
                                          std::string_view host = {},
                                          Octets octets = Octets::seven_bit);

/// `message_id`, with `host` behind its `@` where no host's name stands: one has a dot.
[[nodiscard]] std::string with_host(std::string_view message_id, std::string_view host);

/// Reads back what compose_message() wrote; nothing for anything else.
[[nodiscard]] std::optional<FolderMail> read_message(std::string_view message);

/// RFC 2047: `text` as it is when it is printable ASCII, else as UTF-8 encoded words of at most 75
/// characters, folded.
[[nodiscard]] std::string encode_header_text(std::string_view text);

/// RFC 5322 3.3, in UTC.
[[nodiscard]] std::string to_message_date(UtcTime time);

}  // namespace coffeeauth::smtp

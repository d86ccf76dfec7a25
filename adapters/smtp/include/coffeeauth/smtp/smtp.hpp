#pragma once
/// Mailers: send mails by SMTP, or write them to a folder.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coffeeauth/export.hpp"
#include "coffeeauth/ports/mailer.hpp"
#include "coffeeauth/secret.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {
namespace smtp {

/// The sender of mails: an address, whose domain may be internationalised (sent as A-labels), and a
/// UTF-8 name, which may be empty.
struct Sender {
  /// The address in `From` and in MAIL FROM, to which bounces go.
  std::string address = "coffeeauth@localhost";
  /// The name that mail programs show in place of the address.
  std::string name{};
};

/// Parses `Name <address>` or a bare address. Throws std::invalid_argument when it is neither, or
/// contains a character that could end a header line. Thread-safe.
[[nodiscard]] Sender parse_sender(std::string_view text);

/// Whether `text` may be used in EHLO and behind the `@` of a Message-ID: a host name with a dot
/// (also an internationalised one), or an address in brackets: `[192.0.2.1]`, `[IPv6:2001:db8::1]`.
[[nodiscard]] bool is_client_name(std::string_view text);

/// Returns the host of `public_url`, the service's public URL, if other mail servers can know it by
/// that name; empty if they cannot (`localhost`, an IP address), and for an empty URL. Throws like
/// parse_url().
[[nodiscard]] std::string client_name_of(std::string_view public_url);

/// How the connection to the server is protected.
enum class SmtpSecurity {
  /// Starts in clear text and is secured before anything else is sent; a server that does not offer
  /// STARTTLS gets no mail (RFC 3207).
  starttls,
  /// TLS from the first octet (RFC 8314).
  implicit_tls,
  /// Clear text, for a server on the same host or network. Never with a password.
  none,
};

/// How to authenticate to the server.
enum class SmtpLogin {
  /// PLAIN if the server offers it, else LOGIN.
  password,
  /// An OAuth 2.0 bearer token, as Gmail and Microsoft 365 require.
  xoauth2,
};

/// Returns the bearer token of an XOAUTH2 login. `refused` tells that the server rejected the last
/// one, so that a cached token must not be reused. Throws std::runtime_error if there is none. Must
/// be thread-safe: called on several delivering threads at once.
using TokenSource = std::function<Secret(bool refused)>;

/// Returns the first line of `file`, read again for each login: something else must refresh it.
[[nodiscard]] TokenSource token_from_file(std::filesystem::path file);

/// Returns the first line that `command` writes, run by /bin/sh for at most `timeout`, and run
/// again when the server rejects the token. Its standard error is that of this process.
[[nodiscard]] TokenSource token_from_command(
    std::string command, std::chrono::milliseconds timeout = std::chrono::seconds{10});

/// A mail server, and how to use it.
struct SmtpOptions {
  /// A host name or IP address. With TLS the server's certificate must match it (RFC 9525: a
  /// subject alternative name).
  std::string host = "localhost";
  /// 587 for STARTTLS, 465 for implicit TLS, 25 for a server on the same network.
  std::uint16_t port = 587;
  /// How the connection is protected.
  SmtpSecurity security = SmtpSecurity::starttls;
  /// Empty for no login. A login is refused without TLS.
  std::string username{};
  /// How `username` is authenticated.
  SmtpLogin login = SmtpLogin::password;
  /// For SmtpLogin::password.
  Secret password{};
  /// For SmtpLogin::xoauth2.
  TokenSource token{};
  /// A PEM file of trusted certificate authorities; empty for the system's. Read once, at start.
  std::string ca_file{};
  /// The sender of the mails.
  Sender from{};
  /// This host's name, for EHLO and Message-IDs: it should be known to the DNS, or strict servers
  /// reject mails and filters penalise them. Empty for the domain of `from`; if that has no dot,
  /// EHLO sends the IP address in brackets.
  std::string client_name{};

  /// Maximum duration of each step: name lookup and connecting, the TLS handshake, each reply. The
  /// reply to the whole message may take the rest of `delivery_timeout`, because giving up then
  /// causes a duplicate. At most 60 s.
  std::chrono::milliseconds timeout{15'000};
  /// Maximum duration of one deliver(); at most 60 s. The worker that calls it renews its lease
  /// meanwhile.
  std::chrono::milliseconds delivery_timeout{55'000};
  /// How long a connection is kept for the next mail. An older one is closed by the next delivery,
  /// unless the server closed it before. 0 opens a connection for each mail; at most 1 h.
  std::chrono::milliseconds idle_time{20'000};
  /// Mails per connection; 1 opens a connection for each mail.
  std::size_t mails_per_connection = 100;
};

/// Parses `smtp://user:password@host:587` (requires STARTTLS) or `smtps://...` (implicit TLS);
/// `user` and `password` percent-encoded, both or neither. `smtp://user@host?auth=xoauth2` logs in
/// with a token, which the caller must set. `?ca_file=/path` trusts those authorities only;
/// `smtp://host?security=none` disables TLS. Default ports: 587, 465, and 25 without TLS.
///
/// Throws std::invalid_argument with a text that contains no part of the URL.
[[nodiscard]] SmtpOptions parse_smtp_url(std::string_view url);

/// Makes a Mailer for one server. Connects for the first mail, and keeps connections for further
/// ones, one for each thread that delivers concurrently. deliver_in_turn() sends all of a mail but
/// the final dot beforehand and then waits for its turn, at most for half of the remaining
/// SmtpOptions::delivery_timeout; if the server closes the connection meanwhile, the attempt fails.
///
/// Throws std::invalid_argument for invalid options: a malformed host, sender or client name, a
/// password without TLS, a `ca_file` that cannot be read, a duration out of range.
///
/// A mail is refused permanently only for reasons that are certainly about the recipient or the
/// message: the enhanced codes 5.1.x, 5.2.x and 5.6.x in reply to either (RFC 3463; but 5.1.7 and
/// 5.1.8 are about the sender), a bare 550, 551 or 553 in reply to the recipient, and a mail that
/// cannot be encoded as a message. All other failures give `retry_later`, so that no mail is lost
/// to a mistake in the set-up: relaying denied, sending paused, a daily limit, a rejected sender, a
/// wrong password, an invalid certificate. The reason is the step and the reply's codes, or a few
/// words; never the server's text. Thread-safe.
[[nodiscard]] std::unique_ptr<Mailer> make_smtp_mailer(SmtpOptions options);

/// Where make_folder_mailer() writes, and the sender of its mails.
struct FolderMailerOptions {
  /// Created with access for its owner only, if it does not exist.
  std::filesystem::path folder;
  /// The sender of the mails; see SmtpOptions::from.
  Sender from{};
  /// For Message-IDs; see SmtpOptions::client_name.
  std::string client_name{};
};

/// Makes a Mailer that writes each mail as an RFC 5322 file `<Mail::message_id>.eml` instead of
/// sending it: for development, or for another program to pick up. Bodies are 8bit where they are
/// not ASCII, so that links can be copied. A second attempt replaces the file, so deliver_in_turn()
/// takes no turn. Files appear complete and are on the disk when deliver() returns. Thread-safe.
/// Throws std::filesystem::filesystem_error when the folder cannot be created.
[[nodiscard]] std::unique_ptr<Mailer> make_folder_mailer(const FolderMailerOptions& options);

/// A mail in a folder, to be shown.
struct FolderMail {
  /// The file's name.
  std::string file;
  /// The `To` field, decoded.
  std::string to;
  /// The `Subject` field, decoded.
  std::string subject;
  /// The `Date` field, as written.
  std::string date;
  /// The plain-text body.
  std::string text;
  /// The HTML body; empty for a plain-text mail.
  std::string html{};
};

/// Returns the mails that make_folder_mailer() wrote, newest first, at most `limit`. Other files
/// are skipped. Throws Unavailable when the folder cannot be read.
[[nodiscard]] std::vector<FolderMail> list_folder(const std::filesystem::path& folder,
                                                  std::size_t limit);

}  // namespace smtp
}  // namespace coffeeauth

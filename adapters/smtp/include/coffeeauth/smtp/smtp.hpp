#pragma once
/// Mailers: where finished messages go.

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

/// Who the mails are from: an address, whose domain may be an internationalised one (its A-labels
/// go out), and a UTF-8 name that may be empty.
struct Sender {
  /// The address in `From` and in MAIL FROM: where bounces go.
  std::string address = "coffeeauth@localhost";
  /// What a mail program shows in place of the address.
  std::string name{};
};

/// Reads `Name <address>` or a bare address. Throws std::invalid_argument when it is neither, or
/// holds a character that could end a header line.
[[nodiscard]] Sender parse_sender(std::string_view text);

/// Whether `text` may stand in EHLO and behind the `@` of a Message-ID: a host's name with a dot
/// (an internationalised one, too), or an address in brackets: `[192.0.2.1]`, `[IPv6:2001:db8::1]`.
[[nodiscard]] bool is_client_name(std::string_view text);

/// Returns the host of `public_url`, where clients reach the service, when mail servers elsewhere
/// know it by that name; empty when they do not (`localhost`, an address), and for an empty URL.
/// Throws as parse_url().
[[nodiscard]] std::string client_name_of(std::string_view public_url);

/// How the way to the server is protected.
enum class SmtpSecurity {
  /// Begins in clear and is secured before anything else is said; a server that does not offer
  /// STARTTLS gets no mail (RFC 3207).
  starttls,
  /// TLS from the first octet (RFC 8314).
  implicit_tls,
  /// In clear, for a server on the same host or network. Never with a password.
  none,
};

/// How a user proves who they are to the server.
enum class SmtpLogin {
  /// PLAIN when the server offers it, else LOGIN.
  password,
  /// A bearer token of OAuth 2.0, as Gmail and Microsoft 365 ask for.
  xoauth2,
};

/// Gives the bearer token of an XOAUTH2 login. `refused` says that the server refused the one it
/// gave last, so that a remembered one is of no use. Throws std::runtime_error when there is none.
/// Called by delivering threads, from several at once.
using TokenSource = std::function<Secret(bool refused)>;

/// The first line of `file`, read again for each login: something else keeps it fresh.
[[nodiscard]] TokenSource token_from_file(std::filesystem::path file);

/// The first line that `command` writes, run by /bin/sh for at most `timeout`, and again when the
/// server refuses what it gave. What it says on its standard error goes where this process's goes.
[[nodiscard]] TokenSource token_from_command(
    std::string command, std::chrono::milliseconds timeout = std::chrono::seconds{10});

/// A mail server, and how it is spoken to.
struct SmtpOptions {
  /// A name or an IP address. With TLS the server's certificate must be for it (RFC 9525: as a
  /// subject alternative name).
  std::string host = "localhost";
  /// 587 for STARTTLS, 465 for TLS at once, 25 for a server on the same network.
  std::uint16_t port = 587;
  /// How the way to that port is protected.
  SmtpSecurity security = SmtpSecurity::starttls;
  /// Empty for no login. A login is refused without TLS.
  std::string username{};
  /// What `username` is proved by.
  SmtpLogin login = SmtpLogin::password;
  /// With SmtpLogin::password.
  Secret password{};
  /// With SmtpLogin::xoauth2.
  TokenSource token{};
  /// A PEM file of the authorities to trust; empty for the system's. Read once, at the start.
  std::string ca_file{};
  /// Who the mails are from.
  Sender from{};
  /// This host's name, for EHLO and for Message-IDs: one that the DNS knows, or strict servers
  /// refuse and filters score. Empty for the domain of `from`; where that has no dot, EHLO gives
  /// the address in brackets.
  std::string client_name{};

  /// The longest wait for each step: the name lookup with the connect, the TLS handshake, each
  /// reply. The reply to the whole message may take what is left of `delivery_timeout`, because
  /// hanging up then means a second mail. At most 60 s.
  std::chrono::milliseconds timeout{15'000};
  /// The longest that one deliver() takes in all; at most 60 s. The worker that calls it renews its
  /// lease meanwhile.
  std::chrono::milliseconds delivery_timeout{55'000};
  /// For how long a connection is kept for the next mail. One that is older is closed by the next
  /// delivery, if the server has not done so before. 0 for a connection a mail; at most 1 h.
  std::chrono::milliseconds idle_time{20'000};
  /// Mails that one connection may carry; 1 for a connection a mail.
  std::size_t mails_per_connection = 100;
};

/// Reads `smtp://user:password@host:587` (STARTTLS required) or `smtps://...` (TLS at once); `user`
/// and `password` percent-encoded, both or neither. `smtp://user@host?auth=xoauth2` logs in with a
/// token, which is for the caller to set. `?ca_file=/path` trusts those authorities
/// alone; `smtp://host?security=none` asks for no TLS. Ports: 587, 465, and 25 without TLS.
///
/// Throws std::invalid_argument, whose text holds nothing of the URL.
[[nodiscard]] SmtpOptions parse_smtp_url(std::string_view url);

/// Hands mails to one server. Connects when the first mail comes, and keeps connections for a
/// burst, one for each thread that delivers at the same time. With deliver_in_turn() all of a mail
/// goes out beforehand but the final dot, which waits for its turn for at most half of what is left
/// of SmtpOptions::delivery_timeout; a server that does not wait so long costs a try.
///
/// Throws std::invalid_argument for options that cannot work: a host, sender or client name that is
/// none, a password without TLS, an authorities' file that cannot be read, a time out of range.
///
/// Refused for good is only what is certainly about the recipient or the message: the enhanced
/// codes 5.1.x, 5.2.x and 5.6.x in answer to either (RFC 3463; but 5.1.7 and 5.1.8 are about the
/// sender), a bare 550, 551 or 553 to the recipient, and a mail that cannot be written as a
/// message. Everything else is `retry_later`, so that no mail is lost to a mistake in the set-up:
/// relaying denied, sending paused, a daily limit, a refused sender, a wrong password, a bad
/// certificate. The reason is the step and the reply's codes, or a few words; never the server's
/// text. Callable from many threads.
[[nodiscard]] std::unique_ptr<Mailer> make_smtp_mailer(SmtpOptions options);

/// Where make_folder_mailer() writes, and who its mails are from.
struct FolderMailerOptions {
  /// Made, readable by its owner alone, when it is not there.
  std::filesystem::path folder;
  /// Who the mails are from; see SmtpOptions::from.
  Sender from{};
  /// For Message-IDs, as of SmtpOptions.
  std::string client_name{};
};

/// Writes each mail as an RFC 5322 file `<Mail::message_id>.eml` instead of sending it: for
/// development and for picking up by something else. A second try of the same mail replaces the
/// file, so deliver_in_turn() takes no turn. Files appear whole and are on the disk when deliver()
/// returns.
[[nodiscard]] std::unique_ptr<Mailer> make_folder_mailer(const FolderMailerOptions& options);

/// A mail in a folder, for showing.
struct FolderMail {
  /// The file's name.
  std::string file;
  /// The field of that name, decoded.
  std::string to;
  /// The field of that name, decoded.
  std::string subject;
  /// The field of that name, as written.
  std::string date;
  /// The plain text.
  std::string text;
  /// The body as HTML; empty for a plain-text mail.
  std::string html{};
};

/// The mails that make_folder_mailer() wrote, newest first, at most `limit`. Files that are
/// something else are left out. Throws Unavailable when the folder cannot be read.
[[nodiscard]] std::vector<FolderMail> list_folder(const std::filesystem::path& folder,
                                                  std::size_t limit);

}  // namespace smtp
}  // namespace coffeeauth

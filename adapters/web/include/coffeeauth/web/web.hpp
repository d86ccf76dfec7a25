#pragma once
/// Web pages: Swagger UI and ReDoc for /openapi.json, and the mails of a development server.
///
/// Everything a page needs is embedded in the program and served from the same origin, under a
/// Content-Security-Policy that allows nothing else.

#include <functional>
#include <string>
#include <vector>

#include "coffeeauth/http/route.hpp"

namespace coffeeauth::web {

/// A mail for the page to show; texts are UTF-8, which the page escapes.
struct ShownMail {
  /// A unique id of letters, digits, `-`, `_`, `.` and `@`.
  std::string id;
  /// The recipient's address.
  std::string to;
  /// The subject, as one line of text.
  std::string subject;
  /// The value of the mail's `Date` field, shown unchanged.
  std::string date;
  /// The plain-text body.
  std::string text;
  /// The HTML body, shown in a sandboxed frame; empty for a plain-text mail.
  std::string html{};
};

/// Returns the routes `/` (which redirects to `/swagger/`), `/swagger/`, `/redoc/`, and their
/// assets. Links in them are relative, so they work behind a proxy that strips a path prefix.
[[nodiscard]] std::vector<http::Route> page_routes();

/// Whether page_routes() includes Swagger UI and ReDoc.
[[nodiscard]] bool has_documentation() noexcept;

/// A page of mails, or of other messages that were written to a folder.
struct MailPage {
  /// The last part of its path: `mail`, or the channel of the messages.
  std::string channel = "mail";
  /// Returns the mails, newest first. Called for each request; must be thread-safe.
  std::function<std::vector<ShownMail>()> mails;
};

/// Returns the routes `/dev/mail` and so on, lists that refresh themselves, the HTML of each mail,
/// and their assets, for holders of the link. None without a page.
[[nodiscard]] std::vector<http::Route> mail_routes(std::vector<MailPage> pages);

}  // namespace coffeeauth::web

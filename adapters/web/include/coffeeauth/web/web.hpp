#pragma once
/// Pages for people: Swagger UI and ReDoc over /openapi.json, and the mails of a development
/// server.
///
/// Everything a page needs is embedded in the program and served from the same origin, under a
/// Content-Security-Policy that allows nothing else.

#include <functional>
#include <string>
#include <vector>

#include "coffeeauth/http/route.hpp"

namespace coffeeauth::web {

/// A mail as the page shows it; texts are UTF-8, escaped by the page.
struct ShownMail {
  /// Unlike that of any other; letters, digits, `-`, `_`, `.` and `@`.
  std::string id;
  /// The address it went to.
  std::string to;
  /// One line.
  std::string subject;
  /// As in the mail's head.
  std::string date;
  /// The plain-text body.
  std::string text;
  /// The HTML body, shown in a frame in which nothing runs; empty for a plain-text mail.
  std::string html{};
};

/// `/` (which leads to `/swagger/`), `/swagger/`, `/redoc/`, and their assets. All addresses in
/// them are relative, so they work below a path of a proxy that takes that path away.
[[nodiscard]] std::vector<http::Route> page_routes();

/// Whether Swagger and ReDoc are among them.
[[nodiscard]] bool has_documentation() noexcept;

/// `/dev/mail`, which keeps itself up to date, and the HTML of each mail, for whoever has the link;
/// and their assets. `mails` is called for each request, from any thread, and
/// returns them newest first.
[[nodiscard]] std::vector<http::Route> mail_routes(std::function<std::vector<ShownMail>()> mails);

}  // namespace coffeeauth::web

#include <string_view>
#include <utility>

#include "coffeeauth/web/web.hpp"

namespace coffeeauth::web {
namespace {

constexpr auto policy =
    "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'";

/// `text` as the content of an HTML element.
std::string escaped(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string render(const ShownMail& mail) {
  return "<article>\n<dl><dt>To</dt><dd>" + escaped(mail.to) + "</dd><dt>Subject</dt><dd>" +
         escaped(mail.subject) + "</dd><dt>Date</dt><dd>" + escaped(mail.date) +
         "</dd></dl>\n<pre>" + escaped(mail.text) + "</pre>\n</article>\n";
}

/// The way from the page to the root, which may be a path below somebody's host.
std::string root_from(std::string_view target) {
  return target.substr(0, target.find('?')).ends_with('/') ? "../../" : "../";
}

std::string render(const std::vector<ShownMail>& mails, const std::string& root) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>coffeeauth: mails</title>\n"
      "<link rel=\"icon\" type=\"image/svg+xml\" href=\"" +
      root +
      "assets/icon.svg\">\n"
      "<link rel=\"stylesheet\" href=\"" +
      root +
      "assets/page.css\">\n</head>\n<body>\n<main>\n"
      "<h1>Mails</h1>\n";
  if (mails.empty()) page += "<p>No mail was sent yet.</p>\n";
  for (const auto& mail : mails) page += render(mail);
  return page + "</main>\n</body>\n</html>\n";
}

}  // namespace

std::vector<http::Route> mail_routes(std::function<std::vector<ShownMail>()> mails) {
  http::Route page{.method = "GET",
                   .path = "/dev/mail",
                   .access = http::Access::link_holders,
                   .handler = [mails = std::move(mails)](
                                  const http::RouteContext& context) -> Result<http::Response> {
                     http::Response response;
                     response.set("Content-Type", "text/html; charset=utf-8");
                     response.set("Content-Security-Policy", policy);
                     response.body = std::make_shared<const std::string>(
                         render(mails(), root_from(context.request.target)));
                     return response;
                   }};
  std::vector<http::Route> routes;
  routes.push_back(std::move(page));
  return routes;
}

}  // namespace coffeeauth::web

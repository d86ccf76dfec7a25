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

std::string render(const std::vector<ShownMail>& mails) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>coffeeauth: mails</title>\n"
      "<link rel=\"icon\" type=\"image/png\" href=\"/assets/icon.png\">\n"
      "<link rel=\"stylesheet\" href=\"/assets/page.css\">\n</head>\n<body>\n<main>\n"
      "<h1>Mails</h1>\n";
  if (mails.empty()) page += "<p>No mail was sent yet.</p>\n";
  for (const auto& mail : mails) page += render(mail);
  return page + "</main>\n</body>\n</html>\n";
}

}  // namespace

std::vector<http::Route> mail_routes(std::function<std::vector<ShownMail>()> mails) {
  http::Route page{
      .method = "GET",
      .path = "/dev/mail",
      .access = http::Access::link_holders,
      .handler = [mails = std::move(mails)](const http::RouteContext&) -> Result<http::Response> {
        http::Response response;
        response.set("Content-Type", "text/html; charset=utf-8");
        response.set("Content-Security-Policy", policy);
        response.body = std::make_shared<const std::string>(render(mails()));
        return response;
      }};
  std::vector<http::Route> routes;
  routes.push_back(std::move(page));
  return routes;
}

}  // namespace coffeeauth::web

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "asset_route.hpp"
#include "coffeeauth/http/html.hpp"
#include "coffeeauth/web/web.hpp"
#include "documentation.hpp"

namespace coffeeauth::web {
namespace {

using http::escape_html;

constexpr auto page_policy =
    "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; img-src 'self'; "
    "frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
// A mail brings its styles in itself. Nothing in it may run, be fetched, or reach this page; its
// links open in a window of their own.
constexpr auto mail_policy =
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'; "
    "sandbox allow-popups allow-popups-to-escape-sandbox";
constexpr auto mail_page_type = "text/html; charset=utf-8";

/// How the page was asked for: what is relative in it depends on that.
struct Place {
  /// The way to the root, which may be a path below somebody's host.
  std::string root;
  /// With its question mark; holds the token that opens a mail, too.
  std::string query;
  /// MailPage::channel.
  std::string channel;
};

Place place_of(std::string_view target, const std::string& channel) {
  const auto path = target.substr(0, target.find('?'));
  return {path.ends_with('/') ? "../../" : "../", std::string{target.substr(path.size())}, channel};
}

std::string render(const ShownMail& mail, const Place& place) {
  const auto id = escape_html(mail.id);
  const auto subject = escape_html(mail.subject);
  std::string out = "<article id=\"mail-" + id + "\">\n<h2>" + subject +
                    "</h2>\n<dl><dt>To</dt><dd>" + escape_html(mail.to) + "</dd><dt>Date</dt><dd>" +
                    escape_html(mail.date) +
                    "</dd></dl>\n<div class=\"forms\">\n<section><h3>Text</h3>\n"
                    "<pre tabindex=\"0\" aria-label=\"Text of " +
                    subject + "\">" + escape_html(mail.text) + "</pre></section>\n";
  if (!mail.html.empty()) {
    out += "<section><h3>HTML</h3>\n<iframe title=\"HTML of " + subject +
           "\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\" loading=\"lazy\" src=\"" +
           place.root + "dev/" + place.channel + "/" + id + escape_html(place.query) +
           "\"></iframe></section>\n";
  }
  return out + "</div>\n</article>\n";
}

/// What one of them is called.
std::string_view word_for(std::string_view channel) {
  return channel == "mail" ? "mail" : "message";
}

std::string said_of(std::size_t count, std::string_view channel) {
  const std::string word{word_for(channel)};
  if (count == 0) return "No " + word + " was sent yet.";
  return std::to_string(count) + " " + word + (count == 1 ? "." : "s, newest first.");
}

std::string render(const std::vector<ShownMail>& mails, const Place& place) {
  const auto assets = place.root + "assets/";
  const bool is_mail = place.channel == "mail";
  const auto title = is_mail ? "mails" : escape_html(place.channel);
  const auto heading = is_mail ? "Mails" : "Messages: " + escape_html(place.channel);
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<title>coffeeauth: " +
      title +
      "</title>\n"
      "<link rel=\"icon\" type=\"image/svg+xml\" href=\"" +
      assets + "icon.svg\">\n<link rel=\"stylesheet\" href=\"" + assets +
      "mail.css\">\n<script src=\"" + assets +
      "mail.js\" defer></script>\n</head>\n<body>\n<main>\n<h1>" + heading +
      "</h1>\n"
      "<p id=\"state\" role=\"status\">" +
      said_of(mails.size(), place.channel) + "</p>\n<div id=\"mails\">\n";
  for (const auto& mail : mails) page += render(mail, place);
  return page + "</div>\n</main>\n</body>\n</html>\n";
}

http::Response answer(std::string body, const char* policy) {
  http::Response response;
  response.set("Content-Type", mail_page_type);
  response.set("Content-Security-Policy", policy);
  response.body = std::make_shared<const std::string>(std::move(body));
  return response;
}

/// The page asks for itself again and again, and mostly nothing is new.
http::Response page_of(const MailPage& page, const http::Request& request) {
  auto response = answer(render(page.mails(), place_of(request.target, page.channel)), page_policy);
  const auto tag = "\"" + std::to_string(std::hash<std::string>{}(*response.body)) + "\"";
  response.set("ETag", tag);
  if (request.header("If-None-Match") != tag) return response;
  http::Response unchanged{.status = 304, .headers = {}, .body = {}};
  unchanged.set("ETag", tag);
  return unchanged;
}

Result<http::Response> mail_of(const std::vector<ShownMail>& mails, std::string_view id) {
  const auto found = std::find_if(mails.begin(), mails.end(),
                                  [&](const ShownMail& mail) { return mail.id == id; });
  if (found == mails.end() || found->html.empty()) return ErrorCode::not_found;
  return answer(found->html, mail_policy);
}

}  // namespace

std::vector<http::Route> mail_routes(std::vector<MailPage> pages) {
  std::vector<http::Route> routes;
  if (pages.empty()) return routes;
  for (auto& page : pages) {
    const auto path = "/dev/" + page.channel;
    routes.push_back({.method = "GET",
                      .path = path + "/{mail}",
                      .access = http::Access::link_holders,
                      .handler = [mails = page.mails](const http::RouteContext& context) {
                        return mail_of(mails(), context.path_parameters.at("mail"));
                      }});
    routes.push_back({.method = "GET",
                      .path = path,
                      .access = http::Access::link_holders,
                      .handler = [page = std::move(page)](const http::RouteContext& context)
                          -> Result<http::Response> { return page_of(page, context.request); }});
  }
  routes.push_back(asset_route("/assets/mail.css", asset("mail.css"), style_type));
  routes.push_back(asset_route("/assets/mail.js", asset("mail.js"), script_type));
  return routes;
}

}  // namespace coffeeauth::web

#include "coffeeauth/email_login/pages.hpp"

#include <array>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "coffeeauth/http/etag.hpp"
#include "coffeeauth/http/html.hpp"
#include "coffeeauth_email_login_files.hpp"

namespace coffeeauth::email_login {
namespace {

constexpr auto login_page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// A body that never changes, and its entity tag.
struct LoginDocument {
  explicit LoginDocument(std::string text)
      : body(std::make_shared<const std::string>(std::move(text))),
        etag(http::content_etag(*body)) {}

  std::shared_ptr<const std::string> body;
  std::string etag;
};

http::Response document_answer(const LoginDocument& document, const http::Request& request,
                               std::string_view type) {
  http::Response response;
  response.set("Cache-Control", "no-cache");
  response.set("ETag", document.etag);
  response.set("X-Content-Type-Options", "nosniff");
  response.set("Referrer-Policy", "no-referrer");
  if (http::none_match_fails(request, document.etag)) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", std::string{type});
  response.body = document.body;
  return response;
}

http::Route login_asset(std::string_view name, std::string_view type) {
  return {.method = "GET",
          .path = "/account/email-login-assets/" + std::string{name},
          .handler = [document = LoginDocument{std::string{pages::file(name)}},
                      type](const http::RouteContext& context) -> Result<http::Response> {
            return document_answer(document, context.request, type);
          }};
}

std::string replaced(std::string text, std::string_view place, std::string_view value) {
  for (auto at = text.find(place); at != std::string::npos;
       at = text.find(place, at + value.size())) {
    text.replace(at, place.size(), value);
  }
  return text;
}

/// The page as it is asked for with or without a slash at the end, on which all that is relative in
/// it depends.
LoginDocument page_in(std::string_view language, bool slash, const PageOptions& options) {
  const std::string up = slash ? "../" : "";
  const auto api = options.api.starts_with('/') ? options.api : up + options.api;
  const auto name = http::escape_html(options.service_name);
  auto text = replaced(std::string{pages::file(std::string{language} + ".html")}, "{{up}}", up);
  text = replaced(std::move(text), "{{api}}", http::escape_html(api));
  text = replaced(std::move(text), "{{of_service}}", name.empty() ? "" : " · " + name);
  // Last: what the service is called is no place for a value.
  return LoginDocument{replaced(std::move(text), "{{header}}",
                                name.empty() ? "" : "<header><p>" + name + "</p></header>")};
}

http::Route login_page(const PageOptions& options) {
  /// English, for whoever speaks none of them, and German; each without and with a slash.
  using Forms = std::array<LoginDocument, 2>;
  const auto forms = [&](std::string_view language) {
    return Forms{page_in(language, false, options), page_in(language, true, options)};
  };
  return {.method = "GET",
          .path = "/account/email-login",
          .handler = [english = forms("en"), german = forms("de")](
                         const http::RouteContext& context) -> Result<http::Response> {
            const std::string_view target = context.request.target;
            const bool slash = target.substr(0, target.find('?')).ends_with('/');
            const std::string_view wanted = context.client.language;
            const bool is_german = wanted == "de" || wanted.starts_with("de-");
            const auto& document = (is_german ? german : english)[slash ? 1 : 0];
            auto response = document_answer(document, context.request, "text/html; charset=utf-8");
            response.set("Content-Language", is_german ? "de" : "en");
            response.set("Content-Security-Policy", login_page_policy);
            response.set("Vary", "Accept-Language");
            return response;
          }};
}

void check_login_page(const PageOptions& options) {
  const std::string_view api = options.api;
  const auto first = api.substr(0, api.find('/'));
  if (api.starts_with("//") || first.find(':') != std::string_view::npos ||
      api.find_first_of("?#\\") != std::string_view::npos || api.ends_with('/')) {
    throw std::invalid_argument("PageOptions::api is a path on the origin of the page");
  }
}

}  // namespace

std::vector<http::Route> page_routes(const PageOptions& options) {
  check_login_page(options);
  return {login_page(options), login_asset("login.js", "text/javascript; charset=utf-8"),
          login_asset("login.css", "text/css; charset=utf-8"),
          login_asset("icon.svg", "image/svg+xml")};
}

}  // namespace coffeeauth::email_login

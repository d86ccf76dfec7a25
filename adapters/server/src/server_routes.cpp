#include "server_routes.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

#include "coffeeauth/smtp/smtp.hpp"
#include "coffeeauth/web/web.hpp"
#include "measure.hpp"

namespace coffeeauth::server {
namespace {

constexpr std::size_t mails_shown = 100;

http::Route metrics_route(Service& service, std::function<std::size_t()> open_connections) {
  return {.method = "GET",
          .path = "/metrics",
          .access = http::Access::operators,
          .handler = [&service, open_connections = std::move(open_connections)](
                         const http::RouteContext&) -> Result<http::Response> {
            auto samples = measure(service);
            samples.push_back(gauge("coffeeauth_http_connections", "Connections now open.",
                                    static_cast<double>(open_connections())));
            http::Response response;
            response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
            response.body = std::make_shared<const std::string>(service.metrics().text(samples));
            return response;
          }};
}

std::vector<web::ShownMail> mails_in(const std::filesystem::path& folder) {
  std::vector<web::ShownMail> shown;
  for (auto& mail : smtp::list_folder(folder, mails_shown)) {
    shown.push_back({.id = std::filesystem::path{mail.file}.stem().string(),
                     .to = std::move(mail.to),
                     .subject = std::move(mail.subject),
                     .date = std::move(mail.date),
                     .text = std::move(mail.text),
                     .html = std::move(mail.html)});
  }
  return shown;
}

std::vector<web::ShownMail> as_shown(std::vector<standard::WrittenMessage> messages) {
  std::vector<web::ShownMail> shown;
  for (auto& message : messages) {
    shown.push_back({.id = std::move(message.id),
                     .to = std::move(message.to),
                     .subject = std::move(message.subject),
                     .date = std::move(message.date),
                     .text = std::move(message.text)});
  }
  return shown;
}

/// For each folder that is written to, when they are asked for.
std::vector<web::MailPage> message_pages(Service& service) {
  std::vector<web::MailPage> pages;
  if (!service.settings().dev_mail) return pages;
  if (service.mail_folder()) {
    pages.push_back({.mails = [folder = *service.mail_folder()] { return mails_in(folder); }});
  }
  for (auto& receiver : service.job_receivers()) {
    if (!receiver.written) continue;
    pages.push_back({.channel = receiver.channel, .mails = [written = std::move(receiver.written)] {
                       return as_shown(written());
                     }});
  }
  return pages;
}

}  // namespace

std::vector<std::string> shown_channels(Service& service) {
  std::vector<std::string> channels;
  for (auto& page : message_pages(service)) channels.push_back(std::move(page.channel));
  return channels;
}

std::vector<http::Route> server_routes(Service& service,
                                       std::function<std::size_t()> open_connections) {
  auto routes = web::page_routes();
  auto features = service.feature_routes();
  std::move(features.begin(), features.end(), std::back_inserter(routes));
  routes.push_back(metrics_route(service, std::move(open_connections)));
  auto pages = web::mail_routes(message_pages(service));
  std::move(pages.begin(), pages.end(), std::back_inserter(routes));
  return routes;
}

}  // namespace coffeeauth::server

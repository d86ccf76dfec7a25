#include "asset_route.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <stdexcept>

#include "coffeeauth/http/etag.hpp"

namespace coffeeauth::web {
namespace {

std::string_view take_item(std::string_view& list, char separator) {
  const auto end = std::min(list.find(separator), list.size());
  auto item = list.substr(0, end);
  list.remove_prefix(std::min(end + 1, list.size()));
  while (item.starts_with(' ') || item.starts_with('\t')) item.remove_prefix(1);
  while (item.ends_with(' ') || item.ends_with('\t')) item.remove_suffix(1);
  return item;
}

bool is_gzip(std::string_view coding) {
  constexpr std::string_view name = "gzip";
  return std::equal(coding.begin(), coding.end(), name.begin(), name.end(),
                    [](char c, char expected) { return (c | 0x20) == expected; });
}

/// `gzip;q=0` is a refusal (RFC 9110 12.5.3).
bool takes_gzip(const http::Request& request) {
  auto accepted = request.header("Accept-Encoding");
  while (!accepted.empty()) {
    auto item = take_item(accepted, ',');
    if (!is_gzip(take_item(item, ';'))) continue;
    const auto weight = take_item(item, ';');
    const bool refused = (weight.starts_with("q=0") || weight.starts_with("Q=0")) &&
                         weight.find_first_not_of("0.", 2) == std::string_view::npos;
    return !refused;
  }
  return false;
}

/// One form of an asset as answers share it: however many are on their way, it is there once.
class Shared {
 public:
  Shared(std::string_view content, std::string etag) : content_(content), etag_(std::move(etag)) {}

  [[nodiscard]] const std::string& etag() const noexcept { return etag_; }
  /// Made when it is first asked for, since most forms never are.
  [[nodiscard]] std::shared_ptr<const std::string> body() {
    std::call_once(made_, [&] { body_ = std::make_shared<const std::string>(content_); });
    return body_;
  }

 private:
  std::string_view content_;
  std::string etag_;
  std::once_flag made_;
  std::shared_ptr<const std::string> body_;
};

struct Forms {
  explicit Forms(const Asset& asset)
      : plain(asset.plain, "\"" + std::string{asset.hash} + "\""),
        gzipped(asset.gzipped, "\"" + std::string{asset.hash} + "-gzip\"") {}

  Shared plain;
  Shared gzipped;
};

http::Response answer(Forms& forms, const http::Request& request, const std::string& type,
                      const std::string& policy) {
  const bool gzip = takes_gzip(request);
  auto& form = gzip ? forms.gzipped : forms.plain;
  http::Response response;
  response.set("ETag", form.etag());
  response.set("Cache-Control", "no-cache");
  response.set("Vary", "Accept-Encoding");
  if (!policy.empty()) response.set("Content-Security-Policy", policy);
  if (http::none_match_fails(request, form.etag())) {
    response.status = 304;
    return response;
  }
  response.set("Content-Type", type);
  if (gzip) response.set("Content-Encoding", "gzip");
  response.body = form.body();
  return response;
}

}  // namespace

const Asset& asset(std::string_view name) {
  const auto& all = assets();
  const auto found = std::find_if(all.begin(), all.end(),
                                  [&](const Asset& candidate) { return candidate.name == name; });
  if (found == all.end()) throw std::out_of_range("no asset " + std::string{name});
  return *found;
}

http::Route asset_route(std::string path, const Asset& asset, std::string content_type,
                        std::string policy) {
  return {.method = "GET",
          .path = std::move(path),
          .handler = [forms = std::make_shared<Forms>(asset), type = std::move(content_type),
                      policy = std::move(policy)](const http::RouteContext& context)
              -> Result<http::Response> { return answer(*forms, context.request, type, policy); }};
}

}  // namespace coffeeauth::web

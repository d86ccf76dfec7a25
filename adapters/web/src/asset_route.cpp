#include "asset_route.hpp"

#include <Poco/InflatingStream.h>
#include <Poco/MemoryStream.h>
#include <Poco/StreamCopier.h>

#include <algorithm>
#include <memory>
#include <stdexcept>

namespace coffeeauth::web {
namespace {

bool takes_gzip(const http::Request& request) {
  const auto accepted = request.header("Accept-Encoding");
  const auto at = accepted.find("gzip");
  // `gzip;q=0` is a refusal; nobody but tests sends it.
  return at != std::string_view::npos && accepted.substr(at + 4, 4) != ";q=0";
}

std::string inflate(std::string_view gzipped) {
  Poco::MemoryInputStream compressed{gzipped.data(), static_cast<std::streamsize>(gzipped.size())};
  Poco::InflatingInputStream in{compressed, Poco::InflatingStreamBuf::STREAM_GZIP};
  std::string out;
  Poco::StreamCopier::copyToString(in, out);
  return out;
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
          .handler = [&asset, type = std::move(content_type), policy = std::move(policy)](
                         const http::RouteContext& context) -> Result<http::Response> {
            http::Response response;
            response.set("ETag", std::string{asset.etag});
            response.set("Cache-Control", "no-cache");
            response.set("Vary", "Accept-Encoding");
            if (!policy.empty()) response.set("Content-Security-Policy", policy);
            const auto known = context.request.header("If-None-Match");
            if (known.find(asset.etag) != std::string_view::npos) {
              response.status = 304;
              return response;
            }
            response.set("Content-Type", type);
            const bool gzip = takes_gzip(context.request);
            if (gzip) response.set("Content-Encoding", "gzip");
            response.body = std::make_shared<const std::string>(gzip ? std::string{asset.gzipped}
                                                                     : inflate(asset.gzipped));
            return response;
          },
          // A page is a dozen of these at once, and they cost next to nothing.
          .limit = std::nullopt};
}

}  // namespace coffeeauth::web

#pragma once
/// Routes that answer with an embedded file.

#include <string>

#include "assets.hpp"
#include "coffeeauth/http/route.hpp"

namespace coffeeauth::web {

/// GET `path` for anyone: the file, gzipped for whom takes it, with an ETag. `policy` is its
/// Content-Security-Policy; empty for what is no page.
[[nodiscard]] http::Route asset_route(std::string path, const Asset& asset,
                                      std::string content_type, std::string policy = {});

}  // namespace coffeeauth::web

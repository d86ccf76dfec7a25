#include <algorithm>
#include <cstdint>
#include <utility>

#include "coffeeauth/http/etag.hpp"
#include "coffeeauth/http/fields.hpp"
#include "lib/http/json_writer.hpp"
#include "lib/http/query.hpp"
#include "lib/http/routes.hpp"
#include "lib/http/schemas.hpp"
#include "lib/http/user_json.hpp"

namespace coffeeauth::http {
namespace {

/// The tag that the services invalidate after every change of a user but a login.
constexpr std::string_view user_list_tag = "users";
/// In place of a page's number.
constexpr std::string_view last_page = "last";

/// How late a list may show a `last_login`, and what caches near and far may add to what they are
/// told: a near one keeps a value for a second more.
constexpr std::chrono::seconds latest_login{60};
constexpr std::chrono::seconds kept_near{1};

/// How long a list may still be kept that was begun to be read `elapsed` ago.
std::chrono::seconds life_of_list(const ListConfig& config, std::chrono::milliseconds elapsed) {
  const auto read_for = std::chrono::ceil<std::chrono::seconds>(elapsed);
  return std::min(config.cache_lifetime, latest_login - kept_near - read_for);
}

struct ListView {
  ListUsersRequest request{};
  /// What links begin with.
  std::string_view root{};
  /// Whether links name cursors or page numbers: a client is answered in the way that it asked.
  bool by_cursor = false;
};

ListView read_view(const Parameters& query, std::string_view root, const ListConfig& config) {
  ListView view{.root = root, .by_cursor = query.contains("cursor")};
  auto& request = view.request;
  request.filter = {.search = std::string{query_text(query, "search")},
                    .role = parse_role(query_text(query, "role")),
                    .is_verified = query_flag(query, "is_verified"),
                    .is_active = query_flag(query, "is_active")};
  auto ordering = query_text(query, "ordering");
  if (ordering.starts_with('-')) {
    request.direction = Direction::descending;
    ordering.remove_prefix(1);
  }
  if (ordering == "email") request.order = UserOrder::email;
  if (ordering == "last_login") request.order = UserOrder::last_login;
  request.page_size =
      std::min(query_number(query, "page_size", config.page_size), config.max_page_size);
  // What the service before this one did.
  if (request.page_size == 0) request.page_size = config.page_size;
  request.last_page = query_text(query, "page") == last_page;
  request.page = request.last_page ? 0 : query_number(query, "page", 1);
  request.cursor = query_text(query, "cursor");
  return view;
}

std::string ordering_of(const ListUsersRequest& request) {
  std::string text = request.direction == Direction::descending ? "-" : "";
  switch (request.order) {
    case UserOrder::date_joined:
      return text + "date_joined";
    case UserOrder::email:
      return text + "email";
    case UserOrder::last_login:
      return text + "last_login";
  }
  return text;
}

/// Where the page is that `view` asks for, always spelt alike. It is what `next` and `previous` say
/// and the cache's key. Without a public URL it is path and query alone: the Host field is the
/// client's word.
std::string link_to(const ListView& view) {
  const auto& request = view.request;
  auto link = std::string{view.root} + "/users";
  if (view.by_cursor) {
    append_query(link, "cursor", request.cursor);
  } else {
    append_query(link, "page",
                 request.last_page ? std::string{last_page} : std::to_string(request.page));
  }
  append_query(link, "page_size", std::to_string(request.page_size));
  append_query(link, "ordering", ordering_of(request));
  const auto& filter = request.filter;
  if (!filter.search.empty()) append_query(link, "search", filter.search);
  if (filter.role) append_query(link, "role", wire_name(*filter.role));
  if (filter.is_verified) append_query(link, "is_verified", *filter.is_verified ? "true" : "false");
  if (filter.is_active) append_query(link, "is_active", *filter.is_active ? "true" : "false");
  return link;
}

std::optional<std::string> next_link(ListView view, const UserPage& page) {
  if (!page.has_next) return std::nullopt;
  view.request.cursor = page.next_cursor;
  view.request.last_page = false;
  view.request.page = page.number + 1;
  return link_to(view);
}

std::optional<std::string> previous_link(ListView view, const UserPage& page) {
  if (!page.has_previous || view.by_cursor) return std::nullopt;
  view.request.last_page = false;
  view.request.page = page.number - 1;
  return link_to(view);
}

std::string render(const ListView& view, const UserPage& page) {
  JsonWriter json;
  const auto write_link = [&](std::string_view name, const std::optional<std::string>& link) {
    json.key(name);
    link ? json.text(*link) : json.null();
  };
  json.begin_object().key("count");
  page.count ? json.integer(static_cast<std::int64_t>(*page.count)) : json.null();
  write_link("next", next_link(view, page));
  write_link("previous", previous_link(view, page));
  json.key("results").begin_array();
  for (const auto& user : page.users) write_user_for_admin(json, user);
  json.end_array().end_object();
  return json.take();
}

Response list_response(const Request& request, std::shared_ptr<const std::string> body, bool hit) {
  // The tag is made of the octets every time: kept beside them it could stand beside others.
  auto etag = content_etag(*body);
  Response response{.status = 200, .headers = {}, .body = {}};
  if (none_match_fails(request, etag)) {
    response.status = 304;
  } else {
    response.set("Content-Type", "application/json");
    response.body = std::move(body);
  }
  response.set("ETag", std::move(etag));
  response.set("Cache-Control", "private, no-cache");
  response.set("X-Cache", hit ? "hit" : "miss");
  return response;
}

}  // namespace

Result<Response> answer_user_list(Auth& auth, std::string_view root, const RouteContext& context) {
  const auto& config = auth.config().lists;
  const auto view = read_view(context.query, root, config);
  const auto key = link_to(view);
  auto& cache = auth.parts().cache;
  // Before the Store is read: a change in between makes what is stored below unreachable.
  const auto generation = config.cache_lifetime > std::chrono::seconds::zero()
                              ? cache.generation(user_list_tag)
                              : std::nullopt;
  if (generation) {
    if (auto kept = cache.get(user_list_tag, *generation, key)) {
      return list_response(context.request, std::move(kept), true);
    }
  }
  const auto begun = auth.parts().clock.now();
  const auto page = auth.admin().list_users(view.request);
  if (!page) {
    auto error = page.error();
    if (error.code == ErrorCode::not_found) error.detail = "Invalid page.";
    return error;
  }
  auto body = std::make_shared<const std::string>(render(view, *page));
  if (generation) {
    cache.put(user_list_tag, *generation, key, body,
              life_of_list(config, auth.parts().clock.now() - begun));
  }
  return list_response(context.request, std::move(body), false);
}

std::vector<NamedSchema> user_list_parameters() {
  return {
      {"page", schemas::integer_or("Number of the page, from 1, or `last`. Ignored with `cursor`.",
                                   1, std::string{last_page})},
      {"page_size",
       schemas::integer("10 by default, and for 0; at most 100, also when more is requested.", 0)},
      {"cursor", schemas::text("Taken from `next` of the same list; empty for the first page.",
                               1024, R"("")")},
      {"search", schemas::text("Part of the address or of the full name, ignoring letter case and "
                               "compatibility forms. Fast from three characters on.",
                               254, R"("ada")")},
      {"role", schemas::choice("Only users with this role.", {"user", "admin"})},
      {"is_verified", schemas::boolean("Only users with this value.")},
      {"is_active", schemas::boolean("Only users with this value.")},
      {"ordering", schemas::choice("The sort key, `-` for descending; `date_joined` by default.",
                                   {"date_joined", "-date_joined", "email", "-email", "last_login",
                                    "-last_login"})}};
}

}  // namespace coffeeauth::http

#include "coffeeauth/http/api.hpp"

#include <sodium.h>

#include <array>
#include <span>
#include <stdexcept>
#include <typeinfo>
#include <utility>

#include "coffeeauth/url.hpp"
#include "lib/http/dispatcher.hpp"
#include "lib/http/openapi.hpp"
#include "lib/http/perimeter.hpp"
#include "lib/http/route_table.hpp"
#include "lib/http/routes.hpp"

namespace coffeeauth::http {
namespace {

/// Fields that every answer has; a handler that set one itself (a page with scripts of its own)
/// knows better.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> default_fields{
    {{"Cache-Control", "no-store"},
     {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
     {"Referrer-Policy", "no-referrer"},
     {"X-Content-Type-Options", "nosniff"}}};

void finish(Response& response, const std::string& request_id) {
  for (const auto& [name, value] : default_fields) {
    if (response.header(name).empty()) {
      response.headers.push_back({std::string{name}, std::string{value}});
    }
  }
  response.set("X-Request-ID", request_id);
}

/// Ours, never the client's: what a client sends ends up neither in logs nor in answers.
std::string make_request_id(RandomSource& random) {
  std::array<unsigned char, 16> bytes{};
  random.fill(std::as_writable_bytes(std::span{bytes}));
  std::array<char, 33> hex{};
  sodium_bin2hex(hex.data(), hex.size(), bytes.data(), bytes.size());
  return std::string{hex.data()};
}

/// The handler, with what it throws told: in the answer and the access record it is no more than
/// that something failed. Unavailable is the library's own way to say 503, and is in the record.
Handler telling(Handler handler, std::string name, Diagnostics& diagnostics) {
  return [handler = std::move(handler), name = std::move(name),
          &diagnostics](const RouteContext& context) -> Result<Response> {
    try {
      return handler(context);
    } catch (const Unavailable&) {
      throw;
    } catch (const std::exception& failure) {
      diagnostics.tell({"route", name, failure.what()});
      throw;
    } catch (...) {
      diagnostics.tell({"route", name, "an exception of no known type"});
      throw;
    }
  };
}

ApiOptions checked(ApiOptions options) {
  if (!options.public_url.empty()) options.public_url = PublicUrl::parse(options.public_url).str();
  options.prefix = checked_prefix(std::move(options.prefix));
  return options;
}

std::vector<Route> all_routes(Auth& auth, const ApiOptions& options,
                              std::shared_ptr<const std::string> document,
                              std::vector<Route> extra) {
  RouteTable table{options.prefix, options.leave_out};
  table.add(auth_routes(auth));
  table.add(account_routes(auth));
  table.add(session_routes(auth));
  table.add(user_routes(auth, options));
  table.add(service_routes(auth, options));
  table.add({openapi_route(std::move(document))});
  for (auto& route : extra) {
    route.handler = telling(std::move(route.handler), route.method + " " + route.path,
                            *auth.parts().diagnostics);
  }
  table.add(std::move(extra));
  return table.take();
}

/// What accounts are refused with by the gates of the features.
std::vector<ErrorCode> gate_errors(Auth& auth) {
  std::vector<ErrorCode> all;
  for (const auto* const gate : auth.kernel().gates()) {
    const auto some = gate->pass_errors();
    all.insert(all.end(), some.begin(), some.end());
  }
  return all;
}

}  // namespace

struct Api::State {
  State(Auth& auth_in, ApiOptions options_in)
      : auth(auth_in),
        options(checked(std::move(options_in))),
        dispatcher(auth, options,
                   all_routes(auth, options, document, std::move(options.extra_routes))) {
    *document = make_openapi(dispatcher.router().routes(), {.title = options.title,
                                                            .version = options.version,
                                                            .public_url = options.public_url,
                                                            .gate_errors = gate_errors(auth)});
  }

  [[nodiscard]] Response answer(const Request& request, AccessRecord& record) const {
    bool for_all = true;
    auto response = attempt(request, record, for_all);
    // Here and not where routes are served: a page is to read what went wrong, too.
    if (for_all) dispatcher.cors().allow(request.header("Origin"), response);
    return response;
  }

  /// The one place where what no caller can decide on becomes an answer.
  [[nodiscard]] Response attempt(const Request& request, AccessRecord& record,
                                 bool& for_all) const {
    try {
      const auto origin = dispatcher.perimeter().origin_of(request);
      record.client = describe_client(request, origin);
      record.client.request_id = make_request_id(auth.parts().random);
      return dispatcher.dispatch(request, origin, record, for_all);
    } catch (const Unavailable& failure) {
      record.failure = failure.what();
      return problem_response(
          {.code = ErrorCode::unavailable, .fields = {}, .retry_after = failure.retry_after()});
    } catch (const std::exception& failure) {
      // Its text may hold anything, so only its kind is told, and that to operators only.
      record.failure = std::string{"unexpected "} + typeid(failure).name();
      return problem_response({ErrorCode::internal});
    } catch (...) {
      record.failure = "unexpected exception of no known type";
      return problem_response({ErrorCode::internal});
    }
  }

  /// The one place where an embedder's log is called, which may throw anything.
  void log(const Request& request, const Response& response, AccessRecord& record) const noexcept {
    if (!options.access_log) return;
    try {
      record.method = request.method;
      record.status = response.status;
      options.access_log(record);
    } catch (...) {
      // The request was answered; a line is lost.
    }
  }

  Auth& auth;
  ApiOptions options;
  std::shared_ptr<std::string> document = std::make_shared<std::string>();
  Dispatcher dispatcher;
};

Api::Api(Auth& auth, ApiOptions options)
    : state_(std::make_unique<State>(auth, std::move(options))) {}
Api::~Api() = default;

Response Api::handle(const Request& request) noexcept {
  try {
    const auto begin = std::chrono::steady_clock::now();
    AccessRecord record;
    auto response = state_->answer(request, record);
    finish(response, record.client.request_id);
    record.duration = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
    state_->log(request, response, record);
    return response;
  } catch (...) {
    // No memory even for an error's text.
    return Response{.status = 500, .headers = {}, .body = {}};
  }
}

Response Api::problem(ErrorCode code, std::string_view origin) const {
  auto response = problem_response({code});
  const auto& cors = state_->dispatcher.cors();
  origin.empty() ? cors.allow_unread(response) : cors.allow(origin, response);
  finish(response, make_request_id(state_->auth.parts().random));
  return response;
}

const std::string& Api::openapi() const noexcept { return *state_->document; }
std::size_t Api::max_body() const noexcept { return state_->options.max_body; }

}  // namespace coffeeauth::http

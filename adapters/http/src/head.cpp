#include "adapters/http/src/head.hpp"

#include <optional>

#include "adapters/http/src/grammar.hpp"
#include "coffeeauth/http/errors.hpp"

namespace coffeeauth::http_poco {
namespace {

// More than any browser or proxy sends; each field costs an allocation, so the octets alone are too
// weak a limit.
constexpr std::size_t max_fields = 100;
constexpr std::size_t max_method = 16;
constexpr std::size_t max_length_digits = 9;

// RFC 3986, and what browsers leave raw in a query (WHATWG URL). `#`, `"`, `<`, `>` and `\` never
// arrive from a correct client, and are read differently by different proxies.
constexpr CharClass target_chars = alphanumeric_and("-._~:/?[]@!$&'()*+,;=%^`{|}");
// Without the comma of RFC 3986: it is what two fields look like that somebody made one.
constexpr CharClass host_name_chars = alphanumeric_and("-._~!$&'()*+;=%");

// What the fields said about framing, kept until all are read: each may come twice or in any order.
struct Framing {
  std::size_t hosts = 0;
  std::string_view host;
  std::size_t lengths = 0;
  std::string_view length;
  std::size_t transfer_encodings = 0;
  std::string_view transfer_encoding;
  bool close = false;
  bool expects_continue = false;
  bool unknown_expectation = false;
};

class Lines {
 public:
  explicit Lines(std::string_view bytes) : rest_(bytes) {}

  /// The next line without its CR LF, or nothing when no whole line is left.
  std::optional<std::string_view> next() noexcept {
    const std::size_t end = rest_.find("\r\n");
    if (end == std::string_view::npos) return std::nullopt;
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 2);
    return line;
  }

  [[nodiscard]] bool done() const noexcept { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::string_view trim(std::string_view text) noexcept {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

bool is_method(std::string_view text) noexcept {
  // Methods are case-sensitive, and every registered one is upper case (RFC 9110, 9.1).
  return !text.empty() && text.size() <= max_method &&
         text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string_view::npos;
}

/// `uri-host [ ":" port ]` (RFC 9110, 7.2).
bool is_host(std::string_view host) noexcept {
  std::size_t end = std::min(host.find(':'), host.size());
  if (host.starts_with('[')) {
    const std::size_t bracket = host.find(']');
    if (bracket == std::string_view::npos || bracket < 3) return false;
    if (host.substr(1, bracket - 1).find_first_not_of("0123456789abcdefABCDEF:.") !=
        std::string_view::npos) {
      return false;
    }
    end = bracket + 1;
  } else if (end == 0 || !all_in(host_name_chars, host.substr(0, end))) {
    return false;
  }
  const std::string_view port = host.substr(end);
  constexpr std::size_t longest = 6;  // with its colon
  return port.empty() || (port.front() == ':' && port.size() <= longest &&
                          port.find_first_not_of("0123456789", 1) == std::string_view::npos);
}

// Splits `http://host/path` and leaves its authority in `authority`; origin-form stays as it is.
bool take_target(std::string_view target, std::string& origin_form, std::string_view& authority) {
  if (!all_in(target_chars, target)) return false;
  if (!target.starts_with('/')) {
    const std::size_t scheme = target.find("://");
    if (scheme == std::string_view::npos) return false;
    const std::string_view name = target.substr(0, scheme);
    if (!equal_ignoring_case(name, "http") && !equal_ignoring_case(name, "https")) return false;
    target.remove_prefix(scheme + 3);
    const std::size_t path = std::min(target.find_first_of("/?"), target.size());
    authority = target.substr(0, path);
    if (!is_host(authority)) return false;
    target.remove_prefix(path);
    if (!target.starts_with('/')) origin_form = "/";
  }
  origin_form.append(target);
  return true;
}

struct RequestLine {
  std::string_view authority;
  bool http_1_1 = false;
};

std::optional<RequestLine> read_request_line(std::string_view line, http::Request& request) {
  const std::size_t method_end = line.find(' ');
  const std::size_t target_end = line.rfind(' ');
  if (method_end == std::string_view::npos || target_end == method_end) return std::nullopt;
  const std::string_view method = line.substr(0, method_end);
  const std::string_view target = line.substr(method_end + 1, target_end - method_end - 1);
  const std::string_view version = line.substr(target_end + 1);

  RequestLine read;
  read.http_1_1 = version == "HTTP/1.1";
  if (!read.http_1_1 && version != "HTTP/1.0") return std::nullopt;
  if (!is_method(method) || !take_target(target, request.target, read.authority)) {
    return std::nullopt;
  }
  request.method = method;
  return read;
}

// Poco and some proxies decode RFC 2047 in header fields and so see a field that we do not; no HTTP
// client needs them.
bool has_encoded_word(std::string_view value) noexcept {
  for (std::size_t at = value.find("=?"); at != std::string_view::npos;
       at = value.find("=?", at + 2)) {
    const std::size_t charset_end = value.find('?', at + 2);
    if (charset_end == std::string_view::npos || charset_end + 2 >= value.size()) return false;
    const char encoding = static_cast<char>(value[charset_end + 1] | 0x20);
    if ((encoding == 'q' || encoding == 'b') && value[charset_end + 2] == '?' &&
        value.find("?=", charset_end + 3) != std::string_view::npos) {
      return true;
    }
  }
  return false;
}

bool lists(std::string_view list, std::string_view word) noexcept {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    if (equal_ignoring_case(trim(list.substr(0, comma)), word)) return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

void note_framing(std::string_view name, std::string_view value, Framing& framing) noexcept {
  if (equal_ignoring_case(name, "host")) {
    ++framing.hosts;
    framing.host = value;
  } else if (equal_ignoring_case(name, "content-length")) {
    ++framing.lengths;
    framing.length = value;
  } else if (equal_ignoring_case(name, "transfer-encoding")) {
    ++framing.transfer_encodings;
    framing.transfer_encoding = value;
  } else if (equal_ignoring_case(name, "connection")) {
    framing.close = framing.close || lists(value, "close");
  } else if (equal_ignoring_case(name, "expect")) {
    const bool known = equal_ignoring_case(value, "100-continue");
    framing.expects_continue = framing.expects_continue || known;
    framing.unknown_expectation = framing.unknown_expectation || !known;
  }
}

bool read_field(std::string_view line, http::Request& request, Framing& framing) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return false;
  const std::string_view name = line.substr(0, colon);
  const std::string_view value = trim(line.substr(colon + 1));
  // A folded line and a blank before the colon both fail here: neither is a token.
  if (!is_token(name) || !all_in(field_value_chars, value) || has_encoded_word(value)) return false;

  note_framing(name, value, framing);
  request.headers.push_back({std::string(name), std::string(value)});
  return true;
}

bool is_host_sound(const Framing& framing, const RequestLine& line) noexcept {
  if (framing.hosts > 1 || (framing.hosts == 0 && line.http_1_1)) return false;
  if (framing.hosts == 1 && !is_host(framing.host)) return false;
  // RFC 9112, 3.2.2 has a client send both alike; two names for one request is somebody's trick.
  return line.authority.empty() || framing.hosts == 0 ||
         equal_ignoring_case(line.authority, framing.host);
}

std::optional<ErrorCode> read_length(const Framing& framing, std::size_t& length) noexcept {
  if (framing.lengths == 0) return std::nullopt;
  if (framing.lengths > 1 || framing.length.empty() ||
      framing.length.find_first_not_of("0123456789") != std::string_view::npos) {
    return ErrorCode::invalid_request;
  }
  if (framing.length.size() > max_length_digits) return http::errors::payload_too_large;
  for (const char digit : framing.length)
    length = length * 10 + static_cast<std::size_t>(digit - '0');
  return std::nullopt;
}

// Two parties that read a Transfer-Encoding differently are what request smuggling is made of. So
// it is `chunked` and nothing else, in one field, in a version that has it, and without a length.
std::optional<ErrorCode> read_coding(const Framing& framing, bool http_1_1,
                                     bool& chunked) noexcept {
  if (framing.transfer_encodings == 0) return std::nullopt;
  if (framing.transfer_encodings > 1 || framing.lengths > 0 || !http_1_1) {
    return ErrorCode::invalid_request;
  }
  chunked = equal_ignoring_case(framing.transfer_encoding, "chunked");
  return chunked ? std::nullopt : std::optional{http::errors::not_implemented};
}

}  // namespace

HeadScan scan_head(std::string_view bytes, std::size_t scanned) noexcept {
  // A head starts with a method. Anything else, such as a TLS handshake, need not be waited for.
  if (!bytes.empty() && (bytes.front() < 'A' || bytes.front() > 'Z')) {
    return {HeadState::malformed, 0};
  }
  for (std::size_t lf = bytes.find('\n', scanned); lf != std::string_view::npos;
       lf = bytes.find('\n', lf + 1)) {
    if (bytes[lf - 1] != '\r') return {HeadState::malformed, 0};
    if (lf >= 3 && bytes.substr(lf - 3, 2) == "\r\n") return {HeadState::complete, lf + 1};
  }
  return {};
}

std::variant<Head, ErrorCode> parse_head(std::string_view bytes) {
  Head head;
  Lines lines(bytes);
  const auto first = lines.next();
  if (!first) return ErrorCode::invalid_request;
  const auto request_line = read_request_line(*first, head.request);
  if (!request_line) return ErrorCode::invalid_request;

  Framing framing;
  head.request.headers.reserve(16);
  auto line = lines.next();
  for (; line && !line->empty(); line = lines.next()) {
    if (head.request.headers.size() == max_fields) return http::errors::headers_too_large;
    if (!read_field(*line, head.request, framing)) return ErrorCode::invalid_request;
  }
  if (!line || !lines.done()) return ErrorCode::invalid_request;

  if (const auto error = read_coding(framing, request_line->http_1_1, head.chunked)) return *error;
  if (!is_host_sound(framing, *request_line) || framing.unknown_expectation) {
    return ErrorCode::invalid_request;
  }
  if (const auto error = read_length(framing, head.content_length)) return *error;
  head.keep_alive = request_line->http_1_1 && !framing.close;
  head.expects_continue = request_line->http_1_1 && framing.expects_continue;
  return head;
}

std::string_view origin_in(std::string_view bytes) noexcept {
  std::string_view origin;
  Lines lines(bytes);
  for (auto line = lines.next(); line && !line->empty(); line = lines.next()) {
    const std::size_t colon = line->find(':');
    if (colon == std::string_view::npos) continue;
    if (!equal_ignoring_case(line->substr(0, colon), "origin")) continue;
    if (!origin.empty()) return {};
    origin = trim(line->substr(colon + 1));
  }
  return origin;
}

}  // namespace coffeeauth::http_poco

#include "request.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <initializer_list>
#include <stdexcept>
#include <utility>

#include "adapters/net/src/base64.hpp"

namespace coffeeauth::sms {
namespace {

/// Appends without leaving a copy behind: a string that grows by itself does.
void append_all(std::string& out, std::initializer_list<std::string_view> parts) {
  std::size_t size = out.size();
  for (const auto part : parts) size += part.size();
  if (size > out.capacity()) {
    std::string larger;
    larger.reserve(2 * size);
    larger = out;
    wipe(out);
    out = std::move(larger);
  }
  for (const auto part : parts) out.append(part);
}

/// As a JSON string (RFC 8259 7), with its quotes; `text` is UTF-8.
void append_json(std::string& out, std::string_view text) {
  constexpr std::string_view digits = "0123456789abcdef";
  append_all(out, {"\""});
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      append_all(out, {"\\", text.substr(i, 1)});
    } else if (c == '\n') {
      append_all(out, {"\\n"});
    } else if (c < ' ' || c == 0x7f) {
      append_all(out, {"\\u00", digits.substr(c >> 4U, 1), digits.substr(c & 15U, 1)});
    } else {
      append_all(out, {text.substr(i, 1)});
    }
  }
  append_all(out, {"\""});
}

}  // namespace

void write_body(const Sms& message, std::string_view from, WipedText& out) {
  auto& text = out.text;
  append_all(text, {"{\"id\":\"", message.id.str(), "\",\"to\":\"", message.to.str(), "\""});
  if (!from.empty()) {
    append_all(text, {",\"from\":"});
    append_json(text, from);
  }
  append_all(text, {",\"text\":"});
  append_json(text, message.text.expose_secret());
  append_all(text, {",\"kind\":"});
  append_json(text, message.kind);
  append_all(text, {",\"expires_at\":"});
  if (message.expires_at) {
    append_json(text, to_rfc3339(*message.expires_at));
  } else {
    append_all(text, {"null"});
  }
  append_all(text, {"}"});
}

Secret signing_key_of(const Secret& secret) {
  constexpr std::string_view marker = "whsec_";
  constexpr std::size_t least = 24;
  constexpr std::size_t most = 64;
  const auto text = secret.expose_secret();
  Secret key = secret.clone();
  if (text.starts_with(marker)) {
    auto decoded = net::decode_base64(text.substr(marker.size()));
    if (!decoded) throw std::invalid_argument("is whsec_ and no Base64 behind it");
    key = Secret{std::string_view{*decoded}};
    wipe(*decoded);
  }
  if (key.size() < least || key.size() > most) {
    throw std::invalid_argument("must be 24 to 64 bytes");
  }
  return key;
}

std::string signature_of(const Secret& key, std::string_view id, std::string_view timestamp,
                         std::string_view body) {
  WipedText signed_text;
  append_all(signed_text.text, {id, ".", timestamp, ".", body});
  const auto bytes = key.expose_secret_bytes();
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), bytes.data(), static_cast<int>(bytes.size()),
           reinterpret_cast<const unsigned char*>(signed_text.text.data()), signed_text.text.size(),
           digest.data(), &size) == nullptr) {
    throw std::runtime_error("HMAC failed");
  }
  return "v1," +
         net::encode_base64(std::string_view{reinterpret_cast<const char*>(digest.data()), size});
}

void write_request(const Endpoint& to, const Secret& key, std::string_view id, UtcTime now,
                   std::string_view body, WipedText& out) {
  const auto seconds = std::to_string(to_unix_millis(now) / 1'000);
  append_all(out.text, {"POST ", to.target, " HTTP/1.1\r\nHost: ", to.authority,
                        "\r\nUser-Agent: coffeeauth\r\nContent-Type: application/json\r\n"
                        "Content-Length: ",
                        std::to_string(body.size()), "\r\nConnection: close\r\nwebhook-id: ", id,
                        "\r\nwebhook-timestamp: ", seconds, "\r\nwebhook-signature: ",
                        signature_of(key, id, seconds, body), "\r\n\r\n", body});
}

}  // namespace coffeeauth::sms

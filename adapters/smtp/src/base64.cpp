#include "base64.hpp"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>
#include <Poco/Exception.h>

#include <iterator>
#include <sstream>

namespace coffeeauth::smtp {

std::string encode_base64(std::string_view bytes) {
  std::ostringstream out;
  Poco::Base64Encoder encoder{out};
  encoder.rdbuf()->setLineLength(0);
  encoder.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  encoder.close();
  return out.str();
}

std::string base64_lines(std::string_view bytes) {
  constexpr std::size_t line = 76;
  const auto text = encode_base64(bytes);
  std::string out;
  for (std::size_t at = 0; at < text.size(); at += line) {
    out += text.substr(at, line);
    out += "\r\n";
  }
  return out;
}

std::optional<std::string> decode_base64(std::string_view text) {
  try {
    std::istringstream in{std::string{text}};
    Poco::Base64Decoder decoder{in};
    return std::string{std::istreambuf_iterator<char>{decoder}, {}};
  } catch (const Poco::Exception&) {
    return std::nullopt;
  }
}

std::optional<std::string> decode_base64_lines(std::string_view text) {
  std::string joined;
  for (const char c : text) {
    if (c != '\r' && c != '\n') joined += c;
  }
  return decode_base64(joined);
}

}  // namespace coffeeauth::smtp

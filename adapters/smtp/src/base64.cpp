#include "base64.hpp"

#include <Poco/Base64Decoder.h>
#include <Poco/Base64Encoder.h>

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
  std::istringstream in{std::string{text}};
  Poco::Base64Decoder decoder{in};
  std::string bytes;
  // get() turns what the decoder throws into a state of the stream.
  for (int byte = decoder.get(); byte != std::char_traits<char>::eof(); byte = decoder.get()) {
    bytes += static_cast<char>(byte);
  }
  if (decoder.bad()) return std::nullopt;
  return bytes;
}

std::optional<std::string> decode_base64_lines(std::string_view text) {
  std::string joined;
  for (const char c : text) {
    if (c != '\r' && c != '\n') joined += c;
  }
  return decode_base64(joined);
}

}  // namespace coffeeauth::smtp

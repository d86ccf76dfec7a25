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

}  // namespace coffeeauth::smtp

#include "qr_code.hpp"

#include <stdexcept>

#include <qrcodegen.hpp>

namespace coffeeauth::server {
namespace {

constexpr int quiet_zone = 4;

/// A rectangle as high as one module.
std::string bar(int x, int y, int width) {
  const auto length = std::to_string(width);
  return "M" + std::to_string(x + quiet_zone) + " " + std::to_string(y + quiet_zone) + "h" +
         length + "v1h-" + length + "z";
}

/// The black modules, each row as few rectangles.
std::string path_of(const qrcodegen::QrCode& code) {
  std::string path;
  const int size = code.getSize();
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      const int begin = x;
      while (x < size && code.getModule(x, y)) ++x;
      if (x > begin) path += bar(begin, y, x - begin);
    }
  }
  return path;
}

}  // namespace

std::string qr_svg(std::string_view text) {
  // data_too_long is a std::length_error.
  const auto code =
      qrcodegen::QrCode::encodeText(std::string{text}.c_str(), qrcodegen::QrCode::Ecc::MEDIUM);
  const auto size = std::to_string(code.getSize() + 2 * quiet_zone);
  return R"(<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 )" + size + " " + size +
         R"(" shape-rendering="crispEdges"><rect width="100%" height="100%" fill="#fff"/>)" +
         R"(<path d=")" + path_of(code) + R"("/></svg>)";
}

}  // namespace coffeeauth::server

#pragma once
/// The strict reading of a chunked body (RFC 9112, 7.1), octets in and content out, so that it can
/// be tested and fuzzed without a socket.

#include <cstddef>
#include <string>
#include <string_view>

namespace coffeeauth::http_poco {

/// Reads one body, in pieces of any size.
///
/// Only what the grammar allows is read: lines end in CR LF, a size is one to eight hexadecimal
/// digits, an extension is a `;` with names and values, and data are followed by CR LF at once.
/// Extensions and trailer fields are checked, bounded and dropped: nothing that comes after the
/// head can add to it.
class ChunkedReader {
 public:
  enum class State { incomplete, complete, malformed, too_large };

  /// Refuses a body of more than `max_body` octets as soon as a size says so.
  explicit ChunkedReader(std::size_t max_body) : max_body_(max_body) {}

  /// Reads from `bytes`, appends content to `body`, and returns how many octets it used. Those
  /// behind the end of the body belong to the next request, and are left.
  std::size_t read(std::string_view bytes, std::string& body);

  [[nodiscard]] State state() const noexcept { return state_; }

 private:
  enum class Expected { size_line, data, data_end, trailer_line };

  std::size_t read_line(std::string_view bytes);
  std::size_t read_data(std::string_view bytes, std::string& body);
  void end_line(std::string_view line);
  void end_size_line(std::string_view line);
  void end_trailer_line(std::string_view line);

  const std::size_t max_body_;
  State state_ = State::incomplete;
  Expected expected_ = Expected::size_line;
  /// What has come of a line that is not whole yet.
  std::string line_;
  /// Octets that the chunk still lacks.
  std::size_t missing_ = 0;
  std::size_t content_ = 0;
  /// Octets of extensions and trailer fields so far.
  std::size_t extras_ = 0;
};

}  // namespace coffeeauth::http_poco

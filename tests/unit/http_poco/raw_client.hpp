#pragma once
/// A client that sends exactly the octets it is told to, right or wrong.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

/// One response as it came.
struct Reply {
  int status = 0;
  /// Status line and fields.
  std::string head;
  std::string body;

  /// The value of a field, or "" without it.
  [[nodiscard]] std::string field(std::string_view name) const;
};

class RawClient {
 public:
  /// Connects to 127.0.0.1. `from` is this side's own address.
  explicit RawClient(std::uint16_t port, const char* from = "127.0.0.1");
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  /// Sends what the server still takes.
  void send(std::string_view octets);
  /// Sends one octet at a time, until the server says or closes something. Returns how many.
  std::size_t drip(std::string_view octets);
  /// Tells the server that no more will come.
  void finish_sending();
  /// Closes, unread input or not.
  void leave();

  /// Reads one final response; `head_only` for the answer to HEAD. A status of 0 means that the
  /// server closed without one.
  [[nodiscard]] Reply read_reply(bool head_only = false);
  /// Reads up to the server's closing.
  [[nodiscard]] std::string read_to_end();
  /// Whether the server closes without sending another octet.
  [[nodiscard]] bool sees_close();
  /// Whether the server reset the connection, which can take an answer away.
  [[nodiscard]] bool was_reset() const { return reset_; }

 private:
  bool read_more();

  int descriptor_;
  std::string received_;
  bool reset_ = false;
};

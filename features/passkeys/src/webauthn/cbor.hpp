#pragma once
/// A strict reader of CBOR (RFC 8949): the canonical form of CTAP2 and nothing else.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace coffeeauth::passkeys {

/// Reads items one after the other, and tells how much they took.
///
/// Accepts integers, byte strings, texts in UTF-8, arrays, maps, false, true and null, with
/// definite lengths, every number in its shortest form, and at most `deepest` arrays and maps in
/// each other. The keys of a map are integers and texts, each once, in the order of CTAP2: integers
/// before texts, shorter before longer, then by their bytes.
///
/// A declared length is compared with the bytes that are left before anything is done with it, and
/// nothing is allocated: what is returned are views of the input. After a refusal the place in the
/// input is unspecified.
class CborReader {
 public:
  static constexpr unsigned deepest = 4;

  explicit CborReader(std::string_view input) noexcept : rest_(input), size_(input.size()) {}

  [[nodiscard]] std::size_t consumed() const noexcept { return size_ - rest_.size(); }
  [[nodiscard]] std::string_view rest() const noexcept { return rest_; }

  /// Reads an integer; nothing for another item, or beyond 64 bits with a sign.
  [[nodiscard]] std::optional<std::int64_t> integer() noexcept;
  /// Reads a byte string; nothing for another item.
  [[nodiscard]] std::optional<std::string_view> bytes() noexcept;
  /// Reads a text; nothing for another item.
  [[nodiscard]] std::optional<std::string_view> text() noexcept;
  /// Reads the head of a map and returns the number of its members, which the caller then reads in
  /// their canonical order; nothing for another item.
  [[nodiscard]] std::optional<std::size_t> begin_map() noexcept;

  /// Steps over one item, whatever it is; false when it is not well-formed. `levels`: how many
  /// arrays and maps may be in each other.
  [[nodiscard]] bool skip(unsigned levels = deepest) noexcept;
  /// Steps over one map; false for any other item, too.
  [[nodiscard]] bool skip_map(unsigned levels = deepest) noexcept;

 private:
  enum class Major : std::uint8_t { positive, negative, bytes, text, array, map, tag, simple };
  struct Head {
    Major major;
    std::uint64_t value;
  };

  [[nodiscard]] std::optional<Major> next() const noexcept;
  [[nodiscard]] std::optional<Head> head() noexcept;
  [[nodiscard]] std::optional<std::string_view> string_of(Major major) noexcept;
  [[nodiscard]] std::optional<std::string_view> take(std::uint64_t size) noexcept;
  [[nodiscard]] bool skip_items(std::uint64_t count, unsigned levels) noexcept;
  [[nodiscard]] bool skip_members(std::uint64_t count, unsigned levels) noexcept;
  [[nodiscard]] bool skip_key() noexcept;

  std::string_view rest_;
  std::size_t size_;
};

}  // namespace coffeeauth::passkeys

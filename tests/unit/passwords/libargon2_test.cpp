// Argon2id held against the reference implementation, and that one against its published vectors.
#include <argon2.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <vector>

#include "tests/unit/passwords/fixture.hpp"

using namespace coffeeauth;

namespace {

using Bytes = std::vector<std::uint8_t>;

Bytes bytes_of_hex(const std::string& spaced) {
  std::istringstream in{spaced};
  Bytes bytes;
  for (unsigned value = 0; in >> std::hex >> value;) {
    bytes.push_back(static_cast<std::uint8_t>(value));
  }
  return bytes;
}

/// The lines `Name[length]: hex ...` and `Tag: hex ...` of a vector file, by name.
std::map<std::string, Bytes> read_vector(std::istream& in) {
  std::map<std::string, Bytes> values;
  for (std::string line; std::getline(in, line);) {
    const auto colon = line.find(": ");
    if (colon == std::string::npos || line.starts_with("Block")) continue;
    const auto name = line.substr(0, std::min(colon, line.find('[')));
    values[name] = bytes_of_hex(line.substr(colon + 2));
  }
  return values;
}

argon2_context context_of(Bytes& out, Bytes& text, Bytes& salt) {
  argon2_context context{};
  context.out = out.data();
  context.outlen = static_cast<std::uint32_t>(out.size());
  context.pwd = text.data();
  context.pwdlen = static_cast<std::uint32_t>(text.size());
  context.salt = salt.data();
  context.saltlen = static_cast<std::uint32_t>(salt.size());
  context.version = ARGON2_VERSION_13;
  return context;
}

std::string encoded_by_libargon2(std::string_view text, unsigned char salt, std::uint32_t memory,
                                 std::uint32_t iterations) {
  const Bytes salt_bytes(16, salt);
  std::string encoded(256, '\0');
  const int status =
      argon2id_hash_encoded(iterations, memory, 1, text.data(), text.size(), salt_bytes.data(),
                            salt_bytes.size(), 32, encoded.data(), encoded.size());
  REQUIRE(status == ARGON2_OK);
  encoded.resize(encoded.find('\0'));
  return encoded;
}

}  // namespace

TEST_CASE("libargon2 gives the tag of the published Argon2id vector") {
  const auto file = std::filesystem::path{COFFEEAUTH_VECTORS_DIR} / "argon2id_kat.txt";
  if (!std::filesystem::exists(file)) {
    MESSAGE("no test vectors at ", file.string());
    return;
  }
  std::ifstream in{file};
  auto vector = read_vector(in);
  REQUIRE(vector.at("Tag").size() == 32);
  Bytes out(32);
  auto context = context_of(out, vector.at("Password"), vector.at("Salt"));
  context.secret = vector.at("Secret").data();
  context.secretlen = static_cast<std::uint32_t>(vector.at("Secret").size());
  context.ad = vector.at("Associated data").data();
  context.adlen = static_cast<std::uint32_t>(vector.at("Associated data").size());
  context.m_cost = 32;
  context.t_cost = 3;
  context.lanes = 4;
  context.threads = 4;

  REQUIRE(argon2id_ctx(&context) == ARGON2_OK);

  CHECK(out == vector.at("Tag"));
}

TEST_CASE("a hash is the very string that libargon2 encodes") {
  struct Parameters {
    std::uint32_t memory_kib;
    std::uint32_t iterations;
  };
  const std::string long_text(128, 'x');
  for (const auto each :
       {Parameters{8, 1}, {9, 1}, {32, 3}, {64, 2}, {1'000, 1}, {4'096, 5}, {19'456, 2}}) {
    CAPTURE(each.memory_kib);
    CAPTURE(each.iterations);
    const auto& [memory, iterations] = each;
    const auto hasher = cheap_argon2(memory, iterations);
    for (const std::string_view text :
         {std::string_view{"x"}, std::string_view{"p\xC3\xA4ss w\xC3\xB6rd"},
          std::string_view{long_text}}) {
      CHECK(hasher->hash(password(text), salt_of(0xA5)).phc() ==
            encoded_by_libargon2(text, 0xA5, memory, iterations));
    }
  }
}

TEST_CASE("what libargon2 encoded is verified, and the reverse") {
  const auto hasher = cheap_argon2(64, 2);
  const PasswordHash foreign{encoded_by_libargon2("correct horse", 7, 64, 2)};
  CHECK(hasher->verify(password("correct horse"), foreign) == PasswordVerdict::match);
  CHECK(hasher->verify(password("correct horsf"), foreign) == PasswordVerdict::no_match);

  const auto ours = hasher->hash(password("correct horse"), salt_of(9));
  CHECK(argon2id_verify(ours.phc().c_str(), "correct horse", 13) == ARGON2_OK);
  CHECK(argon2id_verify(ours.phc().c_str(), "correct horsf", 13) == ARGON2_VERIFY_MISMATCH);
}

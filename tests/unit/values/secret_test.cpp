#include "coffeeauth/secret.hpp"

#include <malloc.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>
#include <ostream>
#include <type_traits>
#include <utility>

#include "coffeeauth/verification_code.hpp"
#include "fixture.hpp"
#include "tests/exposed.hpp"

namespace {

// Every block of this program is looked at in the moment it is given back: the one place where a
// secret that was not wiped can be seen without touching memory that is nobody's.
constexpr std::string_view marker = "c0ffee-marker-of-the-secret-test";
std::atomic<int> leaks{0};
std::atomic<bool> watching{false};

void give_back(void* memory) noexcept {
  if (memory != nullptr && watching &&
      ::memmem(memory, ::malloc_usable_size(memory), marker.data(), marker.size()) != nullptr) {
    ++leaks;
  }
  std::free(memory);
}

}  // namespace

void* operator new(std::size_t size) {
  // Zeroed, so that what an earlier owner left in a block is not taken for a leak of the next one.
  if (void* memory = std::calloc(1, size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { give_back(memory); }
void operator delete(void* memory, std::size_t) noexcept { give_back(memory); }

namespace coffeeauth {
namespace {

template <class T>
concept Streamable = requires(std::ostream& out, const T& value) {
  out << value;
};

static_assert(!Streamable<Secret>);
static_assert(!std::is_copy_constructible_v<Secret>);
static_assert(!std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);
static_assert(!std::is_convertible_v<Secret, std::string>);
static_assert(!std::is_convertible_v<Secret, std::string_view>);
static_assert(!std::is_convertible_v<std::string_view, Secret>);

/// How many blocks went back with the marker in them while `work` ran.
template <class Work>
int leaked_by(Work work) {
  leaks = 0;
  watching = true;
  work();
  watching = false;
  return leaks;
}

TEST_CASE("the watch sees what is not wiped") {
  CHECK(leaked_by([] { const std::string careless{std::string{marker} + "!"}; }) > 0);
}

TEST_CASE("a secret is wiped when it goes") {
  CHECK(leaked_by([] { const Secret secret{marker}; }) == 0);
}

TEST_CASE("every copy and every move of a secret is wiped") {
  CHECK(leaked_by([] {
          Secret secret{marker};
          auto copy = secret.clone();
          const Secret moved{std::move(secret)};
          copy = Secret{"another"};  // what it held goes now
        }) == 0);
  CHECK(leaked_by([] {
          auto buffer = Secret::of_size(marker.size());
          std::memcpy(buffer.writable().data(), marker.data(), marker.size());
          std::vector<Secret> growing;
          for (int i = 0; i < 10; ++i) growing.push_back(buffer.clone());
        }) == 0);
}

TEST_CASE("a moved secret is empty, and assigning to itself keeps it") {
  Secret secret{"open sesame"};
  Secret other{std::move(secret)};
  CHECK(secret.empty());  // NOLINT(bugprone-use-after-move): that is the question
  CHECK(other.expose_secret() == "open sesame");
  auto& same = other;
  other = std::move(same);
  CHECK(other.expose_secret() == "open sesame");
  secret = std::move(other);
  CHECK(secret.expose_secret() == "open sesame");
  CHECK(other.empty());  // NOLINT(bugprone-use-after-move): that is the question
}

TEST_CASE("a secret keeps every byte, NUL too") {
  const std::string_view bytes{"a\0b\xFF", 4};
  const Secret secret{bytes};
  CHECK(secret.size() == 4);
  CHECK(secret.expose_secret() == bytes);
  CHECK(secret.expose_secret_bytes().size() == 4);
  CHECK(secret.clone() == secret);
  CHECK(exposed(Secret::of_size(3)) == std::string_view{"\0\0\0", 3});
}

TEST_CASE("secrets are equal only when every byte is") {
  const std::string text(40, 'x');
  CHECK(Secret{text} == Secret{text});
  CHECK(Secret{} == Secret{""});
  CHECK_FALSE(Secret{text} == Secret{text + "x"});
  CHECK_FALSE(Secret{} == Secret{"x"});
  for (std::size_t i = 0; i < text.size(); ++i) {
    auto other = text;
    other[i] = 'y';
    CHECK_FALSE(Secret{text} == Secret{other});
    CHECK_FALSE(equal_in_constant_time(text, other));
  }
}

}  // namespace
}  // namespace coffeeauth

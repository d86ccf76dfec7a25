// The program's operator delete: memory is wiped before it is given back. The sanitizers keep
// theirs.
//
// A password that a person types goes through buffers that no code of this project owns: the
// tokens of the JSON parser, strings that grow and leave their old octets behind, streams. So it is
// the one place that all of them go through which wipes them (docs/decisions/0029). A library must
// not do that to the program that it is a part of; a program of an embedder's that wants the same
// compiles this file.

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COFFEEAUTH_SANITIZED
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COFFEEAUTH_SANITIZED
#endif

#ifndef COFFEEAUTH_SANITIZED

#include <malloc.h>
#include <string.h>

#include <cstddef>
#include <cstdlib>
#include <new>

namespace {

void wipe_and_free(void* memory) noexcept {
  if (memory == nullptr) return;
  explicit_bzero(memory, malloc_usable_size(memory));
  std::free(memory);
}

void* allocate(std::size_t size) {
  for (;;) {
    if (void* const memory = std::malloc(size == 0 ? 1 : size)) return memory;
    const auto handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc{};
    handler();
  }
}

void* allocate(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  for (;;) {
    if (void* const memory = std::aligned_alloc(step, (size + step - 1) / step * step)) {
      return memory;
    }
    const auto handler = std::get_new_handler();
    if (handler == nullptr) throw std::bad_alloc{};
    handler();
  }
}

}  // namespace

// The forms for arrays and for std::nothrow are the standard library's, and call these.
void* operator new(std::size_t size) { return allocate(size); }
void* operator new(std::size_t size, std::align_val_t alignment) {
  return allocate(size, alignment);
}
void operator delete(void* memory) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { wipe_and_free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  wipe_and_free(memory);
}

#endif

#pragma once
/// Result<T>: the value of a call, or the Error that says why there is none.
///
/// Debian's tl::expected 1.0.0 can be discarded without a warning and read without a check; both
/// are unacceptable in a security library. This class is `[[nodiscard]]`; value() throws when there
/// is no value, and `*`, `->` and error() abort the program when the wrong side is read. Use only
/// what std::expected (C++23), its future replacement, offers too; and_then() and similar are
/// hidden until then. No other file of coffeeauth names `tl::`.

#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

#include "coffeeauth/error.hpp"
#include "coffeeauth/export.hpp"

namespace COFFEEAUTH_EXPORT coffeeauth {

namespace detail {
/// Reading the absent side of a Result is a bug of the caller, never a run-time condition.
[[noreturn]] inline void result_misused(const char* what) noexcept {
  std::fputs(what, stderr);
  std::abort();
}
}  // namespace detail

/// Thrown by Result::value() when there is no value.
class BadResultAccess : public std::logic_error {
 public:
  /// `what()` names the error's code and each field: "no value: validation_failed (password:
  /// too_short)". It contains no text made from input.
  explicit BadResultAccess(Error error);

  /// Why there was no value.
  [[nodiscard]] const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

/// An expected outcome: either a `T`, or an Error that the caller must handle.
///
/// Infrastructure failures (the database is down) are not in it: they are exceptions derived from
/// Unavailable. Reading the absent side throws (value()) or aborts the program (the operators and
/// error()) in every build.
template <class T>
class [[nodiscard]] Result : public tl::expected<T, Error> {
  using Base = tl::expected<T, Error>;
  // They give a tl::expected, of which neither the absent side nor that it was dropped is noticed.
  using Base::and_then;
  using Base::map;
  using Base::map_error;
  using Base::or_else;
  using Base::transform;

 public:
  using Base::Base;

  /// Converts implicitly, so that a function can `return ErrorCode::not_found;`.
  Result(ErrorCode code) : Base(tl::unexpect, Error{code}) {}
  /// Holds an error with fields or a retry_after.
  Result(Error error) : Base(tl::unexpect, std::move(error)) {}

  /// The error. Aborts the program when there is a value.
  [[nodiscard]] const Error& error() const& {
    if (this->has_value()) detail::result_misused("coffeeauth: error() of a Result with a value\n");
    return Base::error();
  }
  /// The error, to move from. Aborts the program when there is a value.
  [[nodiscard]] Error&& error() && {
    if (this->has_value()) detail::result_misused("coffeeauth: error() of a Result with a value\n");
    return std::move(*this).Base::error();
  }

  /// The value. Throws BadResultAccess, which names the error, when there is none.
  template <class U = T>
  requires(!std::is_void_v<U>) const U& value() const& {
    throw_without_value();
    return Base::operator*();
  }
  /// The value, to modify. Throws BadResultAccess when there is none.
  template <class U = T>
  requires(!std::is_void_v<U>) U& value() & {
    throw_without_value();
    return Base::operator*();
  }
  /// The value, to move from. Throws BadResultAccess when there is none.
  template <class U = T>
  requires(!std::is_void_v<U>) U && value() && {
    throw_without_value();
    return std::move(*this).Base::operator*();
  }
  /// Throws BadResultAccess, which names the error, unless the call succeeded.
  template <class U = T>
  requires(std::is_void_v<U>) void value() const { throw_without_value(); }

  /// The value. Aborts the program when there is none; value() throws instead.
  template <class U = T>
  requires(!std::is_void_v<U>) [[nodiscard]] const U& operator*() const& {
    require_value();
    return Base::operator*();
  }
  /// The value, to modify. Aborts the program when there is none.
  template <class U = T>
  requires(!std::is_void_v<U>) [[nodiscard]] U& operator*() & {
    require_value();
    return Base::operator*();
  }
  /// The value, to move from. Aborts the program when there is none.
  template <class U = T>
  requires(!std::is_void_v<U>) [[nodiscard]] U&& operator*() && {
    require_value();
    return std::move(*this).Base::operator*();
  }
  /// A member of the value. Aborts the program when there is none.
  template <class U = T>
  requires(!std::is_void_v<U>) [[nodiscard]] const U* operator->() const {
    require_value();
    return Base::operator->();
  }
  /// A member of the value, to modify. Aborts the program when there is none.
  template <class U = T>
  requires(!std::is_void_v<U>) [[nodiscard]] U* operator->() {
    require_value();
    return Base::operator->();
  }

 private:
  void throw_without_value() const {
    if (!this->has_value()) throw BadResultAccess{Base::error()};
  }
  void require_value() const {
    if (!this->has_value()) detail::result_misused("coffeeauth: value of a Result with an error\n");
  }
};

}  // namespace coffeeauth

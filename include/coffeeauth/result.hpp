#pragma once
/// Result<T>: the value a call was asked for, or the Error that says why there is none.
///
/// Debian's tl::expected 1.0.0 can be dropped without a warning and read without a check; both are
/// unacceptable in a security library. This class is `[[nodiscard]]`; value() throws when there is
/// none, and `*`, `->` and error() end the program when the wrong side is read. Use no more of it
/// than std::expected (C++23) offers too, which it is to become one day; and_then() and its like
/// are hidden until then. No other file of coffeeauth names `tl::`.

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
/// Reading the absent side of a Result is a caller's bug, never a run-time condition.
[[noreturn]] inline void result_misused(const char* what) noexcept {
  std::fputs(what, stderr);
  std::abort();
}
}  // namespace detail

/// What Result::value() throws when there is no value.
class BadResultAccess : public std::logic_error {
 public:
  /// `what()` names the error's code and each field: "no value: validation_failed (password:
  /// too_short)". It holds no text made from input.
  explicit BadResultAccess(Error error);

  /// Why there was no value.
  [[nodiscard]] const Error& error() const noexcept { return error_; }

 private:
  Error error_;
};

/// An expected outcome: either a `T` or an Error the caller has to handle.
///
/// Infrastructure failures (the database is gone) are never in here: they are exceptions rooted at
/// Unavailable. Reading the absent side throws (value()) or ends the program (the operators and
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

  /// An error converts on its own, so that a function can `return ErrorCode::not_found;`.
  Result(ErrorCode code) : Base(tl::unexpect, Error{code}) {}
  /// Holds an error with fields or a time to wait.
  Result(Error error) : Base(tl::unexpect, std::move(error)) {}

  /// Why there is no value. Ends the program when there is one.
  [[nodiscard]] const Error& error() const& {
    if (this->has_value()) detail::result_misused("coffeeauth: error() of a Result with a value\n");
    return Base::error();
  }
  /// The error, to be moved from.
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
  /// The value, to be changed.
  template <class U = T>
  requires(!std::is_void_v<U>) U& value() & {
    throw_without_value();
    return Base::operator*();
  }
  /// The value, to be moved from.
  template <class U = T>
  requires(!std::is_void_v<U>) U && value() && {
    throw_without_value();
    return std::move(*this).Base::operator*();
  }
  /// Throws BadResultAccess, which names the error, unless the call succeeded.
  template <class U = T>
  requires(std::is_void_v<U>) void value() const { throw_without_value(); }

  /// The value. Ends the program when there is none; value() throws instead.
  template <class U = T>
  requires(!std::is_void_v<U>) [[nodiscard]] const U& operator*() const& {
    require_value();
    return Base::operator*();
  }
  /// The value, to be changed.
  template <class U = T>
  requires(!std::is_void_v<U>) [[nodiscard]] U& operator*() & {
    require_value();
    return Base::operator*();
  }
  /// The value, to be moved from.
  template <class U = T>
  requires(!std::is_void_v<U>) [[nodiscard]] U&& operator*() && {
    require_value();
    return std::move(*this).Base::operator*();
  }
  /// A member of the value. Ends the program when there is none.
  template <class U = T>
  requires(!std::is_void_v<U>) [[nodiscard]] const U* operator->() const {
    require_value();
    return Base::operator->();
  }
  /// A member of the value, to be changed.
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

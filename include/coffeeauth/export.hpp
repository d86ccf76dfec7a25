#pragma once
/// COFFEEAUTH_EXPORT: the symbols that a shared library exports.

/// Every public header opens its namespace with this, so that everything it declares is exported
/// and no new class can be forgotten; all else is hidden, since the libraries are compiled with
/// hidden visibility. It matters to those who build coffeeauth, not to those who use it.
#if defined(__GNUC__)
#define COFFEEAUTH_EXPORT [[gnu::visibility("default")]]
#else
#define COFFEEAUTH_EXPORT
#endif

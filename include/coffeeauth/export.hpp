#pragma once
/// COFFEEAUTH_EXPORT: what a shared library shows of itself.

/// Every public header opens its namespace with this, so that all it declares is exported and no
/// new class can be forgotten; the libraries are compiled with hidden visibility, so that nothing
/// else is. It concerns who builds coffeeauth, not who uses it.
#if defined(__GNUC__)
#define COFFEEAUTH_EXPORT [[gnu::visibility("default")]]
#else
#define COFFEEAUTH_EXPORT
#endif

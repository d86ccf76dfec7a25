# Neither Debian nor its author gives libzxcvbn a file for CMake or pkg-config.
find_library(COFFEEAUTH_ZXCVBN_LIBRARY zxcvbn)
find_path(COFFEEAUTH_ZXCVBN_INCLUDE_DIR zxcvbn.h)
mark_as_advanced(COFFEEAUTH_ZXCVBN_LIBRARY COFFEEAUTH_ZXCVBN_INCLUDE_DIR)
if(NOT COFFEEAUTH_ZXCVBN_LIBRARY OR NOT COFFEEAUTH_ZXCVBN_INCLUDE_DIR)
  set(coffeeauth_FOUND FALSE)
  set(coffeeauth_NOT_FOUND_MESSAGE "coffeeauth::zxcvbn needs libzxcvbn (Debian: libzxcvbn-dev).")
  return()
endif()
if(NOT TARGET coffeeauth::libzxcvbn)
  add_library(coffeeauth::libzxcvbn UNKNOWN IMPORTED)
  set_target_properties(coffeeauth::libzxcvbn PROPERTIES
    IMPORTED_LOCATION ${COFFEEAUTH_ZXCVBN_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${COFFEEAUTH_ZXCVBN_INCLUDE_DIR})
endif()

# The tree that this port lies in. In a registry: vcpkg_from_git() or vcpkg_from_github() of a release.
get_filename_component(SOURCE_PATH "${CMAKE_CURRENT_LIST_DIR}/../../../.." ABSOLUTE)

set(adapters memory)
foreach(adapter IN ITEMS crypto http redis smtp sql standard)
  if(adapter IN_LIST FEATURES)
    string(APPEND adapters " ${adapter}")
  endif()
endforeach()
vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
  FEATURES
    contracts  COFFEEAUTH_CONTRACTS
    postgresql COFFEEAUTH_SQL_POSTGRESQL)
# Set in the triplet, where no Debian puts the header into its place.
if(DEFINED COFFEEAUTH_MUSTACHE_FOLDER)
  list(APPEND FEATURE_OPTIONS "-DCOFFEEAUTH_MUSTACHE_FOLDER=${COFFEEAUTH_MUSTACHE_FOLDER}")
endif()
vcpkg_find_acquire_program(PKGCONFIG)

vcpkg_cmake_configure(
  SOURCE_PATH "${SOURCE_PATH}"
  OPTIONS
    ${FEATURE_OPTIONS}
    "-DCOFFEEAUTH_ADAPTERS=${adapters}"
    -DCOFFEEAUTH_DEVELOPER_MODE=OFF
    "-DPKG_CONFIG_EXECUTABLE=${PKGCONFIG}"
  MAYBE_UNUSED_VARIABLES
    COFFEEAUTH_SQL_POSTGRESQL)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH lib/cmake/coffeeauth)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/debug/include")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")

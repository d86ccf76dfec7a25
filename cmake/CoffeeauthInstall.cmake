# The installed package: a component a library, each with an export set of its own, so that whoever
# wants the core needs nothing of what the adapters are made with.
# See docs/decisions/0012-package.md.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(coffeeauth_package_folder ${CMAKE_INSTALL_LIBDIR}/cmake/coffeeauth)

# coffeeauth_install_component(<name> [LINKS ...] [PKG_CONFIG ...] [PKG_CONFIG_LIBS ...])
#
# Installs the library as the component <name>, what one compiles with as <name>-dev.
function(coffeeauth_install_component name)
  cmake_parse_arguments(ARG "" "" "LINKS;PKG_CONFIG;PKG_CONFIG_LIBS" ${ARGN})
  install(TARGETS coffeeauth_${name} EXPORT coffeeauth-${name}-targets
    LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${name} NAMELINK_COMPONENT ${name}-dev
    ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT ${name}-dev
    FILE_SET HEADERS DESTINATION ${CMAKE_INSTALL_INCLUDEDIR} COMPONENT ${name}-dev)
  install(EXPORT coffeeauth-${name}-targets
    NAMESPACE coffeeauth:: DESTINATION ${coffeeauth_package_folder} COMPONENT ${name}-dev)
  if(EXISTS ${PROJECT_SOURCE_DIR}/cmake/components/${name}.cmake)
    install(FILES ${PROJECT_SOURCE_DIR}/cmake/components/${name}.cmake
      DESTINATION ${coffeeauth_package_folder}/components COMPONENT ${name}-dev)
  endif()

  set(needs ${ARG_LINKS})
  list(FILTER needs INCLUDE REGEX "^coffeeauth::")
  list(TRANSFORM needs REPLACE "^coffeeauth::" "")
  # In the order in which they are made, each comes after what it needs.
  set_property(GLOBAL APPEND PROPERTY COFFEEAUTH_COMPONENTS ${name})
  set_property(GLOBAL PROPERTY COFFEEAUTH_NEEDS_${name} ${needs})

  list(TRANSFORM needs PREPEND coffeeauth-)
  coffeeauth_pkg_config(coffeeauth-${name} ${name}-dev "-lcoffeeauth_${name}"
    "${needs}" "${ARG_PKG_CONFIG}" "${ARG_PKG_CONFIG_LIBS}")
endfunction()

# Installs <file>.pc. With static libraries, whoever links has to name what they are made with.
function(coffeeauth_pkg_config file component own_libs needs modules module_libs)
  get_target_property(kind coffeeauth_core TYPE)
  set(requires ${needs})
  set(requires_private)
  set(libs ${own_libs})
  if(kind STREQUAL STATIC_LIBRARY)
    list(APPEND requires ${modules})
    list(APPEND libs ${module_libs})
  else()
    list(APPEND requires_private ${modules})
  endif()
  list(TRANSFORM requires REPLACE "^(coffeeauth-.*)$" "\\1 = ${PROJECT_VERSION}")
  list(JOIN requires ", " requires)
  list(JOIN requires_private ", " requires_private)
  list(JOIN libs " " libs)
  # From the file to the prefix, so that the installed tree can be moved.
  cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX
    BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig OUTPUT_VARIABLE prefix)
  configure_file(${PROJECT_SOURCE_DIR}/cmake/coffeeauth.pc.in
                 ${PROJECT_BINARY_DIR}/package/${file}.pc @ONLY)
  install(FILES ${PROJECT_BINARY_DIR}/package/${file}.pc
    DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT ${component})
endfunction()

# Installs what find_package() reads; called once, after every component.
function(coffeeauth_install_package)
  get_property(coffeeauth_components GLOBAL PROPERTY COFFEEAUTH_COMPONENTS)
  set(coffeeauth_needs)
  foreach(component IN LISTS coffeeauth_components)
    get_property(needs GLOBAL PROPERTY COFFEEAUTH_NEEDS_${component})
    string(APPEND coffeeauth_needs "set(coffeeauth_needs_${component} ${needs})\n")
  endforeach()
  set(folder ${PROJECT_BINARY_DIR}/package)
  configure_package_config_file(
    ${PROJECT_SOURCE_DIR}/cmake/coffeeauth-config.cmake.in ${folder}/coffeeauth-config.cmake
    INSTALL_DESTINATION ${coffeeauth_package_folder} NO_SET_AND_CHECK_MACRO)
  # Before 1.0 a minor version may break its users, and says so.
  set(compatibility SameMajorVersion)
  if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(compatibility SameMinorVersion)
  endif()
  write_basic_package_version_file(${folder}/coffeeauth-config-version.cmake
    COMPATIBILITY ${compatibility})
  install(FILES ${folder}/coffeeauth-config.cmake ${folder}/coffeeauth-config-version.cmake
    ${PROJECT_SOURCE_DIR}/cmake/CoffeeauthFiles.cmake ${PROJECT_SOURCE_DIR}/cmake/embed_files.cmake
    ${PROJECT_SOURCE_DIR}/cmake/CoffeeauthMails.cmake
    DESTINATION ${coffeeauth_package_folder} COMPONENT core-dev)
  coffeeauth_pkg_config(coffeeauth core-dev "" coffeeauth-core "" "")
endfunction()

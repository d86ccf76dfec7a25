# One function each for a library and for a test, so that a module's CMakeLists.txt says only what is
# special about it.

# coffeeauth_module(<name> [HEADERS ...] [SOURCES ...] [LINKS ...] [PRIVATE_LINKS ...])
#
# Makes the library coffeeauth_<name> with the alias coffeeauth::<name>. Headers lie under the
# module's include/ folder (for the core and http_api: the project's) and are a file set, so that they
# are installed and each is proved to compile alone.
function(coffeeauth_module name)
  cmake_parse_arguments(ARG "" "HEADER_BASE" "HEADERS;SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  if(NOT ARG_HEADER_BASE)
    set(ARG_HEADER_BASE ${CMAKE_CURRENT_SOURCE_DIR}/include)
  endif()
  set(target coffeeauth_${name})
  add_library(${target})
  add_library(coffeeauth::${name} ALIAS ${target})
  target_sources(${target}
    PRIVATE ${ARG_SOURCES}
    PUBLIC FILE_SET HEADERS BASE_DIRS ${ARG_HEADER_BASE} FILES ${ARG_HEADERS})
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${ARG_LINKS} PRIVATE ${ARG_PRIVATE_LINKS})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF)
  coffeeauth_strict(${target})
endfunction()

# Warnings as errors while the project itself is developed; a consumer sees none of them.
function(coffeeauth_strict target)
  if(COFFEEAUTH_DEVELOPER_MODE)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)
  endif()
endfunction()

# coffeeauth_test(<name> LABEL <unit|contract|integration|...> SOURCES ... [LINKS ...])
#
# Makes the doctest program <name>; each case becomes a CTest entry of its own.
function(coffeeauth_test name)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE coffeeauth_test_main ${ARG_LINKS})
  # Tests of private parts say so by including "lib/..." from the project's root.
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  coffeeauth_strict(${name})
  doctest_discover_tests(${name} TEST_PREFIX "${name}: " PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 600)
endfunction()

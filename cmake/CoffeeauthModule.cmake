# One function each for a library and for a test, so that a module's CMakeLists.txt says only what is
# special about it.

# coffeeauth_module(<name> [STATIC] [NOT_INSTALLED] [INTERNAL]
#                   [HEADERS ...] [SOURCES ...] [ALONE ...] [LINKS ...] [PRIVATE_LINKS ...] [PARTS ...]
#                   [PKG_CONFIG ...] [PKG_CONFIG_LIBS ...])
#
# Makes the library coffeeauth_<name> with the alias coffeeauth::<name>, and its component of the
# package: an export set, cmake/components/<name>.cmake when it is made with more than the core, and a
# file for pkg-config (PKG_CONFIG: modules, PKG_CONFIG_LIBS: the flags of what has no module).
#
# Headers lie under the module's include/ folder (for the core and http_api: the project's) and are a
# file set, so that they are installed and each is proved to compile alone.
#
# INTERNAL: a static library for other modules, which name it under PARTS; it has no public headers.
# A shared library takes it in. A static one leaves it to whoever links the program, so there, and
# only there, it is a component of the package that others bring.
function(coffeeauth_module name)
  cmake_parse_arguments(ARG "STATIC;NOT_INSTALLED;INTERNAL" "HEADER_BASE"
    "HEADERS;SOURCES;ALONE;LINKS;PRIVATE_LINKS;PARTS;PKG_CONFIG;PKG_CONFIG_LIBS" ${ARGN})
  if(NOT ARG_HEADER_BASE)
    set(ARG_HEADER_BASE ${CMAKE_CURRENT_SOURCE_DIR}/include)
  endif()
  set(target coffeeauth_${name})
  # Without a kind, BUILD_SHARED_LIBS decides.
  set(kind)
  if(ARG_STATIC OR ARG_NOT_INSTALLED OR ARG_INTERNAL)
    set(kind STATIC)
  endif()
  coffeeauth_add_parts(${ARG_PARTS})
  list(TRANSFORM ARG_PARTS PREPEND coffeeauth:: OUTPUT_VARIABLE parts)
  add_library(${target} ${kind})
  add_library(coffeeauth::${name} ALIAS ${target})
  target_sources(${target} PRIVATE ${ARG_SOURCES})
  if(ARG_HEADERS)
    target_sources(${target}
      PUBLIC FILE_SET HEADERS BASE_DIRS ${ARG_HEADER_BASE} FILES ${ARG_HEADERS})
  endif()
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR})
  target_link_libraries(${target} PUBLIC ${ARG_LINKS} PRIVATE ${parts} ${ARG_PRIVATE_LINKS})
  set_target_properties(${target} PROPERTIES
    EXPORT_NAME ${name} POSITION_INDEPENDENT_CODE ON CXX_EXTENSIONS OFF
    CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    VERSION ${PROJECT_VERSION} SOVERSION ${COFFEEAUTH_ABI_VERSION} INSTALL_RPATH "$ORIGIN")
  coffeeauth_strict(${target})
  coffeeauth_unite(${target} ${ARG_ALONE})
  coffeeauth_precompile(${target} lib ${ARG_PRIVATE_LINKS})
  if(BUILD_SHARED_LIBS)
    set(parts)
    if(ARG_INTERNAL)
      return()
    endif()
  endif()
  if(COFFEEAUTH_INSTALL AND NOT ARG_NOT_INSTALLED)
    coffeeauth_install_component(${name}
      LINKS ${ARG_LINKS} ${parts} PKG_CONFIG ${ARG_PKG_CONFIG} PKG_CONFIG_LIBS ${ARG_PKG_CONFIG_LIBS})
  endif()
endfunction()

# Adds the internal modules named, which nobody lists in COFFEEAUTH_ADAPTERS, where none has yet.
function(coffeeauth_add_parts)
  foreach(part IN LISTS ARGN)
    if(NOT TARGET coffeeauth_${part})
      add_subdirectory(${PROJECT_SOURCE_DIR}/adapters/${part} ${PROJECT_BINARY_DIR}/adapters/${part})
    endif()
  endforeach()
endfunction()

# Looks for what a component is made with, as its consumers will.
function(coffeeauth_find_dependencies component)
  include(CMakeFindDependencyMacro)
  # What find_package() would have set around an installed file.
  set(CMAKE_FIND_PACKAGE_NAME coffeeauth)
  set(coffeeauth_FIND_REQUIRED TRUE)
  set(coffeeauth_FOUND TRUE)
  set(coffeeauth_SQL_POSTGRESQL ${COFFEEAUTH_SQL_POSTGRESQL})
  include(${PROJECT_SOURCE_DIR}/cmake/components/${component}.cmake)
  if(NOT coffeeauth_FOUND)
    message(FATAL_ERROR "${coffeeauth_NOT_FOUND_MESSAGE}")
  endif()
endfunction()

# What nearly every source includes, compiled once for the libraries and once for the tests: it is
# most of what the compiler reads. Only the presets ask for it, so that a plain build proves that each
# source includes what it uses.
function(coffeeauth_precompile target kind)
  if(NOT COFFEEAUTH_PRECOMPILED_HEADERS)
    return()
  endif()
  # Poco's targets define macros that the system's headers look at, so its users have their own.
  set(owner coffeeauth_precompiled_${kind})
  set(poco)
  if("${ARGN}" MATCHES "Poco::")
    set(owner ${owner}_poco)
    set(poco Poco::Foundation)
  endif()
  if(NOT TARGET ${owner})
    file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/${owner}.cpp CONTENT "// Precompiles its header.\n")
    add_library(${owner} OBJECT ${CMAKE_BINARY_DIR}/${owner}.cpp)
    coffeeauth_strict(${owner})
    target_compile_features(${owner} PUBLIC cxx_std_20)
    set_target_properties(${owner} PROPERTIES CXX_EXTENSIONS OFF)
    if(kind STREQUAL lib)
      set_target_properties(${owner} PROPERTIES POSITION_INDEPENDENT_CODE ON
        CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
      target_link_libraries(${owner} PRIVATE tl::expected ${poco})
    else()
      target_link_libraries(${owner} PRIVATE coffeeauth_test_main tl::expected ${poco})
    endif()
    # In angle brackets, so that the text is alike in every checkout and ccache knows it again.
    target_include_directories(${owner} PRIVATE ${PROJECT_SOURCE_DIR})
    target_precompile_headers(${owner} PRIVATE <cmake/precompiled_${kind}.hpp>)
  endif()
  if(kind STREQUAL lib)
    # As the header was, or it cannot be used.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON
      CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  endif()
  target_precompile_headers(${target} REUSE_FROM ${owner})
endfunction()

# With CMAKE_UNITY_BUILD, as the presets have it: the sources of one folder are compiled together, at most twelve at
# once, since most of the time goes into the headers that all of them read. Folders, rather than whatever comes
# to lie side by side, so that the names of unnamed namespaces need to differ within a folder alone; what cannot
# be renamed well is listed under ALONE.
function(coffeeauth_unite target)
  set_target_properties(${target} PROPERTIES COFFEEAUTH_ALONE "${ARGN}")
  if(CMAKE_UNITY_BUILD)
    # When all folders have added their sources.
    cmake_language(EVAL CODE "cmake_language(DEFER DIRECTORY [[${PROJECT_SOURCE_DIR}]] CALL coffeeauth_group_sources ${target})")
  endif()
endfunction()

function(coffeeauth_group_sources target)
  get_target_property(sources ${target} SOURCES)
  get_target_property(folder ${target} SOURCE_DIR)
  get_target_property(alone ${target} COFFEEAUTH_ALONE)
  list(REMOVE_ITEM sources ${alone})
  list(FILTER sources INCLUDE REGEX "\\.cpp$")
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder})
    cmake_path(GET source PARENT_PATH where)
    cmake_path(RELATIVE_PATH where BASE_DIRECTORY ${PROJECT_SOURCE_DIR})
    string(MAKE_C_IDENTIFIER "${where}" group)
    math(EXPR number "0${count_${group}} / 12")
    math(EXPR count_${group} "0${count_${group}} + 1")
    set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES UNITY_GROUP "${group}_${number}")
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
endfunction()

# Warnings while the project itself is developed; a consumer sees none of them. They are errors in the
# presets alone: a compiler that is newer than ours may know warnings that ours does not, and a build
# that a stranger types must not stop at them.
function(coffeeauth_strict target)
  if(COFFEEAUTH_DEVELOPER_MODE)
    target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion)
    # Where g++ 12 optimises, it sees std::string overlap itself and std::optional uninitialised
    # (its bugs 105329 and 105562, mended in 13).
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13
       AND NOT CMAKE_BUILD_TYPE STREQUAL "Debug")
      target_compile_options(${target} PRIVATE -Wno-restrict -Wno-maybe-uninitialized)
    endif()
    # What stands in a source is taken for a header's where sources are compiled together.
    if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
    if(COFFEEAUTH_WARNINGS_AS_ERRORS)
      target_compile_options(${target} PRIVATE -Werror)
    endif()
  endif()
endfunction()

# coffeeauth_test(<name> LABEL <unit|contract|integration|...> SOURCES ... [LINKS ...] [COST <n>]
#                [PROPERTIES ...])
#
# Makes the doctest program <name>; each case becomes a CTest entry of its own. Those that COST more are
# started earlier, where CTest does not know yet how long each takes.
function(coffeeauth_test name)
  cmake_parse_arguments(ARG "" "LABEL;COST" "SOURCES;ALONE;LINKS;PROPERTIES" ${ARGN})
  if(NOT ARG_COST)
    set(ARG_COST 0)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE coffeeauth_test_main ${ARG_LINKS})
  # Tests of private parts say so by including "lib/..." from the project's root.
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR})
  set_target_properties(${name} PROPERTIES CXX_EXTENSIONS OFF)
  coffeeauth_strict(${name})
  coffeeauth_unite(${name} ${ARG_ALONE})
  coffeeauth_precompile(${name} tests ${ARG_LINKS})
  doctest_discover_tests(${name} TEST_PREFIX "${name}: " PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 600 COST ${ARG_COST}
    ${ARG_PROPERTIES})
endfunction()

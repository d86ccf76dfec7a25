# Files embedded in a library or a program, which then needs none beside it: pages, styles, pictures.

# coffeeauth_embed_files(<target> <folder> NAMESPACE <namespace>)
#
# Builds every file of <folder> and of the folders in it into <target>, which must be made in the same CMakeLists.txt.
# The target can then
#   #include "<target>_files.hpp"
# which declares `std::string_view <namespace>::file(std::string_view path)`: the contents of the file of that path, seen
# from <folder> ("assets/page.css"). They are whatever octets the file has, and stay where they are for as long as the
# program runs. A file that changes is embedded anew; one that comes or goes makes the build configure itself.
# Files whose names begin with a dot, or end in `~`, are left out. For what is a few hundred KB at most: a
# source is made of it.
function(coffeeauth_embed_files target folder)
  cmake_parse_arguments(ARG "" "NAMESPACE" "" ${ARGN})
  if(NOT ARG_NAMESPACE)
    message(FATAL_ERROR "coffeeauth_embed_files(${target} ${folder}): NAMESPACE is missing")
  endif()
  cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  file(GLOB_RECURSE files CONFIGURE_DEPENDS LIST_DIRECTORIES false RELATIVE ${folder} ${folder}/*)
  list(FILTER files EXCLUDE REGEX "(^|/)\\.|~$")
  if(NOT files)
    message(FATAL_ERROR "coffeeauth_embed_files(${target} ${folder}): there are no files")
  endif()
  foreach(file IN LISTS files)
    if(NOT file MATCHES "^[-A-Za-z0-9_./]+$")
      message(FATAL_ERROR "coffeeauth_embed_files: ${folder}/${file} is no plain name (A-Z a-z 0-9 - _ .)")
    endif()
  endforeach()
  list(SORT files)
  list(TRANSFORM files PREPEND ${folder}/ OUTPUT_VARIABLE whole)

  set(made ${CMAKE_CURRENT_BINARY_DIR}/${target}_files)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embed_files.cmake)
  file(CONFIGURE OUTPUT ${made}/${target}_files.hpp @ONLY CONTENT
[=[// Made by coffeeauth_embed_files().
#pragma once
#include <string_view>

namespace @ARG_NAMESPACE@ {

/// The contents of an embedded file. Throws std::out_of_range when there is none of that path.
[[nodiscard]] std::string_view file(std::string_view path);

}  // namespace @ARG_NAMESPACE@
]=])
  add_custom_command(
    OUTPUT ${made}/${target}_files.cpp
    COMMAND ${CMAKE_COMMAND} -D "FOLDER=${folder}" -D "FILES=${files}" -D "NAMESPACE=${ARG_NAMESPACE}"
            -D HEADER=${target}_files.hpp -D OUTPUT=${made}/${target}_files.cpp -P ${script}
    DEPENDS ${whole} ${script}
    VERBATIM)
  target_sources(${target} PRIVATE ${made}/${target}_files.cpp)
  target_include_directories(${target} PRIVATE ${made})
endfunction()

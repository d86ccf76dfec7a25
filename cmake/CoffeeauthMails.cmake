# Mails as files, embedded in a library or a program, which then needs no files beside it.

# coffeeauth_embed_mails(<target> <folder> NAMESPACE <namespace> [HEADER <name>] [NOTICES <kind>...])
#
# Gives <target> the function `std::vector<coffeeauth::MailKind> <namespace>::mail_kinds()`, which returns the
# mails of <folder>: <language>/<kind>.txt and .html. It is declared in "<target>_mails.hpp", which the target
# finds; with HEADER, for a target with several folders, in "<name>.hpp". The target has to link
# coffeeauth::coffeeauth. A file that changes makes the build configure itself. Kinds named under NOTICES only tell
# somebody what was done (MailKind::is_notice).
function(coffeeauth_embed_mails target folder)
  cmake_parse_arguments(ARG "" "NAMESPACE;HEADER" "NOTICES" ${ARGN})
  if(NOT ARG_NAMESPACE)
    message(FATAL_ERROR "coffeeauth_embed_mails(${target} ${folder}): NAMESPACE is missing")
  endif()
  if(NOT ARG_HEADER)
    set(ARG_HEADER ${target}_mails)
  endif()
  cmake_path(ABSOLUTE_PATH folder)
  set(made ${CMAKE_CURRENT_BINARY_DIR}/${ARG_HEADER})
  set(header
"// Made by coffeeauth_embed_mails().
#pragma once
#include <vector>

#include \"coffeeauth/mail_templates.hpp\"

namespace ${ARG_NAMESPACE} {

/// The mails of a folder, for make_default_templates().
[[nodiscard]] std::vector<coffeeauth::MailKind> mail_kinds();

}  // namespace ${ARG_NAMESPACE}
")
  coffeeauth_write_changed(${made}/${ARG_HEADER}.hpp "${header}")
  coffeeauth_write_mails(${made}/${ARG_HEADER}.cpp FOLDER ${folder} NAMESPACE ${ARG_NAMESPACE}
    FUNCTION mail_kinds HEADER ${ARG_HEADER}.hpp NOTICES ${ARG_NOTICES})
  target_sources(${target} PRIVATE ${made}/${ARG_HEADER}.cpp)
  target_include_directories(${target} PRIVATE ${made})
endfunction()

# coffeeauth_write_mails(<output> FOLDER <folder> NAMESPACE <namespace> FUNCTION <name> HEADER <header>
#                        [NOTICES <kind>...] [PARTS <function>=<file>...])
#
# Writes a source that defines <namespace>::<name>(), and for each of PARTS a function that returns one file.
function(coffeeauth_write_mails output)
  cmake_parse_arguments(ARG "" "FOLDER;NAMESPACE;FUNCTION;HEADER" "NOTICES;PARTS" ${ARGN})
  file(GLOB files CONFIGURE_DEPENDS RELATIVE ${ARG_FOLDER} ${ARG_FOLDER}/*/*.txt ${ARG_FOLDER}/*/*.html)
  if(NOT files)
    message(FATAL_ERROR "There are no mails <language>/<kind>.txt in ${ARG_FOLDER}")
  endif()
  list(SORT files)
  set(kinds)
  foreach(file IN LISTS files)
    if(NOT file MATCHES "^([a-z]+)/([a-z0-9_]+)\\.(txt|html)$")
      message(FATAL_ERROR "${ARG_FOLDER}/${file}: mails are <language>/<kind>.txt and .html, in lower case")
    endif()
    if(CMAKE_MATCH_3 STREQUAL "html" AND NOT "${CMAKE_MATCH_1}/${CMAKE_MATCH_2}.txt" IN_LIST files)
      message(FATAL_ERROR "${ARG_FOLDER}/${file} has no ${CMAKE_MATCH_2}.txt beside it")
    endif()
    list(APPEND kinds ${CMAKE_MATCH_2})
  endforeach()
  list(REMOVE_DUPLICATES kinds)
  list(SORT kinds)
  foreach(kind IN LISTS ARG_NOTICES)
    if(NOT kind IN_LIST kinds)
      message(FATAL_ERROR "NOTICES: there is no mail ${kind} in ${ARG_FOLDER}")
    endif()
  endforeach()

  set(rows "")
  foreach(kind IN LISTS kinds)
    string(APPEND rows "      {.name = \"${kind}\",\n       .words = {\n")
    foreach(file IN LISTS files)
      if(NOT file MATCHES "^([a-z]+)/${kind}\\.txt$")
        continue()
      endif()
      set(language ${CMAKE_MATCH_1})
      coffeeauth_literal_of(text ${ARG_FOLDER}/${file})
      set(html "{}")
      if("${language}/${kind}.html" IN_LIST files)
        coffeeauth_literal_of(html ${ARG_FOLDER}/${language}/${kind}.html)
      endif()
      string(APPEND rows
        "           {.language = \"${language}\",\n            .text = ${text},\n            .html = ${html}},\n")
    endforeach()
    set(notice "")
    if(kind IN_LIST ARG_NOTICES)
      set(notice ",\n       .is_notice = true")
    endif()
    string(APPEND rows "       }${notice}},\n")
  endforeach()

  set(parts "")
  foreach(part IN LISTS ARG_PARTS)
    string(REGEX MATCH "^([^=]+)=(.*)$" part "${part}")
    set(function ${CMAKE_MATCH_1})
    coffeeauth_literal_of(text ${CMAKE_MATCH_2})
    string(APPEND parts "\nstd::string_view ${function}() noexcept {\n  return ${text};\n}\n")
  endforeach()
  set(source
"// Made of ${ARG_FOLDER} by CoffeeauthMails.cmake.
#include \"${ARG_HEADER}\"

namespace ${ARG_NAMESPACE} {

std::vector<coffeeauth::MailKind> ${ARG_FUNCTION}() {
  return {
${rows}  };
}
${parts}
}  // namespace ${ARG_NAMESPACE}
")
  coffeeauth_write_changed(${output} "${source}")
endfunction()

# The text of a file as a C++ literal; the build depends on it.
function(coffeeauth_literal_of variable file)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${file})
  file(READ ${file} text)
  # Compilers need not take more than 65,536 characters at once.
  string(LENGTH "${text}" length)
  string(FIND "${text}" ")mail\"" end)
  if(length GREATER 60000 OR NOT end EQUAL -1)
    message(FATAL_ERROR "${file} cannot be embedded: it is longer than 60,000 characters, or holds )mail\"")
  endif()
  set(${variable} "R\"mail(${text})mail\"" PARENT_SCOPE)
endfunction()

# Leaves the file alone where it says so already, so that nothing is compiled again.
function(coffeeauth_write_changed file text)
  set(before "")
  if(EXISTS ${file})
    file(READ ${file} before)
  endif()
  if(NOT before STREQUAL text)
    file(WRITE ${file} "${text}")
  endif()
endfunction()

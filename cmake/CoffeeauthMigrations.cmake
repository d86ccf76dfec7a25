# coffeeauth_embed_migrations(<target> <feature> <folder>)
#
# Builds the migrations of one feature, or of your own tables, into <target>: the files
# <folder>/sqlite/NNNN_name.sql and <folder>/postgresql/NNNN_name.sql, numbered from 0001 without a gap.
# A folder that is not there is a database the feature does not serve. <folder> is seen from the current
# source folder.
#
# <target>, which must be made in the same CMakeLists.txt and linked with coffeeauth::sql, can then
#   #include "<feature>_migrations.hpp"
# and hand coffeeauth::sql::<feature>_migrations() to the options of a SQL store.
function(coffeeauth_embed_migrations target feature folder)
  if(NOT feature MATCHES "^[a-z][a-z0-9_]*$")
    message(FATAL_ERROR "coffeeauth_embed_migrations: '${feature}' is not a name of a-z, 0-9 and _")
  endif()
  cmake_path(ABSOLUTE_PATH folder BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR})
  file(GLOB sqlite CONFIGURE_DEPENDS ${folder}/sqlite/*.sql)
  file(GLOB postgresql CONFIGURE_DEPENDS ${folder}/postgresql/*.sql)
  if(NOT sqlite AND NOT postgresql)
    message(FATAL_ERROR "coffeeauth_embed_migrations: no sqlite/*.sql and no postgresql/*.sql in ${folder}")
  endif()
  set(made ${CMAKE_CURRENT_BINARY_DIR}/coffeeauth_migrations)
  set(script ${CMAKE_CURRENT_FUNCTION_LIST_DIR}/embed_migrations.cmake)
  file(CONFIGURE OUTPUT ${made}/${feature}_migrations.hpp @ONLY CONTENT
[[// Made by coffeeauth_embed_migrations().
#pragma once
#include "coffeeauth/sql/migrations.hpp"

namespace coffeeauth::sql {

RoomMigrations @feature@_migrations();

}  // namespace coffeeauth::sql
]])
  add_custom_command(
    OUTPUT ${made}/${feature}_migrations.cpp
    COMMAND ${CMAKE_COMMAND} -D FEATURE=${feature} -D "SQLITE=${sqlite}" -D "POSTGRESQL=${postgresql}"
            -D OUTPUT=${made}/${feature}_migrations.cpp -P ${script}
    DEPENDS ${sqlite} ${postgresql} ${script}
    VERBATIM)
  target_sources(${target} PRIVATE ${made}/${feature}_migrations.cpp)
  target_include_directories(${target} PRIVATE ${made})
endfunction()

# Makes a C++ source of the migrations of one feature, so that the program needs no files beside it.
#   cmake -D FEATURE=<name> -D "SQLITE=<a.sql;b.sql>" -D "POSTGRESQL=<...>" -D OUTPUT=<x.cpp>
#         -P embed_migrations.cmake

# rows_of(<variable> <file>...): in order; a number is given once and never again.
function(rows_of variable)
  set(rows "")
  set(count 0)
  foreach(file IN LISTS ARGN)
    math(EXPR count "${count} + 1")
    get_filename_component(name ${file} NAME_WE)
    if(NOT name MATCHES "^[0-9][0-9][0-9][0-9]_[A-Za-z0-9_]+$")
      message(FATAL_ERROR "migration ${file} should be called NNNN_name.sql")
    endif()
    string(SUBSTRING ${name} 0 4 number)
    string(REGEX REPLACE "^0+" "" version "${number}")
    if(NOT version EQUAL count)
      message(FATAL_ERROR "migration ${file} should be number ${count}")
    endif()
    file(READ ${file} text)
    if(text MATCHES "\\)sql\"")
      message(FATAL_ERROR "migration ${file} holds )sql\", which ends a text of C++")
    endif()
    string(APPEND rows "      {${version}, \"${name}\", R\"sql(${text})sql\"},\n")
  endforeach()
  set(${variable} "${rows}" PARENT_SCOPE)
endfunction()

rows_of(sqlite ${SQLITE})
rows_of(postgresql ${POSTGRESQL})
file(WRITE ${OUTPUT}
"// Made by coffeeauth_embed_migrations().
#include \"${FEATURE}_migrations.hpp\"

namespace coffeeauth::sql {

RoomMigrations ${FEATURE}_migrations() {
  RoomMigrations room{\"${FEATURE}\", {}, {}};
  room.sqlite = {
${sqlite}  };
  room.postgresql = {
${postgresql}  };
  return room;
}

}  // namespace coffeeauth::sql
")

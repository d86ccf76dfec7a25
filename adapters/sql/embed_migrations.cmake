# Makes a C++ source of the migrations, so that the program needs no files beside it.
#   cmake -D FUNCTION=<name> -D "FILES=<a.sql;b.sql>" -D OUTPUT=<x.cpp> -P embed_migrations.cmake
set(rows "")
set(count 0)
foreach(file IN LISTS FILES)
  math(EXPR count "${count} + 1")
  get_filename_component(name ${file} NAME_WE)
  string(REGEX MATCH "^[0-9]+" number ${name})
  string(REGEX REPLACE "^0+" "" version "${number}")
  if(NOT version EQUAL count)
    message(FATAL_ERROR "migration ${name} should be number ${count}")
  endif()
  file(SHA256 ${file} checksum)
  file(READ ${file} text)
  string(APPEND rows "    {${version}, \"${name}\",\n     \"${checksum}\",\n     R\"sql(${text})sql\"},\n")
endforeach()
file(WRITE ${OUTPUT}
"// Made from the files in migrations/ by embed_migrations.cmake.
#include \"adapters/sql/src/migrator.hpp\"

namespace coffeeauth::sql {
namespace {
constexpr Migration migrations[] = {
${rows}};
}  // namespace

std::span<const Migration> ${FUNCTION}() noexcept { return migrations; }

}  // namespace coffeeauth::sql
")

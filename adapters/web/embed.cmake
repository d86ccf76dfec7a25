# Makes a C++ file with the gzipped contents of FILES in it; each has a SHA-256 of its own for its ETag.
#   cmake -D FILES=a;b -D FOLDER=where the .gz go -D OUTPUT=assets.cpp -P embed.cmake
set(blobs "")
set(table "")
set(index 0)
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  # ReDoc shows a picture of its maker from the internet; it has to do without.
  if(name STREQUAL "redoc.standalone.js")
    file(READ ${file} text)
    string(REPLACE "https://cdn.redoc.ly/redoc/logo-mini.svg" "data:," text "${text}")
    string(FIND "${text}" "cdn.redoc.ly" left)
    if(NOT left EQUAL -1)
      message(FATAL_ERROR "ReDoc asks another host than before: look at embed.cmake")
    endif()
    file(WRITE ${FOLDER}/${name} "${text}")
    set(file ${FOLDER}/${name})
  endif()
  file(SHA256 ${file} hash)
  string(SUBSTRING ${hash} 0 32 hash)
  execute_process(COMMAND gzip -9 -n -c ${file} OUTPUT_FILE ${FOLDER}/${name}.gz
                  COMMAND_ERROR_IS_FATAL ANY)
  string(APPEND blobs "asm(\".section .rodata\\n.global coffeeauth_asset_${index}\\n"
    ".global coffeeauth_asset_${index}_end\\ncoffeeauth_asset_${index}:\\n"
    ".incbin \\\"${FOLDER}/${name}.gz\\\"\\ncoffeeauth_asset_${index}_end:\\n.byte 0\\n.previous\");\n"
    "extern \"C\" const char coffeeauth_asset_${index}[];\n"
    "extern \"C\" const char coffeeauth_asset_${index}_end[];\n")
  string(APPEND table "      {\"${name}\", \"\\\"${hash}\\\"\", {coffeeauth_asset_${index}, "
    "coffeeauth_asset_${index}_end}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made by embed.cmake.\n#include \"assets.hpp\"\n\n${blobs}\n"
  "namespace coffeeauth::web {\n\nconst std::vector<Asset>& assets() {\n"
  "  static const std::vector<Asset> all{\n${table}  };\n  return all;\n}\n\n"
  "}  // namespace coffeeauth::web\n")

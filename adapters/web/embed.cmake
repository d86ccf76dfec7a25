# Makes a C++ file with the contents of FILES in it, plain and gzipped, so that nothing is inflated when it is
# asked for; each has a SHA-256 of its own for its ETags.
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
  foreach(form IN ITEMS plain gzipped)
    if(form STREQUAL "gzipped")
      set(content ${FOLDER}/${name}.gz)
    else()
      set(content ${file})
    endif()
    set(symbol coffeeauth_asset_${index}_${form})
    string(APPEND blobs "asm(\".section .rodata\\n.global ${symbol}\\n.global ${symbol}_end\\n${symbol}:\\n"
      ".incbin \\\"${content}\\\"\\n${symbol}_end:\\n.byte 0\\n.previous\");\n"
      "extern \"C\" const char ${symbol}[];\nextern \"C\" const char ${symbol}_end[];\n")
  endforeach()
  string(APPEND table "      {\"${name}\", \"${hash}\",\n       {coffeeauth_asset_${index}_plain, "
    "coffeeauth_asset_${index}_plain_end},\n       {coffeeauth_asset_${index}_gzipped, "
    "coffeeauth_asset_${index}_gzipped_end}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made by embed.cmake.\n#include \"assets.hpp\"\n\n${blobs}\n"
  "namespace coffeeauth::web {\n\nconst std::vector<Asset>& assets() {\n"
  "  static const std::vector<Asset> all{\n${table}  };\n  return all;\n}\n\n"
  "}  // namespace coffeeauth::web\n")

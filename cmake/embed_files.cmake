# Makes a C++ file with the contents of FILES, which lie in FOLDER, octet by octet: any compiler takes it, and any file.
#   cmake -D FOLDER=... -D FILES=a;b/c -D NAMESPACE=... -D HEADER=... -D OUTPUT=... -P embed_files.cmake
set(contents "")
set(rows "")
set(index 0)
foreach(file IN LISTS FILES)
  file(READ ${FOLDER}/${file} octets HEX)
  string(LENGTH "${octets}" digits)
  math(EXPR size "${digits} / 2")
  string(REGEX REPLACE "(..)" "'\\\\x\\1'," octets "${octets}")
  string(REPEAT "." 112 line)
  string(REGEX REPLACE "(${line})" "\\1\n    " octets "${octets}")
  # The zero at the end is for files that are empty.
  string(APPEND contents "// ${file}\nconstexpr char contents_${index}[] = {\n    ${octets}'\\0'};\n")
  string(APPEND rows "    {\"${file}\", {contents_${index}, ${size}}},\n")
  math(EXPR index "${index} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made of ${FOLDER} by embed_files.cmake.
#include \"${HEADER}\"

#include <stdexcept>
#include <string>
#include <utility>

namespace ${NAMESPACE} {
namespace {

${contents}
constexpr std::pair<std::string_view, std::string_view> all_files[] = {
${rows}};

}  // namespace

std::string_view file(std::string_view path) {
  for (const auto& [known, text] : all_files) {
    if (known == path) return text;
  }
  throw std::out_of_range{\"no embedded file \" + std::string{path}};
}

}  // namespace ${NAMESPACE}
")

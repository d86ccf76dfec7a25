# What vcpkg gives to a port, as far as docs/packaging/vcpkg needs it, so that the port can be tried without it:
# configures the build with what the port asks for.
#   cmake -D PORT_FOLDER=<folder> -D FEATURES=<list> -D WORK=<folder> -P vcpkg_stub.cmake
cmake_minimum_required(VERSION 3.25)
set(PORT coffeeauth)
set(CURRENT_PACKAGES_DIR ${WORK}/packages)

function(vcpkg_check_features)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" OUT_FEATURE_OPTIONS FEATURES)
  set(options)
  while(ARG_FEATURES)
    list(POP_FRONT ARG_FEATURES feature variable)
    set(on OFF)
    if(feature IN_LIST FEATURES)
      set(on ON)
    endif()
    list(APPEND options -D${variable}=${on})
  endwhile()
  set(${ARG_OUT_FEATURE_OPTIONS} ${options} PARENT_SCOPE)
endfunction()

function(vcpkg_find_acquire_program name)
  find_program(program pkg-config REQUIRED)
  set(${name} ${program} PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
  cmake_parse_arguments(PARSE_ARGV 0 ARG "" SOURCE_PATH "OPTIONS;MAYBE_UNUSED_VARIABLES")
  execute_process(
    COMMAND ${CMAKE_COMMAND} -S ${ARG_SOURCE_PATH} -B ${WORK}/build -G Ninja ${ARG_OPTIONS}
    OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE status)
  if(status)
    message(FATAL_ERROR "${output}")
  endif()
  # An option that the project does not know is a warning of CMake's.
  string(REGEX MATCH "not used by the project:[^-]*" unused "${output}")
  foreach(variable IN LISTS ARG_MAYBE_UNUSED_VARIABLES ITEMS "not used by the project:")
    string(REPLACE "${variable}" "" unused "${unused}")
  endforeach()
  string(STRIP "${unused}" unused)
  if(unused)
    message(FATAL_ERROR "options that mean nothing: ${unused}")
  endif()
endfunction()

foreach(name IN ITEMS vcpkg_cmake_install vcpkg_cmake_config_fixup vcpkg_fixup_pkgconfig vcpkg_install_copyright)
  cmake_language(EVAL CODE "function(${name})\nendfunction()")
endforeach()

include(${PORT_FOLDER}/portfile.cmake)

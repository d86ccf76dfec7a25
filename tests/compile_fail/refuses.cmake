# cmake -D COMPILER=... -D "INCLUDE=<folders>" -D SOURCE=... -D MESSAGE=<regex, or empty for "compiles"> -P refuses.cmake
# The plain quotes of the C locale, whatever the one of the machine.
set(ENV{LC_ALL} C)
list(TRANSFORM INCLUDE PREPEND -I)
execute_process(
  COMMAND ${COMPILER} -std=c++20 -Wall -Wextra -Werror -fsyntax-only ${INCLUDE} ${SOURCE}
  RESULT_VARIABLE result ERROR_VARIABLE errors OUTPUT_VARIABLE errors)
if(MESSAGE STREQUAL "")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "the control does not compile:\n${errors}")
  endif()
elseif(result EQUAL 0)
  message(FATAL_ERROR "it compiles")
elseif(NOT errors MATCHES "error: [^\n]*(${MESSAGE})")
  message(FATAL_ERROR "it is refused for another reason:\n${errors}")
endif()

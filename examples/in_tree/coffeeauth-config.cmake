# What find_package(coffeeauth) of the examples finds inside the project: the targets that are there already.
foreach(component IN LISTS coffeeauth_FIND_COMPONENTS)
  if(NOT TARGET coffeeauth::${component})
    set(coffeeauth_FOUND FALSE)
    set(coffeeauth_NOT_FOUND_MESSAGE "This build has no ${component}.")
  endif()
endforeach()

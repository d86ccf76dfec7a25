# What every room of features/ has, so that its CMakeLists.txt says only what is special about it.
# See docs/decisions/0038-rooms-for-features.md.

# coffeeauth_feature(<name> HEADERS ... SOURCES ... [LINKS ...] [PRIVATE_LINKS ...] [NOTICES <kind>...]
#                    [MEMORY ... SQL ... CONTRACT ...] [SENDERS ... SENDER_HEADERS ...])
#
# Makes the libraries of the room in this folder, those for which this build has the adapters:
#   coffeeauth::<name>            the service, with the mails of mails/; over the core, unless LINKS says what else
#   coffeeauth::<name>_memory     its port over the memory store, which memory.hpp declares
#   coffeeauth::<name>_sql        its port in SQL, with the tables of sql/migrations: sql.hpp
#   coffeeauth::<name>_contracts  the suite that any implementation of the port must pass: contract.hpp
#   coffeeauth::<name>_standard   standard/bundle.cpp, the room for standard::open(): bundle.hpp
# HEADERS lie in include/coffeeauth/<name>, SOURCES in src; MEMORY, SQL and CONTRACT are sources in the folder of that
# name. All are listed without their folder. NOTICES as for coffeeauth_embed_mails(). A room whose service is still to
# come has neither mails nor standard; one that stores nothing has no port, and so neither MEMORY, SQL nor CONTRACT.
# A room that sends over the network has SENDERS, sources in senders, and their SENDER_HEADERS; where an adapter brings
# what adapters/net is made with, they are
#   coffeeauth::<name>_senders    what delivers the jobs of the room; its bundle uses it
function(coffeeauth_feature name)
  cmake_parse_arguments(ARG "" "" "HEADERS;SOURCES;LINKS;PRIVATE_LINKS;NOTICES;MEMORY;SQL;CONTRACT;SENDERS;SENDER_HEADERS" ${ARGN})
  if(NOT ARG_LINKS)
    set(ARG_LINKS coffeeauth::core)
  endif()
  set(public include/coffeeauth/${name})
  list(TRANSFORM ARG_HEADERS PREPEND ${public}/)
  list(TRANSFORM ARG_SOURCES PREPEND src/)
  list(TRANSFORM ARG_MEMORY PREPEND memory/)
  list(TRANSFORM ARG_SQL PREPEND sql/)
  list(TRANSFORM ARG_CONTRACT PREPEND contract/)
  list(TRANSFORM ARG_SENDERS PREPEND senders/)
  list(TRANSFORM ARG_SENDER_HEADERS PREPEND ${public}/)

  coffeeauth_module(${name}
    HEADERS ${ARG_HEADERS} SOURCES ${ARG_SOURCES} LINKS ${ARG_LINKS} PRIVATE_LINKS ${ARG_PRIVATE_LINKS})
  if(EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/mails)
    coffeeauth_embed_mails(coffeeauth_${name} mails NAMESPACE coffeeauth::${name} NOTICES ${ARG_NOTICES})
  endif()
  set(ports coffeeauth::${name})
  if(ARG_MEMORY)
    set(ports coffeeauth::${name}_memory coffeeauth::${name}_sql)
    coffeeauth_module(${name}_memory
      HEADERS ${public}/memory.hpp SOURCES ${ARG_MEMORY} LINKS coffeeauth::${name} coffeeauth::memory)
  endif()
  if(TARGET coffeeauth_sql AND ARG_SQL)
    coffeeauth_module(${name}_sql
      HEADERS ${public}/sql.hpp SOURCES ${ARG_SQL} LINKS coffeeauth::${name} coffeeauth::sql)
    coffeeauth_embed_migrations(coffeeauth_${name}_sql ${name} sql/migrations)
  endif()
  if(TARGET coffeeauth_contracts AND ARG_CONTRACT)
    # Static whatever the others are: the consumer's program has doctest's own implementation.
    coffeeauth_module(${name}_contracts STATIC
      HEADERS ${public}/contract.hpp SOURCES ${ARG_CONTRACT} LINKS coffeeauth::${name} coffeeauth::contracts)
  endif()
  # Before the bundle, which needs it.
  set(senders)
  if(ARG_SENDERS AND TARGET coffeeauth_smtp)
    set(senders coffeeauth::${name}_senders)
    coffeeauth_find_dependencies(${name}_senders)
    coffeeauth_module(${name}_senders
      HEADERS ${ARG_SENDER_HEADERS} SOURCES ${ARG_SENDERS}
      LINKS coffeeauth::${name} PRIVATE_LINKS OpenSSL::Crypto PARTS net PKG_CONFIG libcrypto)
  endif()
  if(TARGET coffeeauth_standard AND EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/standard)
    coffeeauth_module(${name}_standard
      HEADERS ${public}/bundle.hpp
      SOURCES standard/bundle.cpp
      LINKS ${ports} coffeeauth::standard ${senders})
  endif()
endfunction()

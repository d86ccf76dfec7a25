# coffeeauth_embed_migrations(), for tables of one's own.
include(${CMAKE_CURRENT_LIST_DIR}/../CoffeeauthMigrations.cmake)
find_dependency(Poco COMPONENTS Foundation Data DataSQLite)
find_dependency(SQLite3)
if(coffeeauth_SQL_POSTGRESQL)
  find_dependency(PostgreSQL)
  if(NOT TARGET PostgreSQL::client)
    # Poco's own files of CMake name the client library so, and do not look for it.
    add_library(PostgreSQL::client INTERFACE IMPORTED)
    target_link_libraries(PostgreSQL::client INTERFACE PostgreSQL::PostgreSQL)
  endif()
  find_dependency(Poco COMPONENTS DataPostgreSQL)
endif()

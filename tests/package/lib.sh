# Sourced by the scripts beside it: how an installed coffeeauth is used from outside the project.

project=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

# Runs what is said, and shows what it printed only if it fails.
quietly() {
  local log
  log=$(mktemp)
  if ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    rm -f "$log"
    return 1
  fi
  rm -f "$log"
}

# build_example <prefix> <work folder> <name>: builds a copy of an example that lies outside the project,
# as strictly as a consumer may build.
build_example() {
  local prefix=$1 folder=$2/$3
  rm -rf "$folder"
  mkdir -p "$folder"
  cp -r "$project/examples/$3" "$folder/source"
  quietly cmake -S "$folder/source" -B "$folder/build" -G Ninja -DCMAKE_BUILD_TYPE=Debug \
    -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_NO_SYSTEM_FROM_IMPORTED=ON \
    -DCMAKE_CXX_FLAGS="-Wall -Wextra -Wpedantic -Werror" &&
    quietly cmake --build "$folder/build"
}

# Sourced by the scripts beside it: where the project is, and how its packages get installed.

cd "$(dirname "${BASH_SOURCE[0]}")/.."
export CMAKE_CXX_COMPILER_LAUNCHER=ccache
# ccache takes a precompiled header only when it may pass over what __TIME__ would be in it.
export CCACHE_SLOPPINESS=${CCACHE_SLOPPINESS:-pch_defines,time_macros,include_file_mtime,include_file_ctime}

say() { printf '\033[1m==>\033[0m %s\n' "$*" >&2; }

fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

# Names the packages of the given groups that are not installed.
missing_packages() {
  local groups=" $* " group package
  local wanted=()
  while read -r group package; do
    [[ $groups == *" $group "* ]] || continue
    [[ $package == nodejs ]] && command -v node >/dev/null && continue
    [[ $package == npm ]] && command -v npm >/dev/null && continue
    wanted+=("$package")
  done < <(grep -v '^#' scripts/packages)
  # One that dpkg has never heard of is not in its answer, so the answer is taken from the wanted.
  dpkg-query -W -f '${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null |
    awk -v wanted="${wanted[*]}" '
      $2 == "installed" { there[$1] = 1 }
      END { n = split(wanted, w, " "); for (i = 1; i <= n; i++) if (!(w[i] in there)) print w[i] }'
}

# Installs what is missing of the given groups of scripts/packages; asks apt nothing otherwise.
install_packages() {
  local missing as_root=()
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  command -v apt-get >/dev/null ||
    fail "this needs Debian 12, or these packages by other means: ${missing[*]}"
  if ((EUID != 0)); then
    command -v sudo >/dev/null || fail "become root, or install sudo, to install: ${missing[*]}"
    as_root=(sudo)
  fi
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -q >&2 || fail "apt-get update failed"
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -q --no-install-recommends "${missing[@]}" >&2 ||
    fail "apt-get could not install all of: ${missing[*]}"
  # The tests start servers of their own; those that the packages start are not wanted.
  local service
  for service in redis-server postgresql nginx haproxy; do
    if [[ " ${missing[*]} " == *" $service"* && -d /run/systemd/system ]]; then
      "${as_root[@]}" systemctl disable --now --quiet "$service" >&2 || true
    fi
  done
}

# Configures a preset when its build folder is new or the presets have changed, then builds it.
#   build <preset> [target...]
build() {
  local preset=$1 folder=build/$1
  shift
  if [[ ! -f $folder/build.ninja || CMakePresets.json -nt $folder/build.ninja ]]; then
    say "configuring $folder"
    cmake --preset "$preset" >&2 || return
  fi
  say "building $folder"
  cmake --build "$folder" ${1:+--target "$@"} >&2
}

# The program of a preset.
program_of() { printf '%s\n' "build/$1/adapters/server/coffeeauth"; }

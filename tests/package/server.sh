# Sourced by the scripts in expect/ for programs that serve HTTP and print their mails: talks to them.

folder=$(mktemp -d)
server=
# Ends the program, which must have nothing to say against that (a sanitizer's finding, say).
finish() {
  local status=$?
  trap - EXIT
  if [[ -n $server ]]; then
    exec 7>&-
    [[ -z ${stop_signal:-} ]] || kill -"$stop_signal" "$server" 2>/dev/null || true
    for _ in {1..300}; do
      kill -0 "$server" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$server" 2>/dev/null || true
    wait "$server" || {
      status=1
      cat "$folder/output" >&2
    }
  fi
  rm -rf "$folder"
  exit "$status"
}
trap finish EXIT

# start <program> [arguments]: runs it until the script ends; it prints its URL first. The end of its input stops
# it; with $stop_signal it has no input and gets that signal.
start() {
  if [[ -n ${stop_signal:-} ]]; then
    "$@" </dev/null >"$folder/output" 2>&1 &
    server=$!
  else
    mkfifo "$folder/input"
    "$@" <"$folder/input" >"$folder/output" 2>&1 &
    server=$!
    exec 7>"$folder/input"
  fi
  for _ in {1..300}; do
    base=$(grep -oE 'http://127\.0\.0\.1:[0-9]+' "$folder/output" | head -n 1) && return
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  return 1
}

# expect <status> <method> <path> <body> [<token>]: leaves the body of the answer in $answer, and its
# fields in $folder/head. Asks for $language, where that is set.
expect() {
  local status options=()
  [[ -z $4 ]] || options+=(--data-binary @-)
  [[ -z ${5:-} ]] || options+=(-H "Authorization: Bearer $5")
  [[ -z ${language:-} ]] || options+=(-H "Accept-Language: $language")
  status=$(curl -sS -m 60 -D "$folder/head" -o "$folder/answer" -w '%{http_code}' -X "$2" "$base$3" \
    -H 'Content-Type: application/json' -H 'Expect:' "${options[@]}" <<<"$4")
  answer=$(tr -d '\0' <"$folder/answer")
  [[ $status == "$1" ]] || {
    printf '%s %s: %s and not %s\n%s\n' "$2" "$3" "$status" "$1" "$answer" >&2
    return 1
  }
}

# answered <regular expression>: so does the last answer, its fields included.
answered() {
  cat "$folder/head" "$folder/answer" | tr -d '\0' | grep -iE "$1" >/dev/null || {
    printf 'not in the answer: %s\n' "$1" >&2
    cat "$folder/head" "$folder/answer" >&2
    return 1
  }
}

# sign_up <address> <password>: leaves the code, out of the printed mail, in $code.
sign_up() {
  local before
  before=$(grep -cE '^[0-9]{6}' "$folder/output" || true)
  expect 201 POST /api/auth/signup "{\"email\": \"$1\", \"password\": \"$2\"}"
  for _ in {1..300}; do
    code=$(grep -oE '^[0-9]{6}' "$folder/output" | tail -n +$((before + 1)) | grep .) && return
    sleep 0.1
  done
  echo "no code came for $1" >&2
  return 1
}

# verify <address> [<status>]: with $code.
verify() { expect "${2:-200}" POST /api/auth/verify "{\"email\": \"$1\", \"code\": \"$code\"}"; }

# log_in <address> <password>: prints the access token.
log_in() {
  expect 200 POST /api/auth/login "{\"email\": \"$1\", \"password\": \"$2\"}"
  sed -E 's/.*"access_token":"([^"]+)".*/\1/' <<<"$answer"
}

# mail_for <address> <regular expression>: waits for a mail in the folder $mails whose text has it, and leaves
# that text in $text.
mail_for() {
  local mail
  for _ in {1..300}; do
    for mail in "$mails"/*.eml; do
      grep -qsiE "^To:.*$1" "$mail" || continue
      # As it is, or quoted-printable.
      text=$(tr -d '\r' <"$mail" | sed -n '/^Content-Type: text\/plain/,/^--/p' |
        perl -0pe 'if (/^Content-Transfer-Encoding: quoted/m) { s/=\n//g; s/=([0-9A-F]{2})/chr hex $1/ge }')
      ! grep -qE "$2" <<<"$text" || return 0
    done
    sleep 0.1
  done
  echo "no mail for $1 says $2" >&2
  return 1
}

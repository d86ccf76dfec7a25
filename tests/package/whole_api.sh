# Sourced by the scripts in expect/ for examples that mount the API: drives it, with $base set.

ada=ada@example.com password='plum tart & 47 spoons'
sign_up "$ada" "$password"
expect 400 POST /api/auth/login "{\"email\": \"$ada\", \"password\": \"$password\"}"
answered '"code":"email_not_verified"'
verify "$ada"
token=$(log_in "$ada" "$password")
expect 200 GET /api/me '' "$token"
answered "\"email\":\"$ada\""
answered '^etag: '
# A query, and a PATCH with a body.
expect 403 GET '/api/users?page=1' '' "$token"
expect 200 PATCH /api/me '{"first_name": "Ada"}' "$token"
answered '"first_name":"Ada"'

expect 401 GET /api/me ''
answered '^www-authenticate: Bearer'
expect 404 GET /nowhere ''
answered '^content-type: application/problem\+json'
answered '"code":"not_found"'
expect 405 DELETE /api/auth/login ''
answered '^allow: .*POST'
answered '"code":"method_not_allowed"'
expect 413 POST /api/auth/login "$(head -c 70000 /dev/zero | tr '\0' x)"
answered '"code":"payload_too_large"'
# The length of a body that is not sent.
curl -sS -m 60 --head "$base/.well-known/jwks.json" -o "$folder/head"
grep -qiE '^content-length: [1-9]' "$folder/head"

#!/bin/sh
# Brings kong_db to this image's Kong and kong.yml, before Kong starts. Run by connect.sh:
#   sh connect.sh sh migrate.sh
# Every step may run twice, or at the same time in two tasks. It ends with 0 only when everything is done.
set -eu

folder=${0%/*}
configuration=/etc/kong/kong.yml
authorities=/etc/kong/rds-ca.pem
# Fargate waits three minutes for this container.
rounds=6
pause_seconds=5

tell() {
  printf 'landfall: %s\n' "$1"
}

refuse() {
  printf 'landfall: %s\n' "$1" >&2
  exit 1
}

# Ends with 0 exactly when the schema is this Kong's. Its list of migrations is of no interest, its errors are.
is_migrated() {
  kong migrations list >/dev/null
}

# Each does nothing where it has nothing to do, or where another task holds Kong's lock: the list says whether it is done.
migrate() {
  kong migrations bootstrap || true
  kong migrations up || true
  kong migrations finish || true
}

round=1
until is_migrated; do
  [ "$round" -le "$rounds" ] || refuse 'kong_db could not be migrated. What Kong says stands above.'
  tell "kong_db needs migrations (round $round of $rounds)"
  [ "$round" -eq 1 ] || sleep "$pause_seconds"
  migrate
  round=$((round + 1))
done

# Two tasks that insert the same rows at the same time can refuse each other once.
round=1
until kong config db_import "$configuration"; do
  [ "$round" -lt 3 ] || refuse 'kong.yml could not be imported into kong_db. What Kong says stands above.'
  sleep "$pause_seconds"
  round=$((round + 1))
done

# The import adds and changes, it never removes. Only now, when all that is new is there, goes what is no longer wanted.
# The directives are those that Kong's own commands run with.
resty=/usr/local/openresty/bin/resty
[ -x "$resty" ] || resty=resty
"$resty" --http-conf "lua_ssl_trusted_certificate $authorities; lua_ssl_verify_depth ${KONG_LUA_SSL_VERIFY_DEPTH:-1};" \
  "$folder/prune.lua" "$folder" "$configuration" ||
  refuse 'What kong.yml no longer has could not be removed from kong_db. The reason stands above.'

tell 'kong_db has the schema of this Kong and the configuration of this image'

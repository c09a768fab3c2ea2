#!/bin/sh
# Takes DATABASE_URL apart into Kong's settings, then becomes the command that it is given:
#   sh connect.sh COMMAND [ARGUMENT]...
# Nothing here prints the URL or a part of it, and the command does not get it.
set -eu

refuse() {
  printf 'landfall: %s\n' "$1" >&2
  exit 1
}

case ${DATABASE_URL:-} in
  '') refuse 'DATABASE_URL is not set: the task definition injects it from the secret of kong.' ;;
  postgres://?*:?*@?*/?* | postgresql://?*:?*@?*/?*) ;;
  *) refuse 'DATABASE_URL is not of the form postgres://USER:PASSWORD@HOST:PORT/DATABASE.' ;;
esac

rest=${DATABASE_URL#*://}
credentials=${rest%%@*}
rest=${rest#*@}
address=${rest%%/*}
database=${rest#*/}

KONG_PG_USER=${credentials%%:*}
KONG_PG_PASSWORD=${credentials#*:}
KONG_PG_HOST=${address%%:*}
case $address in
  *:*) KONG_PG_PORT=${address##*:} ;;
  *) KONG_PG_PORT=5432 ;;
esac
KONG_PG_DATABASE=${database%%\?*}

# Required: without it a server, or whoever stands before it, could decline TLS and get the password in the clear.
KONG_PG_SSL=on
KONG_PG_SSL_REQUIRED=on
KONG_PG_SSL_VERIFY=on

export KONG_PG_USER KONG_PG_PASSWORD KONG_PG_HOST KONG_PG_PORT KONG_PG_DATABASE
export KONG_PG_SSL KONG_PG_SSL_REQUIRED KONG_PG_SSL_VERIFY
unset DATABASE_URL rest credentials address database

exec "$@"

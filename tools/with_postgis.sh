#!/usr/bin/env bash
# Run a command with a PostgreSQL and PostGIS of its own: tools/with_postgis.sh make test
# A cluster in a temporary folder, on a Unix socket and one loopback port, gone when the command ends.
# Where that is not possible the command runs without, and the tests that need a server are skipped by name.
set -euo pipefail

without() {
  echo "with_postgis: $1; tests marked postgis are skipped" >&2
  shift
  exec "$@"
}

[ "$#" -gt 0 ] || { echo "usage: $0 COMMAND [ARGUMENT…]" >&2; exit 2; }
[ -z "${HONGXIAN_TEST_POSTGIS:-}" ] || exec "$@"

find_bin() {
  local folder
  for folder in /usr/lib/postgresql/*/bin; do
    if [ -x "$folder/initdb" ] && [ -f "/usr/share/postgresql/$(basename "${folder%/bin}")/extension/postgis.control" ]; then
      echo "$folder"
    fi
  done | sort -V | tail -n 1
}

bin=$(find_bin)
if [ -z "$bin" ] && [ "$(id -u)" -eq 0 ] && command -v apt-get >/dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  # The packages' own cluster is not wanted: this script makes one.
  mkdir -p /etc/postgresql-common/createcluster.d
  echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/hongxian.conf
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-postgis; } >/dev/null 2>&1 || true
  bin=$(find_bin)
fi
[ -n "$bin" ] || without "no PostgreSQL with PostGIS (Debian 12: apt-get install postgresql-15-postgis-3)" "$@"

# The server refuses to run as root.
as_server() { if [ "$(id -u)" -eq 0 ]; then (cd / && runuser -u postgres -- "$@"); else "$@"; fi; }

folder=$(mktemp -d)
[ "$(id -u)" -ne 0 ] || chown postgres "$folder"
stop() {
  as_server "$bin/pg_ctl" -D "$folder/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$folder"
}
trap stop EXIT

start() {
  local port=$1
  as_server "$bin/pg_ctl" -D "$folder/data" -l "$folder/log" -w -t 60 \
    -o "-p $port -k $folder -c listen_addresses=127.0.0.1 -c fsync=off -c shared_buffers=32MB" start >/dev/null 2>&1
}

made=yes
as_server "$bin/initdb" -D "$folder/data" -U hongxian -A trust -E UTF8 --locale=C.UTF-8 >"$folder.init" 2>&1 || made=
rm -f "$folder.init"
port=
if [ -n "$made" ]; then
  for try in 54329 54339 54349; do
    if start "$try"; then port=$try; break; fi
  done
fi
if [ -z "$port" ] \
  || ! as_server "$bin/createdb" -h "$folder" -p "$port" -U hongxian hongxian >/dev/null \
  || ! as_server "$bin/psql" -qX -h "$folder" -p "$port" -U hongxian -d hongxian -c 'CREATE EXTENSION postgis' >/dev/null; then
  trap - EXIT
  stop
  without "the cluster did not start" "$@"
fi

export HONGXIAN_TEST_POSTGIS="postgresql://hongxian@127.0.0.1:$port/hongxian"
code=0
"$@" || code=$?
exit "$code"

#!/usr/bin/env bash
# Run a command with a PostgreSQL and PostGIS of its own: tools/with_postgis.sh make test
# A cluster in a temporary folder, on a Unix socket and one loopback port, gone when the command ends.
# Where that is not possible the command runs without, and the tests that need a server are skipped by name.
# With --bench before the command the server is tuned for one large join and named to the benchmark instead
# (benchmarks/README.md).
set -euo pipefail

without() {
  echo "with_postgis: $1; tests marked postgis are skipped" >&2
  shift
  exec "$@"
}

named=HONGXIAN_TEST_POSTGIS
settings=(fsync=off shared_buffers=32MB)
if [ "${1:-}" = --bench ]; then
  shift
  named=HONGXIAN_BENCH_POSTGIS
  # As many processes at the join as the peers have threads, and no compiling: it never pays for one query of geometry.
  # No housekeeping in other engines' turns either (the benchmark analyses its tables itself).
  settings=(fsync=off autovacuum=off checkpoint_timeout=1h synchronous_commit=off full_page_writes=off wal_level=minimal max_wal_senders=0 max_wal_size=4GB
    shared_buffers=2GB effective_cache_size=6GB work_mem=256MB maintenance_work_mem=1GB random_page_cost=1.1 jit=off
    max_worker_processes=4 max_parallel_workers=2 max_parallel_workers_per_gather=2 parallel_leader_participation=off
    min_parallel_table_scan_size=0 parallel_setup_cost=0 parallel_tuple_cost=0)
fi

[ "$#" -gt 0 ] || { echo "usage: $0 [--bench] COMMAND [ARGUMENT…]" >&2; exit 2; }
[ -z "${!named:-}" ] || exec "$@"

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
    -o "-p $port -k $folder -c listen_addresses=127.0.0.1${settings[*]/#/ -c }" start >/dev/null 2>&1
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

export "$named=postgresql://hongxian@127.0.0.1:$port/hongxian"
code=0
"$@" || code=$?
exit "$code"

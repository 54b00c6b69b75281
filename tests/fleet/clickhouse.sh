#!/usr/bin/env bash
# clickhouse.sh - runs a Python program of this folder where there is a clickhouse-server.
# usage: tests/fleet/clickhouse.sh PROGRAM [ARGUMENT...]
#
# One that is installed is taken as it is. Else Debian's package is fetched with what it needs and
# unpacked below build/fleet: installed, it would start a server that nobody asked for. What cannot be
# had is skipped, and says why.
. "$(dirname "$0")/../lint/tap.bash"

root=build/fleet/root
package=clickhouse-server

give_up() { # REASON
    skip "a ClickHouse cluster" "$1"
    tap_end
    exit
}

unpack() {
    local archive
    [ ! -e $root/done ] || return 0
    [ "${DEPS:-}" != no ] || give_up "no $package is installed, and DEPS=no fetches none"
    command -v apt-get > "$scratch/which" || give_up "no apt-get to get $package with"
    rm -rf $root
    mkdir -p "$scratch/packages/partial" $root
    apt-get -q -y -o Debug::NoLocking=1 -o APT::Sandbox::User=root \
        -o Dir::Cache::archives="$scratch/packages" --no-install-recommends --download-only \
        install $package > "$scratch/said" 2>&1 || {
        sed 's/^/# /' "$scratch/said"
        give_up "apt-get could not get $package"
    }
    for archive in "$scratch"/packages/*.deb; do
        dpkg -x "$archive" $root
    done
    touch $root/done
}

program=$1
shift
if ! CLICKHOUSE_SERVER=$(command -v clickhouse-server /usr/sbin/clickhouse-server | head -n 1) ||
    [ -z "$CLICKHOUSE_SERVER" ]; then
    unpack
    CLICKHOUSE_SERVER=$PWD/$root/usr/sbin/clickhouse-server
    for folder in "$PWD/$root"/usr/lib/*-linux-gnu* "$PWD/$root"/lib/*-linux-gnu*; do
        [ ! -d "$folder" ] || LD_LIBRARY_PATH="$folder:${LD_LIBRARY_PATH:-}"
    done
    export CLICKHOUSE_LIBRARIES=${LD_LIBRARY_PATH:-}
    unset LD_LIBRARY_PATH
fi
export CLICKHOUSE_SERVER
rm -rf "$scratch" # exec does not come back
exec python3 -B "tests/fleet/$program" "$@"

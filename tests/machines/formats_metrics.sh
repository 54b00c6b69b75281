#!/usr/bin/env bash
# formats_metrics - has real collectors read our metrics: promtool, node_exporter's textfile
# collector, and the OpenMetrics parser of Prometheus's own Python client (collectors.py).
#
# Part of `make check-formats`. Debian's packages are unpacked below build/metrics and not installed:
# installed, they would start servers. Skipped where they cannot be had.
. "$(dirname "$0")/../lint/tap.bash"

root=build/metrics
packages=(prometheus prometheus-node-exporter python3-prometheus-client python3-decorator)

give_up() { # REASON
    skip "metrics in their collectors" "$1"
    tap_end
    exit
}

unpack() {
    local package
    [ ! -e $root/done ] || return 0
    [ "${DEPS:-}" != no ] || give_up "${packages[*]} are not unpacked in $root, and DEPS=no"
    command -v apt-get > "$scratch/which" || give_up "no apt-get to get ${packages[*]} with"
    rm -rf $root
    mkdir -p "$scratch/packages"
    chmod 755 "$scratch" "$scratch/packages"
    (cd "$scratch/packages" && apt-get -q -o APT::Sandbox::User=root download "${packages[@]}") \
        > "$scratch/said" 2>&1 || {
        sed 's/^/# /' "$scratch/said"
        give_up "apt-get could not get ${packages[*]}"
    }
    for package in "$scratch"/packages/*.deb; do
        dpkg -x "$package" "$scratch/unpacked"
    done
    mkdir -p $root
    cp -a "$scratch/unpacked/usr/bin" "$scratch/unpacked/usr/lib/python3/dist-packages" $root/
    touch $root/done
}

unpack
# The packages of Python are made for the system's own Python.
exec env PATH="$PWD/$root/bin:$PATH" PYTHONPATH="$PWD/$root/dist-packages" \
    /usr/bin/python3 -B tests/machines/collectors.py

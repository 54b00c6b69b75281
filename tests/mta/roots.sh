#!/usr/bin/env bash
# roots.sh - makes the small Debian systems in which the mail servers of `make check-mta` run.
# usage: tests/mta/roots.sh MTA...   (postfix exim sendmail)
#
# Why a root each: as Debian packages the three exclude one another. One debootstrap makes what they
# share, the copies get one mail server each. All is kept in build/mta, each root with the list of
# its packages as the key: the same list again costs nothing. Packages are fetched once, into
# build/mta/debs. A root is made under another name and renamed when it is whole, so that a run
# that was cut off leaves nothing that looks ready.
set -eu
cd "$(dirname "$0")/../.."
. tests/mta/mirror.bash

home=$PWD/build/mta
debs=$home/debs
base_packages='ca-certificates dovecot-core libsasl2-modules openssl rsyslog sasl2-bin'

packages_of() { # MTA
    case $1 in
        postfix) echo 'postfix postfix-pcre' ;;
        exim) echo 'exim4-daemon-heavy' ;;
        sendmail) echo 'sendmail-bin sendmail-cf m4' ;;
        *) echo "no such mail server: $1" >&2 && exit 2 ;;
    esac
}

is_made() { # ROOT KEY
    [ "$(cat "$home/$1.key" 2> /dev/null)" = "$2" ] && [ -d "$home/$1" ]
}

# As this machine's apt is set up, but it shall keep what it fetched.
copy_apt_settings() { # ROOT
    local part
    for part in sources.list sources.list.d apt.conf apt.conf.d preferences.d keyrings trusted.gpg \
        trusted.gpg.d auth.conf.d; do
        rm -rf "$1/etc/apt/$part"
        [ ! -e "/etc/apt/$part" ] || cp -a "/etc/apt/$part" "$1/etc/apt/$part"
    done
    rm -f "$1/etc/apt/apt.conf.d/docker-clean"
    mkdir -p "$1/usr/share/keyrings" "$1/usr/local/share/ca-certificates"
    cp -a /usr/share/keyrings/. "$1/usr/share/keyrings/"
    [ ! -e /etc/ssl/certs/ca-certificates.crt ] ||
        cp -L /etc/ssl/certs/ca-certificates.crt "$1/etc/ssl/certs/"
    cp -L /etc/resolv.conf "$1/etc/resolv.conf"
}

make_base() { # ROOT
    debootstrap --variant=minbase --cache-dir="$debs" --include="${base_packages// /,}" \
        "$release" "$1" "$(mirror)"
    printf '#!/bin/sh\nexit 101\n' > "$1/usr/sbin/policy-rc.d" # nothing starts by itself
    chmod +x "$1/usr/sbin/policy-rc.d"
    echo force-unsafe-io > "$1/etc/dpkg/dpkg.cfg.d/unsafe-io"
    copy_apt_settings "$1"
}

# In a mount namespace of its own: what is mounted goes away with the shell, however that ends.
make_copy() { # ROOT PACKAGES
    cp -a --reflink=auto "$home/base" "$1"
    echo localhost > "$1/etc/hostname"
    unshare --mount bash -eu -c '
        mount --bind "$2" "$1/var/cache/apt/archives"
        mount -t proc proc "$1/proc"
        export DEBIAN_FRONTEND=noninteractive LC_ALL=C
        apt="chroot $1 apt-get -q -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache="
        $apt update
        $apt install -y --no-install-recommends $3' make_copy "$1" "${1/$home/$debs}" "$2"
}

build_root() { # NAME KEY COMMAND...: COMMAND makes the folder that it is given first
    local name=$1 key=$2 how=$3
    shift 3
    ! is_made "$name" "$key" || return 0
    if [ "${DEPS:-}" = no ]; then
        echo "build/mta/$name is not made, and DEPS=no fetches nothing" >&2
        return 1
    fi
    rm -rf "${home:?}/$name" "$home/$name.key" "$home/$name.partial"
    echo "making build/mta/$name ..."
    if ! "$how" "$home/$name.partial" "$@" > "$home/$name.log" 2>&1 < /dev/null; then
        tail -n 20 "$home/$name.log" >&2
        return 1
    fi
    mv "$home/$name.partial" "$home/$name"
    printf '%s' "$key" > "$home/$name.key"
}

mkdir -p "$debs"
exec 9> "$home/lock"
flock 9

base_key="$release: $base_packages"
build_root base "$base_key" make_base
pids=()
for mta in "$@"; do
    mkdir -p "$debs/$mta.partial/partial" # a folder each, for apt locks it
    build_root "$mta" "$base_key / $(packages_of "$mta")" make_copy "$(packages_of "$mta")" &
    pids+=($!)
done
failed=0
for pid in "${pids[@]}"; do
    wait "$pid" || failed=1
done
exit $failed

# boot - starts the systemd of a folder that holds a Debian, in namespaces of its own, and runs
# commands there. Sourced by bash, as root.
#
# The folder becomes the root by pivot_root: from within chroot no unit could have a root or users of
# its own. All that is started ends with its process 1, and that with `down`.

booted='' # process 1 of that system, as it is numbered here
starter=''

start_there='
root=$0
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 run "$root/run"
mount -t tmpfs -o mode=755 dev "$root/dev"
for device in null zero full random urandom tty; do
    touch "$root/dev/$device"
    mount --bind "/dev/$device" "$root/dev/$device"
done
touch "$root/dev/console"
ln -s /proc/self/fd "$root/dev/fd"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs shm "$root/dev/shm"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup" || mount -t tmpfs cgroup "$root/sys/fs/cgroup"
cd "$root"
pivot_root . mnt
umount -l /mnt
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd
'

there() { # COMMAND...: in that system
    timeout 120 nsenter --target "$booted" --all --root --wd \
        env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 TERM=dumb "$@"
}

# True when it runs: some unit that wants a real machine may have failed.
up() { # FOLDER LOG
    local state turn
    unshare --mount --pid --uts --ipc --net --cgroup --fork --kill-child \
        bash -c "$start_there" "$1" > "$2" 2>&1 < /dev/null &
    starter=$!
    disown # nobody needs to be told how it ended
    for turn in $(seq 300); do
        booted=$(pgrep -P "$starter" || true)
        state=$([ -z "$booted" ] || there systemctl is-system-running 2> /dev/null)
        case $state in running | degraded) return 0 ;; esac
        kill -0 "$starter" 2> /dev/null || break
        sleep 0.2
    done
    echo "not up after $turn turns: ${state:-no answer}; $(cat "$2")"
    return 1
}

down() {
    [ -z "$starter" ] || kill -KILL "$starter" 2> /dev/null
    starter='' booted=''
}

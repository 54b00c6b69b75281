"""nodes - ClickHouse servers of our own: in a private folder, on free ports of loopback, ended by
their pid.

A cluster is two of them, each one shard without a replica; both have it in their configuration as
`fleet`. Nothing of the machine's own ClickHouse is read or touched. The user `default` has no key
and is for the tests themselves; `mailtriage` needs one.
"""
import contextlib
import ctypes
import os
import re
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

USER, KEY = "mailtriage", "a key 'of' tests"
FIRST_PORT = 28123
SERVER = os.environ.get("CLICKHOUSE_SERVER", "/usr/sbin/clickhouse-server")
LIBRARIES = os.environ.get("CLICKHOUSE_LIBRARIES")
STARTING, ENDING = 60, 3  # seconds; what a server holds at its end is thrown away

USERS = """<yandex>
  <profiles><default><max_memory_usage>2000000000</max_memory_usage></default></profiles>
  <quotas><default/></quotas>
  <users>
    <default><password></password><networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile><quota>default</quota></default>
    <%s><password>%s</password><networks><ip>127.0.0.1</ip></networks>
      <profile>default</profile><quota>default</quota></%s>
  </users>
</yandex>
""" % (USER, KEY, USER)

CONFIG = """<yandex>
  <logger>
    <level>warning</level><log>{home}/server.log</log><errorlog>{home}/error.log</errorlog>
  </logger>
  <http_port>{http}</http_port>
  <tcp_port>{tcp}</tcp_port>
  <interserver_http_port>{inter}</interserver_http_port>
  <listen_host>127.0.0.1</listen_host>
  <path>{data}/</path>
  <tmp_path>{data}/tmp/</tmp_path>
  <user_files_path>{data}/user_files/</user_files_path>
  <format_schema_path>{data}/format_schemas/</format_schema_path>
  <users_config>{home}/users.xml</users_config>
  <default_profile>default</default_profile>
  <default_database>default</default_database>
  <mark_cache_size>67108864</mark_cache_size>
  <timezone>UTC</timezone>
  <remote_servers><fleet>{shards}</fleet></remote_servers>
</yandex>
"""

SHARD = """
    <shard><internal_replication>true</internal_replication>
      <replica><host>127.0.0.1</host><port>%d</port></replica></shard>"""


def end_with_parent():
    """A test that is killed leaves no server behind."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def own_folder():
    """A folder for a while, in memory where there is room: servers make very many small files."""
    memory = "/dev/shm"
    room = os.statvfs(memory) if os.access(memory, os.W_OK) else None
    has_room = room and room.f_bavail * room.f_frsize > 4 << 30
    return tempfile.TemporaryDirectory(prefix="mailtriage-fleet.", dir=memory if has_room else None)


class Refused(Exception):
    """A query that the server did not do."""


def free_ports(count, first=FIRST_PORT):
    """So many ports that nobody listens on, from the first on."""
    found = []
    port = first
    while len(found) < count:
        with contextlib.closing(socket.socket()) as probe:
            try:
                probe.bind(("127.0.0.1", port))
                found.append(port)
            except OSError:
                pass
        port += 1
    return found


# In a mount namespace of its own: the disk goes away with the server.
ON_A_DISK = ["unshare", "--mount", "--map-root-user", "sh", "-c",
             'mount -t tmpfs -o size="$1" none "$2" && shift 2 && exec "$@"', "sh"]


class Node:
    """One server. disk: "20m", what it writes to is a disk of that size."""

    def __init__(self, home, ports, shards, disk=None):
        self.home, (self.http, self.tcp, inter) = home, ports
        self.data, self.disk = os.path.join(home, "data"), disk
        self.process = None
        os.makedirs(self.data, exist_ok=True)
        self.write("users.xml", USERS)
        self.write("config.xml", CONFIG.format(
            home=home, http=self.http, tcp=self.tcp, inter=inter, data=self.data,
            shards="".join(SHARD % port for port in shards)))

    def write(self, name, text):
        os.makedirs(self.home, exist_ok=True)
        with open(os.path.join(self.home, name), "w", encoding="utf-8") as file:
            file.write(text)

    def url(self, database, scheme="clickhouse"):
        return "%s://127.0.0.1:%d/%s" % (scheme, self.http, database)

    def start(self):
        env = dict(os.environ, TZ="UTC")
        if LIBRARIES:
            env["LD_LIBRARY_PATH"] = LIBRARIES
        with open(os.path.join(self.home, "out"), "ab") as out:
            self.process = subprocess.Popen(
                [*([*ON_A_DISK, self.disk, self.data] if self.disk else []), SERVER,
                 "--config-file=" + os.path.join(self.home, "config.xml")],
                cwd=self.home, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                preexec_fn=end_with_parent)
        end = time.monotonic() + STARTING
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                raise Refused("clickhouse-server does not start: " + self.said())
            time.sleep(0.1)

    def answers(self):
        try:
            ping = "http://127.0.0.1:%d/ping" % self.http
            with urllib.request.urlopen(ping, timeout=5) as answer:
                return answer.read() == b"Ok.\n"
        except OSError:
            return False

    def said(self):
        """The end of what it wrote."""
        told = ""
        for name in ("out", "error.log"):
            with contextlib.suppress(OSError), \
                    open(os.path.join(self.home, name), encoding="utf-8", errors="replace") as file:
                told += file.read()[-1500:]
        return told

    def stop(self, how=signal.SIGTERM):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.send_signal(how)
            try:
                self.process.wait(ENDING)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None

    def ask(self, query, body=b"", **settings):
        """What it answers, without the last newline."""
        words = urllib.parse.urlencode({"query": query, **settings})
        request = urllib.request.Request("http://127.0.0.1:%d/?%s" % (self.http, words), data=body)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return answer.read().decode("utf-8", "replace").rstrip("\n")
        except urllib.error.HTTPError as fault:
            said = fault.read().decode("utf-8", "replace")
            raise Refused("%s: %s" % (query[:200], said)) from fault

    def tables(self, database):
        return self.ask("SELECT name FROM system.tables WHERE database = '%s' ORDER BY name"
                        % database).split()

    def on_disk(self, name=""):
        """A path on the disk of the server, whoever else can see that."""
        return os.path.join("/proc/%d/root" % self.process.pid, self.data.lstrip("/"), name)

    def memory(self):
        """Bytes that it takes now."""
        with open("/proc/%d/status" % self.process.pid, encoding="ascii") as status:
            return int(re.search(r"VmRSS:\s+(\d+) kB", status.read())[1]) * 1024


class Cluster:
    """Two nodes; `with` starts and ends them."""

    def __init__(self, folder, count=2, disk=None):
        self.folder = folder
        ports = free_ports(3 * count)
        shards = [ports[3 * number + 1] for number in range(count)]
        self.nodes = [Node(os.path.join(folder, "node%d" % (number + 1)),
                           ports[3 * number:3 * number + 3], shards, disk)
                      for number in range(count)]

    def __enter__(self):
        try:
            for node in self.nodes:
                node.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            if node.process:
                node.process.terminate()
        for node in self.nodes:
            node.stop()

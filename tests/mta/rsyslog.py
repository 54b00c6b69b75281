"""rsyslog - a real rsyslog in the root, which writes what it gets in several wrappings at once."""
import os
import time

CONFIGURATION = """
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="/dev/log" CreatePath="on" RateLimit.Interval="0")
$ActionFileDefaultTemplate RSYSLOG_FileFormat
template(name="numbered" type="string"
  string="<%PRI%>%TIMESTAMP:::date-rfc3339% %HOSTNAME% %syslogtag%%msg:::sp-if-no-1st-sp%%msg:::drop-last-lf%\\n")
action(type="omfile" file="/var/log/bench/traditional.log" template="RSYSLOG_TraditionalFileFormat")
action(type="omfile" file="/var/log/bench/rfc3339.log" template="RSYSLOG_FileFormat")
action(type="omfile" file="/var/log/bench/rfc5424.log" template="RSYSLOG_SyslogProtocol23Format")
"""
FILES = ("traditional.log", "rfc3339.log", "rfc5424.log")


class Rsyslog:
    def __init__(self, root):
        self.root = root
        root.write("/etc/rsyslog-bench.conf", CONFIGURATION)
        os.makedirs(root.path + "/var/log/bench", exist_ok=True)
        self.daemon = root.spawn("rsyslogd", "-n", "-f", "/etc/rsyslog-bench.conf",
                                 "-i", "/run/rsyslog-bench.pid")
        for _ in range(100):
            if os.path.exists(root.path + "/dev/log"):
                return
            time.sleep(0.05)
        raise RuntimeError("rsyslogd does not open /dev/log")

    def stop(self):
        self.daemon.terminate()
        self.daemon.wait()

    def logs(self):
        return {name: f"{self.root.path}/var/log/bench/{name}" for name in FILES}

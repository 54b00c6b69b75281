"""collectors - what real collectors make of our metrics; started by formats_metrics.sh."""
import os
import socket
import subprocess
import tempfile
import time
import urllib.request

import metrics_text
from checks import Checks, SAMPLES, golden_logs, hostile_log, mailtriage

HOSTILE = hostile_log()
REPORTS = {"samples": SAMPLES, "hostile log": [HOSTILE], "empty log": ["/dev/null"],
           "a filtered report": ["--event", "bounced", *SAMPLES]}
PATIENCE = 20  # seconds


def text_of(name):
    return mailtriage("report", "--format", "openmetrics", *REPORTS[name])


def promtool(raw):
    """Reads, and judges names, help, units and types too."""
    done = subprocess.run(["promtool", "check", "metrics"], input=raw, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, check=False)
    said = done.stdout.decode(errors="replace").splitlines()
    return said if done.returncode or said else []


def client(raw):
    """The parser that Prometheus's own client tests with."""
    from prometheus_client.openmetrics.parser import text_string_to_metric_families
    try:
        families = list(text_string_to_metric_families(raw.decode("utf-8")))
    except ValueError as fault:
        return [str(fault)]
    return [] if families else ["no family"]


def same(series):
    """Series so that two texts of them compare: labels in any order, empty ones left out."""
    return {(name, frozenset(label for label in labels if label[1])): number
            for name, labels, number in series}


def ours(raw):
    return same((name, labels, number) for name, family in metrics_text.read(raw).items()
                for labels, number in family.series.items())


class NodeExporter:
    """A real one, with the textfile collector alone, on a free port of the loopback."""

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.log = open(os.path.join(self.folder.name, "log"), "wb")
        self.process = subprocess.Popen(
            ["prometheus-node-exporter", "--collector.disable-defaults", "--collector.textfile",
             f"--collector.textfile.directory={self.folder.name}",
             f"--web.listen-address=127.0.0.1:{self.port}"], stdout=self.log, stderr=self.log)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        self.log.close()
        self.folder.cleanup()

    def path(self, name="mail.prom"):
        return os.path.join(self.folder.name, name)

    def scrape(self):
        """What it serves, by the name and labels of the series."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics",
                                            timeout=PATIENCE) as page:
                    text = page.read().decode("utf-8")
                break
            except OSError:
                if time.monotonic() > end or self.process.poll() is not None:
                    raise
                time.sleep(0.1)
        found = [metrics_text.SERVED.fullmatch(line) for line in text.split("\n")
                 if line and not line.startswith("#")]
        return same((one[1], metrics_text.LABEL.findall(one[2] or ""), float(one[3]))
                    for one in found)

    def faults(self, raw):
        """How what it serves differs from the file it reads."""
        served = self.scrape()
        if served.get(("node_textfile_scrape_error", frozenset())) != 0:
            yield "node_textfile_scrape_error"
        for series, number in ours(raw).items():
            if served.get(series) != number:
                yield f"{series} is {served.get(series)} and not {number}"


def served(name):
    with NodeExporter() as exporter:
        mailtriage("report", "--format", "openmetrics", "--output", exporter.path(), *REPORTS[name])
        with open(exporter.path(), "rb") as written:
            yield from exporter.faults(written.read())


def rewritten():
    """The file is written anew while it is read: every scrape is of a whole one."""
    with NodeExporter() as exporter:
        words = ["report", "--format", "openmetrics", "--output", exporter.path()]
        mailtriage(*words, *SAMPLES)
        wanted = {series for series in exporter.scrape() if series[0].startswith("mailtriage_")}
        for _ in range(20):
            writer = subprocess.Popen([os.environ.get("MAILTRIAGE", "build/mailtriage"), *words,
                                       "--no-config", "--quiet", "--year", "2026", *SAMPLES])
            while writer.poll() is None:
                found = exporter.scrape()
                if found.get(("node_textfile_scrape_error", frozenset())) != 0:
                    yield "node_textfile_scrape_error"
                if not wanted <= set(found):
                    yield f"{len(wanted - set(found))} series are missing"
        left = [name for name in os.listdir(exporter.folder.name) if name not in ("mail.prom", "log")]
        if left:
            yield f"left behind: {left}"


def planted(change):
    """A file that it must refuse."""
    with NodeExporter() as exporter:
        raw = text_of("samples")
        with open(exporter.path(), "wb") as broken:
            broken.write(change(raw))
        yield from exporter.faults(raw)


checks = Checks()
for name in REPORTS:
    checks.check(f"promtool: {name}", lambda name=name: promtool(text_of(name)))
    checks.check(f"OpenMetrics parser: {name}", lambda name=name: client(text_of(name)))
    checks.check(f"node_exporter: {name}", lambda name=name: served(name))
checks.check("OpenMetrics parser: every golden log", lambda: (
    f"{log}: {fault}" for log in golden_logs()
    for fault in client(mailtriage("report", "--format", "openmetrics", log))))
checks.check("node_exporter: written anew while it is read", rewritten)


def broken_label(raw):
    return raw.replace(b'state="bounced"', b'state="boun"ced"')


checks.catches("promtool: a broken label", lambda: promtool(broken_label(text_of("samples"))))
checks.catches("OpenMetrics parser: a broken label", lambda: client(broken_label(text_of("samples"))))
for what, change in {
        "a broken label": broken_label,
        "a series that stands twice": lambda raw: raw.replace(b'"bounced"', b'"delivered"'),
        "a time stamp": lambda raw: raw.replace(b'"} 1\n', b'"} 1 1780272000\n')}.items():
    checks.catches(f"node_exporter: {what}", lambda change=change: planted(change))
checks.end()

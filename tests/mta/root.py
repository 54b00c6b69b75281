"""root - the small Debian system of one run: a layer over the one that roots.sh made.

Why a layer: a run shall find the root as it was installed. An overlay in the mount namespace of the
run costs nothing and goes away with it; where it is refused, a copy does the same.
"""
import os
import subprocess


class Root:
    def __init__(self, made, scratch):
        self.path = os.path.join(scratch, "root")
        upper = os.path.join(scratch, "upper")
        for folder in (self.path, upper):
            os.makedirs(folder, exist_ok=True)
        mount("-t", "tmpfs", "tmpfs", upper)
        os.mkdir(upper + "/files")
        os.mkdir(upper + "/work")
        options = f"lowerdir={made},upperdir={upper}/files,workdir={upper}/work"
        if subprocess.run(["mount", "-t", "overlay", "-o", options, "overlay", self.path],
                          capture_output=True, check=False).returncode:
            mount("-t", "tmpfs", "tmpfs", self.path)
            subprocess.run(["cp", "-a", made + "/.", self.path], check=True)
        mount("-t", "proc", "proc", self.path + "/proc")

    def run(self, *command, check=True, **how):
        """Runs a command inside; what it says is shown when it fails."""
        done = subprocess.run(["chroot", self.path, *command], check=False, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **how)
        if check and done.returncode:
            raise RuntimeError(f"{' '.join(command)}: status {done.returncode}\n{done.stdout}")
        return done.stdout

    def spawn(self, *command, **how):
        """Starts what stays; it ends with the namespace at the latest."""
        return subprocess.Popen(["chroot", self.path, *command], stdin=subprocess.DEVNULL, **how)

    def write(self, path, text, mode=0o644):
        full = self.path + path
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(full, mode)

    def files(self, *folders):
        """How many files lie below."""
        return sum(len(names) for folder in folders for _, _, names in os.walk(self.path + folder))


def mount(*words):
    subprocess.run(["mount", *words], check=True)

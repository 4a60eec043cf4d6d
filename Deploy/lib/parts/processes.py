"""Child processes on free loopback ports, each ended by its own pid."""

import os
import pwd
import signal
import socket
import subprocess
import time

_given = set()


def free_port():
    """A loopback port that nobody listens on now, never the same one twice in a run."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def wait_until(condition, seconds, what):
    """Polls `condition` until it is true and returns its value; TimeoutError names `what`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise TimeoutError(f"no {what} within {seconds} s")


def answers(port, host="127.0.0.1"):
    """Whether something accepts connections on the port."""
    try:
        socket.create_connection((host, port), timeout=1).close()
        return True
    except OSError:
        return False


def unprivileged_user():
    """The user that private servers run as: the caller, or `nobody` for root."""
    return pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())


class Child:
    """One process with its output in a file; `stop` ends it and waits for it."""

    def __init__(self, name, arguments, log, **options):
        self.name = name
        self.log = log
        with open(log, "ab") as output:
            # A process started again finds there what the one before it said.
            self.begins = output.tell()
            self.process = subprocess.Popen(
                arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=output, **options
            )

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process.poll() is None

    def wait_for(self, condition, seconds):
        """Waits for `condition`, and says what the process said when it ends before that."""

        def ready():
            if not self.alive():
                raise RuntimeError(f"{self.name} ended early:\n{self.output()[-4000:]}")
            return condition()

        try:
            return wait_until(ready, seconds, f"answer of {self.name}")
        except TimeoutError as error:
            raise TimeoutError(f"{error}:\n{self.output()[-4000:]}") from None

    def output(self):
        """What this process has said so far."""
        with open(self.log, "rb") as file:
            file.seek(self.begins)
            return file.read().decode(errors="replace")

    def stop(self, seconds=15):
        """SIGTERM, then SIGKILL past the limit; returns the exit status."""
        if self.alive():
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(seconds)
            except subprocess.TimeoutExpired:
                self.process.kill()
        return self.process.wait()


def children_of(pid):
    """The pids of a process's direct children."""
    found = []
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat") as file:
                    fields = file.read().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(entry))
    return sorted(found)


def descendants_of(pid):
    """The pids of every process below one, nearest first."""
    found = []
    for child in children_of(pid):
        found += [child] + descendants_of(child)
    return found


def command_of(pid):
    """A process's arguments, empty when it is gone."""
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as file:
            return file.read().decode(errors="replace").rstrip("\0").split("\0")
    except OSError:
        return []


def resident_kib(pid):
    """A process's resident memory in KiB."""
    with open(f"/proc/{pid}/status") as file:
        for line in file:
            if line.startswith("VmRSS:"):
                return int(line.split()[1])
    return 0

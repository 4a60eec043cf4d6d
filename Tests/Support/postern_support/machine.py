"""A machine that runs systemd beside this one: namespaces of its own over the same files.

What it writes lies in memory and goes with it; its network is a loopback of its own. Its kernel is
this machine's, and so the units that set a kernel up are left out.
"""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from parts.processes import children_of, wait_until

_BOOT = """\
set -e
base=$1
mount --make-rprivate /
mount -t tmpfs tmpfs "$base"
mkdir "$base/upper" "$base/work" "$base/root"
mount -t overlay -o "lowerdir=/,upperdir=$base/upper,workdir=$base/work" overlay "$base/root"
cd "$base/root"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs tmpfs tmp
mount -t tmpfs tmpfs srv
mkdir srv/home
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
    touch dev/$device
    mount --bind /dev/$device dev/$device
done
mkdir dev/shm dev/pts dev/mqueue
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
while shift && [ $# -gt 0 ]; do
    mkdir "srv/$1"
    mount --bind "$2" "srv/$1"
    mount -o remount,bind,ro "srv/$1"
    shift
done
mount -t cgroup2 cgroup2 sys/fs/cgroup
ip link set lo up
echo 0 > /proc/sys/net/ipv4/ip_unprivileged_port_start
rm -rf etc/systemd/system/*.wants usr/lib/systemd/system/{sysinit,local-fs}.target.wants
# Tests start a service oftener than the five times in ten seconds that systemd allows.
mkdir -p etc/systemd/system.conf.d
printf '[Manager]\nDefaultStartLimitBurst=1000\n' > etc/systemd/system.conf.d/machine.conf
cat > etc/systemd/system/machine.target <<X
[Unit]
Description=A machine for tests
Wants=systemd-journald.service systemd-journald.socket systemd-journald-dev-log.socket
X
mkdir .before
pivot_root . .before
umount -l .before
export container=test
exec /lib/systemd/systemd --system --unit=machine.target --log-target=journal --show-status=no
"""


class Machine:
    """One machine; `why_not` says why there can be none here.

    `shares` are folders of this machine by the names under which that one reads them in /srv.
    """

    def __init__(self, **shares):
        self.why_not = None
        self._shares = [str(text) for share in shares.items() for text in share]
        self._booting = None
        self._first = None
        # The mount point is on this machine, what is mounted there is not.
        self._base = tempfile.mkdtemp(prefix="postern-machine.")
        self._control = None

    def start(self):
        """Boots it, or says in `why_not` what is missing."""
        if os.getuid() != 0:
            self.why_not = "only root can boot a machine"
        elif not Path("/lib/systemd/systemd").exists():
            self.why_not = "there is no systemd"
        elif not (mounts := _control_groups()):
            self.why_not = "there is no cgroup2"
        else:
            self._boot(Path(mounts) / Path(self._base).name)
        return self

    def _boot(self, control):
        try:
            control.mkdir()
        except OSError as error:
            self.why_not = f"{control}: {error}"
            return
        self._control = control
        log = Path(self._base + ".log")
        spaces = ["--mount", "--pid", "--uts", "--ipc", "--cgroup", "--net", "--fork", "--kill-child"]
        enter = 'echo $$ > "$1/cgroup.procs" && shift && exec unshare "$@"'
        with log.open("wb") as output:
            self._booting = subprocess.Popen(
                ["bash", "-c", enter, "bash", str(control), *spaces,
                 "bash", "-c", _BOOT, "bash", self._base, *self._shares],
                stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/",
                start_new_session=True)
        try:
            wait_until(self._is_up, 30, "systemd")
        except (TimeoutError, RuntimeError):
            self.why_not = f"no systemd comes up: {log.read_text(errors='replace')[-500:]}"
        log.unlink()

    def _is_up(self):
        if self._booting.poll() is not None:
            raise RuntimeError("it has ended")
        first = children_of(self._booting.pid)
        if not first:
            return False
        self._first = first[0]
        return self.run("systemctl is-system-running", check=False).stdout.strip() == "running"

    def run(self, script, check=True, seconds=60):
        """Runs a shell script in the machine, in /srv/home, and returns what came of it."""
        command = ["nsenter", f"--target={self._first}", "--mount", "--pid", "--uts", "--ipc",
                   "--cgroup", "--net", "--root", "bash", "-e", "-c", f"cd /srv/home\n{script}"]
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=seconds,
            env={"PATH": os.environ["PATH"], "HOME": "/root"})
        if check and done.returncode != 0:
            raise RuntimeError(f"{script}\nended with {done.returncode}:\n{done.stdout}{done.stderr}")
        return done

    def stop(self):
        if self._booting:
            # The kernel ends all that the first process of a pid namespace leaves.
            if self._first and self._booting.poll() is None:
                os.kill(self._first, signal.SIGKILL)
            self._booting.kill()
            self._booting.wait()
        if self._control:
            wait_until(self._is_control_group_gone, 20, "end of the machine")
        shutil.rmtree(self._base, ignore_errors=True)

    def _is_control_group_gone(self):
        for folder, _, _ in os.walk(self._control, topdown=False):
            try:
                os.rmdir(folder)
            except OSError:
                return False
        return True


def _control_groups():
    """Where this machine has its cgroup2, empty when nowhere."""
    done = subprocess.run(
        ["findmnt", "-n", "-o", "TARGET", "-t", "cgroup2"], capture_output=True, text=True)
    return done.stdout.split("\n")[0]

"""What a power cut leaves of the recorder's folder: what was synced, and some of the rest.

A library in front of the C library (powercut/journal.c) writes down what the recorder asks of its
disk. From that the folder is made again as a disk may hold it: synced data whole; of other writes
all, none, the beginning, or any of their pages; of unsynced names of a folder the first few.
"""

import os
import shutil
import struct
import subprocess
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "powercut/journal.c"
# The recorder needs it, and it keeps no versions of its symbols that ours would lack.
STAND_IN = "libseccomp.so.2"
PAGE_BYTES = 4096
_HEAD = struct.Struct("=BBHIQq")
CREATES, TRUNCATES, APPENDS, FOLDER = 1, 2, 4, 8


def build(folder, lies=False):
    """Compiles the library; returns the folder that belongs into LD_LIBRARY_PATH.

    With `lies` nothing is on disk after a sync.
    """
    folder = Path(folder)
    folder.mkdir(exist_ok=True)
    lines = subprocess.run(
        ["ldconfig", "-p"], capture_output=True, text=True, check=True,
        env={"PATH": "/usr/sbin:/sbin:/usr/bin:/bin"}).stdout.splitlines()
    real = next(line.split(" => ")[1] for line in lines if line.strip().startswith(STAND_IN))
    # Whatever ours lacks is looked up in the real one.
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", f"-DLIES={int(lies)}", "-o", str(folder / STAND_IN), str(SOURCE),
         f"-Wl,-soname,{STAND_IN}", f"-Wl,-f,{os.path.realpath(real)}"], check=True)
    os.chmod(folder, 0o755)
    return folder


class File:
    """An inode: its bytes as they are read, as the disk has them, and what was done since."""

    def __init__(self, data=b""):
        self.now, self.durable, self.pending = bytearray(data), bytes(data), []

    def write(self, offset, data):
        if len(self.now) < offset:
            self.now.extend(bytes(offset - len(self.now)))
        self.now[offset:offset + len(data)] = data
        self.pending.append((offset, len(data)))

    def cut(self, size):
        if size != len(self.now):
            self.pending.append((size, 0))
        del self.now[size:]
        self.now.extend(bytes(size - len(self.now)))

    def sync(self):
        self.durable, self.pending = bytes(self.now), []

    def after_the_cut(self, chance):
        """Bytes that the disk may hold."""
        if not self.pending:
            return self.durable
        mode = chance.choice(("all", "none", "torn", "pages"))
        if mode == "all":
            return bytes(self.now)
        if mode == "none":
            return self.durable
        if mode == "torn":
            first = min(offset for offset, _ in self.pending)
            kept = chance.randint(min(first, len(self.now)), len(self.now))
            # The size may be on disk before the data is.
            zeros = chance.choice((0, len(self.now) - kept))
            return bytes(self.now[:kept]) + bytes(zeros)
        size = chance.choice((len(self.durable), len(self.now)))
        data = bytearray(size)
        data[:] = self.durable[:size].ljust(size, b"\0")
        for start in range(0, size, PAGE_BYTES):
            end = min(start + PAGE_BYTES, size)
            if any(offset < end and offset + max(count, 1) > start for offset, count in self.pending):
                if chance.random() < 0.5:
                    data[start:end] = bytes(self.now[start:end]).ljust(end - start, b"\0")
        return bytes(data)


class Disk:
    """The folder below which the recorder works, as its journal tells it."""

    def __init__(self):
        # Names to files, or to None for folders; what is durable of them; what was done since.
        self.names, self.durable, self.pending = {}, {}, {}
        self.handles = {}

    @classmethod
    def of(cls, folder):
        """A folder that is wholly on disk."""
        disk = cls()
        for path in sorted(Path(folder).rglob("*")):
            name = str(path.relative_to(folder))
            disk.names[name] = File(path.read_bytes()) if path.is_file() else None
        disk.durable = dict(disk.names)
        return disk

    def play(self, journal):
        """Does all that stands in a journal; an operation that was cut off never was."""
        at = 0
        while at + _HEAD.size <= len(journal):
            kind, flags, path_size, more_size, handle, number = _HEAD.unpack_from(journal, at)
            at += _HEAD.size
            if at + path_size + more_size > len(journal):
                break
            path = journal[at:at + path_size].decode()
            more = journal[at + path_size:at + path_size + more_size]
            at += path_size + more_size
            self._do(chr(kind), flags, path, more, handle, number)

    def _do(self, kind, flags, path, more, handle, number):
        if kind == "o":
            self._open(flags, path, handle)
        elif kind == "w":
            file, appends = self.handles[handle]
            file.write(len(file.now) if appends else number, more)
        elif kind == "t":
            self.handles[handle][0].cut(number)
        elif kind == "s":
            target = self.handles[handle][0]
            if isinstance(target, File):
                target.sync()
            else:
                self._settle(target, len(self.pending.get(target, [])), self.durable)
        elif kind == "a":
            for parent in list(self.pending):
                self._settle(parent, len(self.pending[parent]), self.durable)
            for file in filter(None, self.names.values()):
                file.sync()
        elif kind == "r":
            self._change(path, more.decode())
        elif kind == "u":
            self._change(path, None)
        elif kind == "m" and path not in self.names:
            self._change(path, path)

    def _open(self, flags, path, handle):
        if flags & FOLDER:
            self.handles[handle] = (path, False)
            return
        if path not in self.names:
            self.names[path] = File()
            self._put_off(path, ("put", path, self.names[path]))
        file = self.names[path]
        if flags & TRUNCATES:
            file.cut(0)
        self.handles[handle] = (file, bool(flags & APPENDS))

    def _change(self, path, target):
        """Renames, removes or (to itself) makes a folder."""
        if target == path:
            self.names[path] = None
            self._put_off(path, ("put", path, None))
        elif path in self.names:
            file = self.names.pop(path)
            if target is not None:
                self.names[target] = file
            self._put_off(path, ("move", path, target, file))

    def _put_off(self, path, operation):
        self.pending.setdefault(path.rpartition("/")[0], []).append(operation)

    def _settle(self, parent, count, names):
        """Makes the first `count` unsynced changes of a folder's names in `names`."""
        for operation in self.pending.get(parent, [])[:count]:
            if operation[0] == "put":
                names[operation[1]] = operation[2]
            else:
                names.pop(operation[1], None)
                if operation[2] is not None:
                    names[operation[2]] = operation[3]
        if names is self.durable:
            self.pending[parent] = self.pending.get(parent, [])[count:]

    def after_the_cut(self, chance):
        """What a disk may hold: names to bytes, or to None for folders."""
        names = dict(self.durable)
        for parent, operations in sorted(self.pending.items()):
            count = chance.choice((0, len(operations), chance.randint(0, len(operations))))
            self._settle(parent, count, names)
        left = {}
        for name, file in sorted(names.items()):
            above = name.rpartition("/")[0]
            # A folder that is not there holds nothing.
            if not above or above in left:
                left[name] = file and file.after_the_cut(chance)
        return left


def cut_power(folder, kept, chance):
    """Makes the folder what the cut left of it; returns that, names to bytes or to None.

    `kept` is a copy of the folder as it was on disk when the journal began; the next journal
    begins here.
    """
    folder, journal = Path(folder), Path(f"{folder}.journal")
    disk = Disk.of(kept)
    disk.play(journal.read_bytes() if journal.exists() else b"")
    left = disk.after_the_cut(chance)
    owner, modes = folder.stat(), {}
    for path in folder.rglob("*"):
        modes[str(path.relative_to(folder))] = path.stat().st_mode & 0o777
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    for name, data in left.items():
        path = folder / name
        path.mkdir() if data is None else path.write_bytes(data)
        os.chown(path, owner.st_uid, owner.st_gid)
        path.chmod(modes.get(name, 0o750 if data is None else 0o640))
    journal.unlink(missing_ok=True)
    return left

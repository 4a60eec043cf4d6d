"""Reads a trail by the C2SP specifications alone: tlog-tiles, tlog-checkpoint, signed-note.

Shares nothing with Postern's own verification: SHA-256 is hashlib's, Ed25519 is the cryptography
package's, and the tree is RFC 6962's recursion as it stands there.
"""

import base64
import hashlib
import json
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

TILE_WIDTH = 256
HASH_BYTES = 32


class Key:
    """A verifier key: name, id, Ed25519 key."""

    def __init__(self, text):
        self.name, key_id, data = text.strip().split("+", 2)
        blob = base64.b64decode(data, validate=True)
        if blob[0] not in (0x01, 0x04) or len(blob) != 1 + 32:
            raise ValueError(f"no Ed25519 key: {text}")
        self.kind = blob[0]
        hashed = self.name.encode() + b"\n" + blob
        self.id = hashlib.sha256(hashed).digest()[:4]
        if self.id.hex() != key_id:
            raise ValueError(f"the key's id is not its hash: {text}")
        self.public = Ed25519PublicKey.from_public_bytes(blob[1:])

    def verifies(self, text, signature):
        message = text.encode()
        if self.kind == 0x04:
            time, signature = int.from_bytes(signature[:8], "big"), signature[8:]
            message = f"cosignature/v1\ntime {time}\n".encode() + message
        try:
            self.public.verify(signature, message)
        except InvalidSignature:
            return False
        return True


class Note:
    """A signed note, not believed yet."""

    def __init__(self, note):
        head, blank, lines = note.rpartition("\n\n")
        if not blank or not lines.endswith("\n"):
            raise ValueError("no signed note")
        self.text = head + "\n"
        self.signatures = []
        for line in lines.splitlines():
            dash, name, blob = line.split(" ")
            if dash != "\u2014":
                raise ValueError(f"no signature line: {line}")
            blob = base64.b64decode(blob, validate=True)
            self.signatures.append((name, blob[:4], blob[4:]))

    def signed_by(self, key):
        own = [blob for name, key_id, blob in self.signatures if (name, key_id) == (key.name, key.id)]
        return bool(own) and all(key.verifies(self.text, blob) for blob in own)


class Checkpoint:
    """The head of a log: origin, size, root, and extension lines."""

    def __init__(self, text):
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop() != "" or not all(lines):
            raise ValueError("no checkpoint")
        self.origin, size, root, *self.extensions = lines
        self.size = int(size)
        self.root = base64.b64decode(root, validate=True)
        if str(self.size) != size or len(self.root) != HASH_BYTES:
            raise ValueError("no checkpoint")


def notes_of(path):
    """A file of notes, each with an empty line behind it."""
    parts = Path(path).read_text().split("\n\n")
    if parts.pop() != "":
        raise ValueError(f"{path} ends in the middle of a note")
    return [Note(f"{text}\n\n{lines}\n") for text, lines in zip(parts[::2], parts[1::2])]


def leaf_hash(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def root_of(leaves):
    """MTH of RFC 6962, section 2.1, over leaf hashes."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return hashlib.sha256(b"\1" + root_of(leaves[:split]) + root_of(leaves[split:])).digest()


def tile_path(level, index, width=TILE_WIDTH):
    groups = [f"{index % 1000:03}"]
    while index >= 1000:
        index //= 1000
        groups.insert(0, f"x{index % 1000:03}")
    path = f"tile/{level}/" + "/".join(groups)
    return path if width == TILE_WIDTH else f"{path}.p/{width}"


class TiledLog:
    """The tiles below a folder, as a client of a tiled log would fetch them."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def tile(self, level, index, width):
        """The hashes of a tile; a full one stands in for a partial one that is gone."""
        path = self.folder / tile_path(level, index, width)
        if not path.exists():
            path = self.folder / tile_path(level, index)
        data = path.read_bytes()
        if path.name.isdigit() and path.parent.suffix != ".p" and len(data) != 8192:
            raise ValueError(f"{path} is no full tile")
        hashes = [data[at:at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
        if len(hashes) < width:
            raise ValueError(f"{path} is too short")
        return hashes[:width]

    def row(self, level, size):
        """All hashes of a level in a tree of `size` leaves."""
        count = size // TILE_WIDTH ** level
        hashes = []
        for index in range((count + TILE_WIDTH - 1) // TILE_WIDTH):
            hashes += self.tile(level, index, min(TILE_WIDTH, count - index * TILE_WIDTH))
        return hashes

    def verify(self, checkpoint, entries):
        """Checks entries against level 0, each level against the one below, and the root.

        An entry that is None has expired: its hash alone is there.
        """
        leaves = self.row(0, checkpoint.size)
        if len(entries) < checkpoint.size:
            raise ValueError("entries are missing at the end")
        for leaf, entry in zip(leaves, entries):
            if entry is not None and leaf != leaf_hash(entry):
                raise ValueError("level 0 does not hold the hashes of the entries")
        below, level = leaves, 1
        while len(below) >= TILE_WIDTH:
            row = self.row(level, checkpoint.size)
            whole = range(0, len(below) // TILE_WIDTH * TILE_WIDTH, TILE_WIDTH)
            if row != [root_of(below[at:at + TILE_WIDTH]) for at in whole]:
                raise ValueError(f"level {level} does not follow from the one below")
            below, level = row, level + 1
        if root_of(leaves) != checkpoint.root:
            raise ValueError("the root is not the signed one")


def entries_of(folder):
    """The lines of a trail by their number, None where an audit.expire accounts for the segment.

    Such a record has to be an entry itself: `expired` holds a copy of its line, whose hash must be
    the leaf of its number, which `TiledLog.verify` then leads to a signed root.
    """
    folder = Path(folder)
    log, entries = TiledLog(folder), []
    size = Checkpoint(Note((folder / "checkpoint").read_text()).text).size
    gone = {}
    if (folder / "expired").exists():
        leaves = log.row(0, size)
        for line in (folder / "expired").read_bytes().splitlines(keepends=True):
            record = json.loads(line)
            if record["event"] != "audit.expire" or "session" in record:
                raise ValueError("a line of another kind among the expired")
            if leaves[record["seq"] - 1] != leaf_hash(line):
                raise ValueError(f"record {record['seq']} is not in the tree")
            gone[record["first"]] = record
    for path in sorted(folder.glob("trail-*.jsonl")):
        first = int(path.stem.removeprefix("trail-"))
        while len(entries) + 1 < first:
            record = gone.get(len(entries) + 1)
            if not record or record["last"] >= first or record["seq"] <= record["last"]:
                raise ValueError(f"records from {len(entries) + 1} on are missing")
            entries += [None] * (record["last"] - record["first"] + 1)
        for line in path.read_bytes().splitlines(keepends=True):
            entries.append(line)
            if json.loads(line)["seq"] != len(entries):
                raise ValueError(f"record {len(entries)} is missing")
    return entries


def follow(first, handovers):
    """The keys from the first on: each handover is signed by one and names the next."""
    keys = [first]
    for note in handovers:
        checkpoint = Checkpoint(note.text)
        if not note.signed_by(keys[-1]) or checkpoint.origin != first.name:
            raise ValueError("a handover is not signed by the key before")
        [extension] = checkpoint.extensions
        word, key = extension.split(" ")
        if word != "next-key":
            raise ValueError("a handover names no key")
        keys.append(Key(key))
    return keys

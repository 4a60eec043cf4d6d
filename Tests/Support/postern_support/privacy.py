"""Reveals encrypted fields as Deploy/audit-record.md describes them, with an implementation not ours."""

import base64
import json
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FORGOTTEN = "(forgotten)"


def keys(folder):
    """The keys in a trail's folder of keys, by their names."""
    found = {}
    for path in Path(folder).glob("[0-9]*/*"):
        if path.suffix == ".new":
            continue
        first, *lines = path.read_text().splitlines()
        assert first == "postern-key 1", path
        words = dict(line.partition(" ")[::2] for line in lines)
        assert words["id"] == path.name and words["period"] == path.parent.name, path
        found[path.name] = base64.b64decode(words["key"])
    return found


def reveal(record, known):
    """The record without its key's name, each encrypted field as it was or FORGOTTEN."""
    clear = _object({name: value for name, value in record.items() if name != "key"},
                    "", record.get("key"), known)
    return clear


def _object(members, path, key, known):
    clear = {}
    for name, value in members.items():
        if name.endswith("_enc"):
            name = name.removesuffix("_enc")
            value = _value(value, path + name, key, known)
        elif name in ("mailbox", "destination") and not path:
            value = _object(value, name + ".", key, known)
        elif name == "filed" and not path:
            value = [_object(each, "filed.", key, known) for each in value]
        clear[name] = value
    return clear


def _value(text, path, key, known):
    if key not in known:
        return FORGOTTEN
    sealed = base64.b64decode(text, validate=True)
    bound = path.encode() + b"\0" + key.encode()
    try:
        value = AESGCM(known[key]).decrypt(sealed[:12], sealed[12:], bound)
    except InvalidTag:
        raise AssertionError(f"{path} does not open under key {key}") from None
    assert len(value) % 32 == 0, "the length shows"
    return json.loads(value)

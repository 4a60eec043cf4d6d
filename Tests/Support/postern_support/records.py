"""Holds every line that a test's server has left against Deploy/audit-record.schema.json."""

import json
import re
from pathlib import Path

import jsonschema

_SCHEMA = Path(__file__).resolve().parents[3] / "Deploy/audit-record.schema.json"
_DIGITS = re.compile(rb"[0-9]+")


def validator():
    """One that says of a line what is wrong with it."""
    schema = json.loads(_SCHEMA.read_text())
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def check_trail(folder):
    """Raises AssertionError naming the first line that is not what the schema says.

    Lines that differ in their numbers alone are looked at once: a load test leaves thousands.
    """
    judge, seen = validator(), set()
    for path in sorted(Path(folder).glob("trail-*.jsonl")):
        for number, line in enumerate(path.read_bytes().splitlines(keepends=True), 1):
            shape = _DIGITS.sub(b"0", line)
            if shape in seen or not line.endswith(b"\n"):
                continue
            seen.add(shape)
            for error in judge.iter_errors(json.loads(line)):
                raise AssertionError(f"{path.name}:{number}: {error.message}\n{line.decode()}")

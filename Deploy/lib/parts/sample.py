"""The sample store: the same mails, dates and names in every run, laid as a Maildir tree."""

import base64
import hashlib
import os
import random
from email.utils import format_datetime
from datetime import datetime, timedelta, timezone
from pathlib import Path

INBOX_MESSAGES = 12
UID_VALIDITY = 1551432600
ATTACHMENT_BYTES = 4 * 1024 * 1024

# Folder names as people read them, and how many messages each holds.
FOLDERS = {
    "Archive/2019": 5,
    "Secret/Plans": 3,
    "Entwürfe": 1,
    "Rechnungen/März": 2,
    "Sent": 2,
}

_START = datetime(2019, 3, 1, 9, 30, tzinfo=timezone.utc)
_SUBJECTS = (
    "The harvest supper", "Minutes of the well committee", "Grüße aus Lübeck",
    "Quarterly figures", "A horse for sale", "Re: The harvest supper",
)


def modified_utf7(name):
    """A mailbox name as RFC 3501, 5.1.3 spells it."""
    spelled, pending = [], ""

    def flush():
        nonlocal pending
        if pending:
            coded = base64.b64encode(pending.encode("utf-16-be")).decode().rstrip("=")
            spelled.append("&" + coded.replace("/", ",") + "-")
            pending = ""

    for character in name:
        if " " <= character <= "~":
            flush()
            spelled.append("&-" if character == "&" else character)
        else:
            pending += character
    flush()
    return "".join(spelled)


def message(folder, index, attachment=False):
    """One message in wire form, with CRLF line ends."""
    when = _START + timedelta(days=7 * index, minutes=13 * len(folder))
    head = [
        "From: Martha Miller <martha@example.net>",
        "To: ann@example.org",
        f"Subject: {_encoded(_SUBJECTS[index % len(_SUBJECTS)])}",
        f"Date: {format_datetime(when)}",
        f"Message-ID: <{modified_utf7(folder).replace('/', '.')}.{index}@example.net>",
        "MIME-Version: 1.0",
    ]
    text = f"Message {index} of {modified_utf7(folder)}.\r\n" + "The geese are well.\r\n" * index
    if not attachment:
        body = ["Content-Type: text/plain; charset=us-ascii", "", text]
    else:
        body = [
            'Content-Type: multipart/mixed; boundary="goose"', "",
            "--goose", "Content-Type: text/plain; charset=us-ascii", "", text,
            "--goose", 'Content-Type: application/octet-stream; name="map.bin"',
            "Content-Transfer-Encoding: base64",
            'Content-Disposition: attachment; filename="map.bin"', "",
            _attachment(), "--goose--", "",
        ]
    return "\r\n".join(head + body).encode()


def _encoded(subject):
    if subject.isascii():
        return subject
    return "=?utf-8?b?" + base64.b64encode(subject.encode()).decode() + "?="


def _attachment():
    raw = random.Random(1).randbytes(ATTACHMENT_BYTES)
    return base64.encodebytes(raw).decode().replace("\n", "\r\n")


def lay(root):
    """Writes the whole store below `root`, the folder of one user."""
    root = Path(root)
    _lay_folder(root, "INBOX", INBOX_MESSAGES, attachment_at=7)
    for name, count in FOLDERS.items():
        _lay_folder(root / modified_utf7(name), name, count)
    subscribed = ["INBOX", *FOLDERS]
    (root / "subscriptions").write_text("".join(modified_utf7(n) + "\n" for n in subscribed))


def _lay_folder(path, name, count, attachment_at=None):
    for part in ("cur", "new", "tmp"):
        (path / part).mkdir(parents=True)
    numbers = []
    for index in range(1, count + 1):
        when = _START + timedelta(days=7 * index)
        stamp = int(when.timestamp())
        data = message(name, index, attachment=index == attachment_at)
        base = f"{stamp}.M{index}.sample,S={len(data)}"
        file = path / "cur" / f"{base}:2,"
        file.write_bytes(data)
        os.utime(file, (stamp, stamp))
        numbers.append(f"{index} :{base}\n")
    # Dovecot would take the time of day for the UIDVALIDITY.
    identity = hashlib.md5(name.encode()).hexdigest()
    head = f"3 V{UID_VALIDITY} N{count + 1} G{identity}\n"
    (path / "dovecot-uidlist").write_text(head + "".join(numbers))

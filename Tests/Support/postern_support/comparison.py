"""The same conversation held with a backend and through Postern, and what is compared of it."""

import re

# The answer's words are each server's own; its status, its code and all data are compared.
_STATUS = re.compile(rb"\A(\*|tagged) (OK|NO|BAD)(?: (\[[^\]]*\]))?[^\r\n]*\r\n\Z")
_REFUSALS = (b"tagged NO [NONEXISTENT]", b"tagged NO [CANNOT]")
# Both forms of a day below ten are in use, and mean the same.
_DAY = re.compile(rb'(?<=[" ])"[ 0](\d-\w{3}-\d{4})')
# A mailbox made during the test is valid from the second in which it was made.
_VALIDITY = re.compile(rb"\b1[5-9]\d{8}\b")
# What each side makes up by itself.
_UNIQUE = re.compile(rb"\b(MAILBOXID|EMAILID|THREADID) \([^)]*\)")
# When a message came or was saved, if that was today.
_MOMENT = re.compile(rb'(INTERNALDATE|SAVEDATE) "[^"]*-20(?!19)[^"]*"')
_LITERAL_END = re.compile(rb"\{(\d+)\+?\}\Z")


def converse(wire, steps):
    """Says each step, literals included, and returns the list of all answers to each."""
    return [(step, _answers(wire, step)) for step in steps]


def _answers(wire, step):
    parts = step if isinstance(step, tuple) else (step,)
    parts = [part if isinstance(part, bytes) else part.encode() for part in parts]
    if parts[0].upper() == b"IDLE":
        return _idle(wire)
    tag = wire.next_tag()
    wire.send(tag.encode() + b" " + parts[0])
    responses = []
    for before, part in zip(parts, parts[1:]):
        if _LITERAL_END.search(before):
            wire.send(b"\r\n")
            responses = wire.until("+", tag)
            # Refused instead of asked for.
            if not responses[-1].startswith(b"+"):
                break
            responses.pop()
        wire.send(part)
    else:
        wire.send(b"\r\n")
        responses += wire.until(tag)
    return _untagged(responses, tag.encode())


def _untagged(responses, tag):
    """The answers with one word for the tag."""
    return [
        re.sub(rb"\A" + tag + rb"(?= )", b"tagged", response)
        .replace(b'(TAG "' + tag + b'")', b"(TAG tagged)")
        for response in responses
    ]


def _idle(wire):
    tag = wire.next_tag()
    wire.send(tag.encode() + b" IDLE\r\n")
    responses = wire.until("+", tag)
    # The words of a continuation request are each server's own.
    begun = [b"+\r\n"] if responses[-1].startswith(b"+") else responses
    wire.send(b"DONE\r\n")
    return begun + _untagged(wire.until(tag), tag.encode())


def compared(responses, strips=()):
    """The part of the answers in which a gateway must not differ from the backend.

    `strips` are the first words of codes that no gateway passes on.
    """
    kept = []
    for response in responses:
        status = _STATUS.match(response)
        if status:
            code = _code(status[3], strips)
            if code or status[1] != b"*":
                kept.append(b" ".join((status[1].replace(b"*", b"untagged"), status[2], code)))
        elif not response.startswith(b"* CAPABILITY"):
            kept.append(response)
    return [_same_spelling(_without_chance(response)) for response in kept]


def same(had, wanted):
    """Whether both answers say the same.

    A gateway may say by a code what an old server says in words only.
    """
    return len(had) == len(wanted) and all(
        mine == theirs or theirs == b"tagged NO " and mine in _REFUSALS
        for mine, theirs in zip(had, wanted)
    )


def _code(code, strips):
    if code is None or code[1:-1].split(b" ")[0].decode() in strips:
        return b""
    return code


def _without_chance(response):
    response = _UNIQUE.sub(rb"\1 (unique)", response)
    # The URL of the client's own, which the gateway does not say again.
    response = re.sub(rb"\[BADURL [^\]]*\]", b"[BADURL]", response)
    return _MOMENT.sub(rb"\1 today", _VALIDITY.sub(b"validity", response))


def _same_spelling(response):
    """Atoms instead of the quoted strings that could be atoms, flags in one order."""
    response = _DAY.sub(rb'"\1', response)
    response = re.sub(rb'(?<=[ (])"([\w/.&,$*+-]+)"(?=[ )\r])', rb"\1", response)
    return re.sub(
        rb"(FLAGS |LIST |LSUB )\(([^()]*)\)",
        lambda match: match[1] + b"(" + b" ".join(sorted(match[2].split())) + b")",
        response,
    )

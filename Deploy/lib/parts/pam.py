"""A PAM service in a folder of its own, for pam_start_confdir: no system account, no /etc file."""

import os
import subprocess
from pathlib import Path

SERVICE = "postern-private"

# Users that stand for an account's or a module's trouble; they have passwords like the others.
EXPIRED, LOCKED, STALE, HANGING = "expired", "locked", "stale", "hanging"

# pam_debug is a real module of Linux-PAM that answers what it is told to.
_TROUBLES = f"""\
account [default=1 success=ignore] pam_succeed_if.so quiet user = {EXPIRED}
account requisite pam_debug.so acct=acct_expired
account [default=1 success=ignore] pam_succeed_if.so quiet user = {LOCKED}
account requisite pam_debug.so acct=perm_denied
account [default=1 success=ignore] pam_succeed_if.so quiet user = {STALE}
account requisite pam_debug.so acct=new_authtok_reqd
"""

# libpam looks for it whatever the service, and complains to syslog at each login where it is missing.
_OTHER = "auth required pam_deny.so\naccount required pam_deny.so\n"

_HANG = f"""\
auth [default=1 success=ignore] pam_succeed_if.so quiet user = {HANGING}
auth optional pam_exec.so quiet /bin/sleep {{seconds}}
"""


class Service:
    """The folder, the service file and the password file of libpam-pwdfile."""

    def __init__(self, folder, passwords, troubles=False, hang_seconds=16):
        self.folder = Path(folder)
        self.folder.mkdir(mode=0o755)
        self.name = SERVICE
        self.passwords = self.folder / "passwords"
        self.set_passwords(passwords)
        lines = [f"auth required pam_pwdfile.so pwdfile={self.passwords} nodelay\n"]
        if troubles:
            lines = [_HANG.format(seconds=hang_seconds), *lines, _TROUBLES]
        lines.append("account required pam_permit.so\n")
        (self.folder / SERVICE).write_text("".join(lines))
        (self.folder / "other").write_text(_OTHER)

    def set_passwords(self, passwords):
        """Replaces the password file whole, so that no login sees half of it."""
        lines = [f"{user}:{_hashed(word)}\n" for user, word in passwords.items()]
        fresh = self.passwords.with_suffix(".new")
        fresh.write_text("".join(lines))
        fresh.chmod(0o600)
        os.replace(fresh, self.passwords)


def _hashed(password):
    done = subprocess.run(
        ["openssl", "passwd", "-6", "-salt", "postern.trial", "-stdin"],
        input=password, capture_output=True, text=True, check=True,
    )
    return done.stdout.strip()

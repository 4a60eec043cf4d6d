"""A real Dovecot of one's own: own folder, own ports, own users, nothing of the system's."""

import grp
import os
import shutil
from pathlib import Path

from . import sample
from .processes import Child, answers, free_port, unprivileged_user

PASSWORDS = {"ann": "ann's secret", "bob": "bob's secret", "carl": "carl's secret"}
MASTER = "gateway"
MASTER_PASSWORD = "master's secret"

_INSTALLED = Path("/usr/lib/dovecot")
_UNPACKED = Path(__file__).resolve().parents[3] / ".build/packages/dovecot-imapd/usr/lib/dovecot"

_CONFIGURATION = """\
protocols = imap
listen = 127.0.0.1
base_dir = {run}
state_dir = {state}
instance_name = postern-private
log_path = {folder}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
default_process_limit = 100
default_vsz_limit = 256M
shutdown_clients = yes
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_master_user_separator = *
auth_failure_delay = 0
auth_username_format = %Ln
login_trusted_networks = 127.0.0.0/8
ssl = yes
ssl_cert = <{certificate}
ssl_key = <{key}
first_valid_uid = 1
mail_location = maildir:{folder}/mail/%n:LAYOUT=fs
maildir_very_dirty_syncs = yes
mail_max_userip_connections = 100
mail_fsync = never
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Sent {{
    special_use = \\Sent
  }}
}}
passdb {{
  driver = passwd-file
  master = yes
  args = scheme=PLAIN {folder}/masters
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN {folder}/users
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%n
}}
service imap-login {{
  executable = {programs}/imap-login
  chroot =
  service_count = 0
  process_min_avail = 1
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service imap {{
  executable = {programs}/imap
}}
service imap-urlauth-login {{
  executable = {programs}/imap-urlauth-login
  chroot =
}}
service imap-urlauth {{
  executable = {programs}/imap-urlauth
}}
service imap-urlauth-worker {{
  executable = {programs}/imap-urlauth-worker
}}
service imap-hibernate {{
  executable = {programs}/imap-hibernate
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


# Access control lists, quota and notes on mailboxes, which a Dovecot has only when told to.
_EXTENSIONS = """\
mail_plugin_dir = {folder}/plugins
mail_plugins = acl quota
mail_attribute_dict = file:{folder}/state/attributes-%n
protocol imap {{
  mail_plugins = acl quota imap_acl imap_quota
  imap_metadata = yes
}}
plugin {{
  acl = vfile
  # Else the rights of the master user count, who owns nothing.
  acl_user = %u
  quota = maildir:User quota
  quota_rule = *:storage=10M:messages=1000
}}
"""


def _programs(folder):
    """The folder that holds Dovecot's `imap` and `imap-login`: the system's, or a copy in `folder`.

    Dovecot's user need not be able to reach this clone, which may be in /root.
    """
    if (_INSTALLED / "imap").exists():
        return _INSTALLED
    if (_UNPACKED / "imap").exists():
        return Path(shutil.copytree(_UNPACKED, folder / "programs"))
    raise RuntimeError("Dovecot's IMAP programs are missing: run Deploy/test --only install")


class Dovecot:
    """One private Dovecot with the sample store; `extensions` loads its plugins."""

    def __init__(self, folder, certificate, port=None, tls_port=None, extensions=False):
        self.folder = Path(folder)
        self.port = port or free_port()
        self.tls_port = tls_port or free_port()
        self.child = None
        self._lay(certificate)
        if extensions:
            self._extend()

    def _lay(self, certificate):
        user = unprivileged_user()
        self.folder.mkdir(mode=0o755)
        self.programs = _programs(self.folder)
        for name in ("run", "state", "mail", "home"):
            (self.folder / name).mkdir()
        users = "".join(f"{name}:{{PLAIN}}{word}::::::\n" for name, word in PASSWORDS.items())
        (self.folder / "users").write_text(users)
        (self.folder / "masters").write_text(f"{MASTER}:{{PLAIN}}{MASTER_PASSWORD}::::::\n")
        shutil.copy(certificate.chain, self.folder / "server.pem")
        shutil.copy(certificate.key, self.folder / "server.key")
        self.configuration = self.folder / "dovecot.conf"
        self.configuration.write_text(
            _CONFIGURATION.format(
                folder=self.folder, run=self.folder / "run", state=self.folder / "state",
                certificate=self.folder / "server.pem", key=self.folder / "server.key",
                user=user.pw_name, group=grp.getgrgid(user.pw_gid).gr_name,
                uid=user.pw_uid, gid=user.pw_gid, programs=self.programs,
                port=self.port, tls_port=self.tls_port,
            )
        )
        for name in PASSWORDS:
            sample.lay(self.folder / "mail" / name)
        if os.getuid() == 0:
            for path in [self.folder, *self.folder.rglob("*")]:
                os.chown(path, user.pw_uid, user.pw_gid)

    def _extend(self):
        """Loads the plugins, which two packages hold in a folder each."""
        plugins = self.folder / "plugins"
        plugins.mkdir(mode=0o755)
        for name in ("acl", "imap_acl", "quota", "imap_quota"):
            for folder in (_INSTALLED, self.programs):
                for found in (folder / "modules").glob(f"lib??_{name}_plugin.so"):
                    if not (plugins / found.name).exists():
                        (plugins / found.name).symlink_to(found)
        with self.configuration.open("a") as configuration:
            configuration.write(_EXTENSIONS.format(folder=self.folder))

    def start(self):
        options = {}
        if os.getuid() == 0:
            user = unprivileged_user()
            options = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
        self.child = Child(
            "dovecot",
            ["/usr/sbin/dovecot", "-F", "-c", str(self.configuration)],
            str(self.folder / "dovecot.output"),
            cwd="/",
            **options,
        )
        self.child.wait_for(lambda: answers(self.port), 20)
        return self

    def stop(self):
        if self.child:
            self.child.stop()
            self.child = None

    def log(self):
        path = self.folder / "dovecot.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

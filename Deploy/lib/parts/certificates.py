"""A certificate authority for one run, made with the openssl command."""

import subprocess
from collections import namedtuple
from pathlib import Path

Certificate = namedtuple("Certificate", "chain key")

_AUTHORITY = """\
[ca]
default_ca = one
[one]
database = {folder}/index.txt
serial = {folder}/serial
crlnumber = {folder}/crlnumber
new_certs_dir = {folder}
default_md = sha256
default_days = 30
default_crl_days = 30
policy = any
unique_subject = no
[any]
commonName = optional
[req]
distinguished_name = none
[none]
"""


class Authority:
    """A CA in a folder of its own: issues, revokes, and keeps its CRL file current."""

    def __init__(self, folder, name="Postern trial CA"):
        self.folder = Path(folder)
        self.folder.mkdir(mode=0o700)
        self.settings = self.folder / "ca.cnf"
        self.settings.write_text(_AUTHORITY.format(folder=self.folder))
        (self.folder / "index.txt").touch()
        (self.folder / "serial").write_text("1000\n")
        (self.folder / "crlnumber").write_text("01\n")
        self.key, self.certificate = self.folder / "ca.key", self.folder / "ca.pem"
        self._new_key(self.key)
        _openssl(
            "req", "-x509", "-new", "-config", self.settings, "-key", self.key,
            "-subj", f"/CN={name}", "-days", "30", "-out", self.certificate,
            "-addext", "basicConstraints=critical,CA:TRUE",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign",
            "-addext", "subjectKeyIdentifier=hash",
        )
        self.crl = self.folder / "ca.crl"
        self.write_crl()

    def issue(self, name, common_name, alternatives, usage, days=30):
        """A leaf certificate; `alternatives` is a subjectAltName value, or None for none."""
        key, request = self.folder / f"{name}.key", self.folder / f"{name}.csr"
        chain, extra = self.folder / f"{name}.pem", self.folder / f"{name}.ext"
        self._new_key(key)
        _openssl(
            "req", "-new", "-config", self.settings, "-key", key,
            "-subj", f"/CN={common_name}", "-out", request,
        )
        lines = ["basicConstraints=CA:FALSE", "keyUsage=critical,digitalSignature",
                 f"extendedKeyUsage={usage}", "authorityKeyIdentifier=keyid"]
        if alternatives:
            lines.append(f"subjectAltName={alternatives}")
        extra.write_text("\n".join(lines) + "\n")
        span = ["-days", str(days)] if days > 0 else [
            "-startdate", "20200101000000Z", "-enddate", "20200201000000Z"]
        _openssl(
            "ca", "-batch", "-config", self.settings, "-keyfile", self.key,
            "-cert", self.certificate, "-in", request, "-out", chain,
            "-extfile", extra, "-notext", *span,
        )
        return Certificate(chain, key)

    def server(self, name="server", alternatives="DNS:localhost,IP:127.0.0.1,IP:::1"):
        return self.issue(name, "localhost", alternatives, "serverAuth")

    def client(self, name, mail=None, **options):
        """A client certificate whose only identity is a rfc822Name."""
        alternatives = f"email:{mail}" if mail else None
        return self.issue(name, name, alternatives, options.pop("usage", "clientAuth"), **options)

    def revoke(self, certificate):
        _openssl("ca", "-config", self.settings, "-keyfile", self.key,
                 "-cert", self.certificate, "-revoke", certificate.chain)
        self.write_crl()

    def write_crl(self):
        _openssl("ca", "-gencrl", "-config", self.settings, "-keyfile", self.key,
                 "-cert", self.certificate, "-out", self.crl)

    @staticmethod
    def _new_key(path):
        _openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", path)
        path.chmod(0o600)


def _openssl(*arguments):
    done = subprocess.run(
        ["openssl", *map(str, arguments)], stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    if done.returncode != 0:
        raise RuntimeError(f"openssl {arguments[0]} failed:\n{done.stderr}")

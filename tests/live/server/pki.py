"""Certificates made on the spot, with the openssl command. All keys are for these tests and gone after them."""
import os
import subprocess
import threading

CONFIG = """
[ca]
default_ca = d
[d]
database = {dir}/index.txt
serial = {dir}/serial
new_certs_dir = {dir}
default_md = sha256
policy = p
unique_subject = no
copy_extensions = copy
[p]
commonName = supplied
organizationName = optional
"""
NAMES = "DNS:localhost,IP:127.0.0.1,IP:::1"


class Pki:
    """An authority in a directory, and what it signs."""

    def __init__(self, directory):
        self.dir = directory
        self.lock = threading.Lock()
        os.makedirs(directory)
        for name, text in (("index.txt", ""), ("serial", "01\n"), ("ca.conf", CONFIG.format(dir=directory))):
            with open(self.path(name), "w", encoding="utf-8") as out:
                out.write(text)
        self.run("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                 "-subj", "/CN=test-ca", "-keyout", self.path("ca.key"), "-out", self.path("ca.pem"))

    def path(self, name):
        return os.path.join(self.dir, name)

    def run(self, *words):
        subprocess.run(("openssl",) + words, check=True, stdin=subprocess.DEVNULL, capture_output=True)

    def issue(self, name, subject, names=None, start=None, end=None):
        """Signs a certificate, once for each name: NAME.pem and NAME.key. Times as YYYYMMDDHHMMSSZ."""
        with self.lock:
            if not os.path.exists(self.path(name + ".pem")):
                self._issue(name, subject, names, start, end)

    def _issue(self, name, subject, names, start, end):
        request = ["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", subject,
                   "-keyout", self.path(name + ".key"), "-out", self.path(name + ".csr")]
        if names:
            request += ["-addext", "subjectAltName=" + names]
        self.run(*request)
        times = ["-startdate", start or "20200101000000Z", "-enddate", end or "20491231235959Z"]
        self.run("ca", "-batch", "-notext", "-config", self.path("ca.conf"), "-cert", self.path("ca.pem"), "-keyfile",
                 self.path("ca.key"), "-in", self.path(name + ".csr"), "-out", self.path(name + ".pem"), *times)

    def text(self, name):
        with open(self.path(name), encoding="utf-8") as f:
            return f.read()

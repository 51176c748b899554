"""A real API server on the loopback: etcd and kube-apiserver with TLS, rights, tokens, certificates, an audit log."""
import atexit
import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "live"))
from server.pki import NAMES, Pki  # noqa: E402

TOKENS = """admin-token-secret,token-admin,1,"system:masters"
reader-token-secret,reader,2
shop-token-secret,shop-reader,3
nobody-token-secret,nobody,4
"""
SECRETS = [line.split(",")[0] for line in TOKENS.splitlines()]
AUDIT = """apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
"""
PLUGIN = """#!/bin/sh
v=$(printf %s "$KUBERNETES_EXEC_INFO" | sed -n 's/.*"apiVersion":"\\([^"]*\\)".*/\\1/p')
printf '{"apiVersion":"%s","kind":"ExecCredential","status":{"token":"%s"}}\\n' "$v" "${TOKEN:-reader-token-secret}"
"""


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as s:
        return s.getsockname()[1]


class RealCluster:
    """Started, and stopped with the program whatever happens."""

    def __init__(self, programs):
        self.bin = programs
        self.dir = tempfile.mkdtemp(prefix="polgrid-cluster.")
        self.processes = {}
        atexit.register(self.stop)
        self.pki = Pki(self.path("pki"))
        self.pki.issue("server", "/CN=kube-apiserver", NAMES + ",DNS:kube.test")
        self.pki.issue("admin", "/O=system:masters/CN=admin")
        self.pki.issue("alice", "/O=dev/CN=alice")
        self.pki.run("genrsa", "-out", self.path("pki/sa.key"), "2048")
        self.write("tokens.csv", TOKENS)
        self.write("audit.yaml", AUDIT)
        os.chmod(self.write("plugin.sh", PLUGIN), 0o755)
        self.etcd_port, self.port = free_port(), free_port()
        self.url = f"https://127.0.0.1:{self.port}"
        self.start_etcd()
        self.start_api()
        self.admin = self.kubeconfig("admin", {"client-certificate": self.path("pki/admin.pem"),
                                               "client-key": self.path("pki/admin.key")})

    def path(self, name):
        return os.path.join(self.dir, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as out:
            out.write(text)
        return self.path(name)

    def start(self, name, *words):
        log = open(self.path(name + ".log"), "ab")  # pylint: disable=consider-using-with
        self.processes[name] = subprocess.Popen([os.path.join(self.bin, name), *words], stdout=log, stderr=log,
                                                stdin=subprocess.DEVNULL, start_new_session=True)

    def start_etcd(self):
        client, peer = f"http://127.0.0.1:{self.etcd_port}", f"http://127.0.0.1:{free_port()}"
        self.start("etcd", "--data-dir", self.path("etcd"), "--listen-client-urls", client, "--advertise-client-urls",
                   client, "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster",
                   f"default={peer}", "--unsafe-no-fsync=true")

    def start_api(self, *more):
        pki = self.path("pki")
        self.start("kube-apiserver", f"--etcd-servers=http://127.0.0.1:{self.etcd_port}", "--bind-address=127.0.0.1",
                   "--advertise-address=127.0.0.1", f"--secure-port={self.port}", "--endpoint-reconciler-type=none",
                   "--service-cluster-ip-range=10.96.0.0/16", f"--tls-cert-file={pki}/server.pem",
                   f"--tls-private-key-file={pki}/server.key", f"--client-ca-file={pki}/ca.pem",
                   f"--token-auth-file={self.path('tokens.csv')}", f"--service-account-issuer={self.url}",
                   f"--service-account-key-file={pki}/sa.key", f"--service-account-signing-key-file={pki}/sa.key",
                   "--authorization-mode=RBAC", "--disable-admission-plugins=ServiceAccount",
                   f"--audit-policy-file={self.path('audit.yaml')}", f"--audit-log-path={self.path('audit.log')}",
                   "--profiling=false", *more)
        end = time.time() + 120
        while self.kubectl_raw("--token", "admin-token-secret", "get", "--raw", "/readyz").returncode != 0:
            if self.processes["kube-apiserver"].poll() is not None or time.time() > end:
                with open(self.path("kube-apiserver.log"), encoding="utf-8", errors="replace") as f:
                    raise RuntimeError("no API server: " + f.read()[-2000:])
            time.sleep(0.2)

    def end(self, name):
        process = self.processes.pop(name, None)
        if process:
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def stop(self):
        self.end("kube-apiserver")
        self.end("etcd")
        shutil.rmtree(self.dir, ignore_errors=True)

    def forget(self):
        """Compacts etcd and starts the API server anew: versions from before are gone (410)."""
        client = f"http://127.0.0.1:{self.etcd_port}"
        from urllib.request import Request, urlopen
        with urlopen(Request(client + "/v3/kv/range", b'{"key":"AA=="}'), timeout=10) as reply:
            revision = json.load(reply)["header"]["revision"]
        body = json.dumps({"revision": revision, "physical": True}).encode()
        urlopen(Request(client + "/v3/kv/compaction", body), timeout=10).close()
        self.end("kube-apiserver")
        self.start_api()

    # --- talking to it ---

    def kubectl_raw(self, *words, stdin=None, env=None):
        return subprocess.run([os.path.join(self.bin, "kubectl"), "--server", self.url, "--certificate-authority",
                               self.path("pki/ca.pem"), *words], input=stdin, capture_output=True, check=False,
                              env=dict(os.environ, HOME=self.dir, **(env or {})), timeout=120)

    def kubectl_plain(self, *words, env):
        """With nothing but its own arguments."""
        return subprocess.run([os.path.join(self.bin, "kubectl"), *words], stdin=subprocess.DEVNULL, capture_output=True,
                              check=False, env=env, timeout=60)

    def apply(self, objects, *words):
        text = json.dumps({"apiVersion": "v1", "kind": "List", "items": list(objects)}).encode()
        done = self.kubectl_raw("--token", "admin-token-secret", "apply", "--server-side", "--force-conflicts", "-f", "-",
                                *words, stdin=text)
        assert done.returncode == 0, done.stderr.decode()[-2000:]

    def delete(self, *words):
        done = self.kubectl_raw("--token", "admin-token-secret", "delete", "--wait=false", *words)
        assert done.returncode == 0, done.stderr.decode()

    def set_status(self, pods):
        """What a kubelet would write: phase and addresses."""
        for pod in pods:
            done = self.kubectl_raw("--token", "admin-token-secret", "patch", "pod", "-n", pod["metadata"]["namespace"],
                                    pod["metadata"]["name"], "--subresource=status", "--type=merge", "-p",
                                    json.dumps({"status": pod["status"]}))
            assert done.returncode == 0, done.stderr.decode()

    def kubeconfig(self, name, user, namespace=None, **cluster):
        entry = {"server": self.url, **cluster}
        if not any(k.startswith("certificate-authority") or k == "insecure-skip-tls-verify" for k in cluster):
            entry["certificate-authority-data"] = base64.b64encode(self.pki.text("ca.pem").encode()).decode()
        context = {"cluster": "c", "user": "u", **({"namespace": namespace} if namespace else {})}
        return self.write(name + ".kubeconfig", json.dumps({
            "apiVersion": "v1", "kind": "Config", "current-context": "ctx",
            "contexts": [{"name": "ctx", "context": context}],
            "clusters": [{"name": "c", "cluster": entry}], "users": [{"name": "u", "user": user}]}))

    def audit(self, agent="polgrid/", since=0, full=False):
        """The audited requests of a client: (verb, user, uri), and how far the log goes now; `full`: the user with
        groups, uid and extra, as JSON."""
        with open(self.path("audit.log"), "rb") as f:
            f.seek(since)
            text = f.read()
        whole = text[:text.rfind(b"\n") + 1]
        found = []
        for line in whole.splitlines():
            entry = json.loads(line)
            if entry.get("userAgent", "").startswith(agent):
                user = entry.get("impersonatedUser") or entry["user"]
                name = json.dumps(user, sort_keys=True) if full else user.get("username")
                found.append((entry["verb"], name, entry["requestURI"]))
        return found, since + len(whole)

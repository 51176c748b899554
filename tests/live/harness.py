"""What the tests of a live cluster share: a world, a server for it, kubeconfigs, runs of polgrid, TAP."""
import atexit
import base64
import concurrent.futures
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server.cluster import Cluster  # noqa: E402
from server.pki import NAMES, Pki  # noqa: E402
from server.server import Api, User  # noqa: E402

POLGRID = os.path.abspath(os.environ.get("POLGRID", "polgrid"))
SECRET = "token-that-nobody-may-see"


def obj(api_version, kind, name, namespace=None, labels=None, **rest):
    meta = {"name": name}
    if namespace:
        meta["namespace"] = namespace
    if labels:
        meta["labels"] = labels
    return {"apiVersion": api_version, "kind": kind, "metadata": meta, **rest}


def pod(namespace, name, app, ip, **spec):
    return obj("v1", "Pod", name, namespace, {"app": app},
               spec={"nodeName": "n1", "containers": [{"name": "c", "env": [{"name": "A", "value": "x" * 50}],
                                                       "ports": [{"name": "http", "containerPort": 8080}]}], **spec},
               status={"phase": "Running", "podIP": ip, "podIPs": [{"ip": ip}], "hostIP": "192.168.0.1"})


def policy(namespace, name, **spec):
    return obj("networking.k8s.io/v1", "NetworkPolicy", name, namespace, spec={"podSelector": {}, **spec})


def world(pods=6):
    """Three namespaces, pods in each, and policies that tell them apart."""
    objects = [obj("v1", "Namespace", n, labels={"team": t, "kubernetes.io/metadata.name": n})
               for n, t in (("shop", "x"), ("pay", "y"), ("ops", "x"))]
    objects.append(obj("v1", "Node", "n1", status={"addresses": [{"type": "InternalIP", "address": "192.168.0.1"}],
                                                   "nodeInfo": {"kubeletVersion": "v1.34.0"}}))
    for i in range(pods):
        objects.append(pod(("shop", "pay", "ops")[i % 3], f"p-{i:04}", "ab"[i // 3 % 2], f"10.0.{i // 250}.{i % 250 + 1}"))
    objects.append(policy("shop", "api-in", podSelector={"matchLabels": {"app": "a"}}, ingress=[
        {"from": [{"namespaceSelector": {"matchLabels": {"team": "y"}}}], "ports": [{"port": "http"}]}]))
    objects.append(policy("pay", "deny", policyTypes=["Ingress", "Egress"],
                          egress=[{"to": [{"podSelector": {}}, {"namespaceSelector": {}}]}]))
    return objects


class Bench:
    """A directory with certificates, servers and kubeconfigs, gone at the end."""

    def __init__(self):
        self.dir = tempfile.mkdtemp(prefix="polgrid-live.")
        atexit.register(shutil.rmtree, self.dir, ignore_errors=True)
        self.pki = Pki(os.path.join(self.dir, "pki"))
        self.pki.issue("server", "/CN=apiserver", NAMES)
        self.pki.issue("admin", "/CN=admin/O=system:masters")
        self.count = itertools.count()

    def serve(self, objects=(), cert="server", tls=True, cluster=None, port=0):
        cluster = cluster or Cluster()
        for o in objects:
            cluster.put(o)
        pem, key = self.pki.path(cert + ".pem"), self.pki.path(cert + ".key")
        api = Api(cluster, pem, key, self.pki.path("ca.pem"), port) if tls else Api(cluster)
        api.tokens[SECRET] = User("alice")
        api.users["admin"] = User("admin")
        return api

    def kubeconfig(self, api, user=None, namespace=None, server=None, **cluster):
        """A kubeconfig file; `user` is the user's entry, by default one with the token."""
        entry = {"server": server or api.url, **cluster}
        if "certificate-authority-data" not in cluster and "insecure-skip-tls-verify" not in cluster:
            entry["certificate-authority-data"] = base64.b64encode(self.pki.text("ca.pem").encode()).decode()
        context = {"cluster": "c1", "user": "u1"}
        if namespace:
            context["namespace"] = namespace
        path = os.path.join(self.dir, f"kubeconfig-{next(self.count)}")
        with open(path, "w", encoding="utf-8") as out:
            json.dump({"apiVersion": "v1", "kind": "Config", "current-context": "ctx",
                       "contexts": [{"name": "ctx", "context": context}],
                       "clusters": [{"name": "c1", "cluster": entry}],
                       "users": [{"name": "u1", "user": user if user is not None else {"token": SECRET}}]}, out)
        return path

    def manifests(self, objects):
        path = os.path.join(self.dir, f"objects-{next(self.count)}.json")
        with open(path, "w", encoding="utf-8") as out:
            json.dump({"apiVersion": "v1", "kind": "List", "items": list(objects)}, out)
        return path


class Run:
    """What came of a run of polgrid."""

    def __init__(self, *words, env=None, timeout=120):
        clean = {k: v for k, v in os.environ.items()
                 if k.lower() not in ("kubeconfig", "https_proxy", "http_proxy", "no_proxy", "all_proxy")}
        clean.update(env or {})
        done = subprocess.run([POLGRID, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout,
                              env=clean, check=False)
        self.status = done.returncode
        self.out, self.err = done.stdout.decode(), done.stderr.decode()
        assert SECRET not in self.out + self.err, "the token is in the output"

    def json(self):
        return json.loads(self.out)


def answer(document):
    """A document without what tells where it comes from."""
    return {k: v for k, v in document.items() if k != "source"}


def attempt(case, bench):
    """What is wrong, or None."""
    try:
        case(bench)
        return None
    except Exception:  # a case fails by any of them
        return traceback.format_exc()


def main(cases):
    """Runs the functions of a list, each with a Bench, as TAP."""
    if not shutil.which("openssl"):
        print("1..0 # SKIP no openssl to make certificates with")
        return 0
    bench = Bench()
    failed = 0
    print(f"1..{len(cases)}")
    # They mostly wait: for a server that is slow, for a retry.
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for number, (case, wrong) in enumerate(zip(cases, pool.map(lambda c: attempt(c, bench), cases)), 1):
            failed += wrong is not None
            print(f"{'ok' if wrong is None else 'not ok'} {number} - {case.__name__}")
            for line in (wrong or "").splitlines()[-60:]:
                print("# " + line)
    sys.stdout.flush()
    return 1 if failed else 0

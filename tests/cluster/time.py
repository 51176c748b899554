#!/usr/bin/env python3
"""How long polgrid takes to read a real cluster, beside curl for the pages of its pods alone: time.py [PODS]."""
import concurrent.futures
import http.client
import json
import os
import resource
import shutil
import ssl
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "live"))
from harness import POLGRID, obj, policy  # noqa: E402
from cluster import RealCluster  # noqa: E402

TOKEN = "admin-token-secret"
RUNS = 5


def pod(number):
    """About as large as pods are: 4 kB, and as much again of managedFields."""
    env = [{"name": f"SETTING_{i}", "value": f"value-{i}-{number}" * 3} for i in range(12)]
    container = {"image": f"registry.invalid/team/app:{number % 7}", "env": env,
                 "ports": [{"name": "http", "containerPort": 8080}],
                 "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}}}
    return obj("v1", "Pod", f"app-{number % 8}-{number:05}", f"team-{number % 50}",
               {"app": f"app-{number % 8}", "team": f"team-{number % 50}", "tier": ("front", "back")[number % 2]},
               spec={"nodeName": f"node-{number % 100}",
                     "containers": [dict(container, name=name) for name in ("main", "side")]})


def post_all(c, objects):
    """Over one connection."""
    context = ssl.create_default_context(cafile=c.path("pki/ca.pem"))
    connection = http.client.HTTPSConnection("127.0.0.1", c.port, context=context)
    headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"}
    for o in objects:
        connection.request("POST", f"/api/v1/namespaces/{o['metadata']['namespace']}/pods", json.dumps(o), headers)
        reply = connection.getresponse()
        reply.read()
        assert reply.status == 201, reply.status


def fill(c, pods):
    c.apply([obj("v1", "Namespace", f"team-{i}") for i in range(50)])
    c.apply([policy(f"team-{i}", name, ingress=[{"from": [{"podSelector": {"matchLabels": {"tier": "front"}}}]}])
             for i in range(50) for name in ("a", "b", "c", "d", "e")])
    made = [pod(i) for i in range(pods)]
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda start: post_all(c, made[start::8]), range(8)))


def curl_pages(c):
    """All pods in pages of 500 over curl, one process a page: the time, and the bytes."""
    began, size, token = time.time(), 0, ""
    while True:
        url = f"{c.url}/api/v1/pods?limit=500" + (f"&continue={token}" if token else "")
        body = subprocess.run(["curl", "-s", "--compressed", "-A", "time/1", "--cacert", c.path("pki/ca.pem"), "-H",
                               f"Authorization: Bearer {TOKEN}", url], capture_output=True, check=True).stdout
        size += len(body)
        head = body[:600]
        at = head.find(b'"continue":"')
        if at < 0:
            return time.time() - began, size
        token = head[at + 12:head.index(b'"', at + 12)].decode()


def main():
    pods = int(sys.argv[1]) if len(sys.argv) > 1 else 5000
    build = subprocess.run([os.path.join(HERE, "build.sh")], stdout=subprocess.PIPE, check=True)
    c = RealCluster(build.stdout.decode().strip())
    fill(c, pods)
    ours, cpu, memory, theirs, size = [], [], 0, [], 0
    for _ in range(RUNS):
        if shutil.which("curl"):
            elapsed, size = curl_pages(c)
            theirs.append(elapsed)
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
        done = subprocess.run(["/usr/bin/env", POLGRID, "matrix", "--totals", "--kubeconfig", c.admin],
                              capture_output=True, check=False)
        assert done.returncode == 0 and f"{pods} pods".encode() in done.stdout, done.stderr
        ours.append(time.time() - began)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu.append(after.ru_utime - before.ru_utime)
    with subprocess.Popen([POLGRID, "matrix", "--totals", "--kubeconfig", c.admin], stdout=subprocess.DEVNULL) as run:
        while run.poll() is None:
            try:
                with open(f"/proc/{run.pid}/status", encoding="ascii") as f:
                    found = [int(line.split()[1]) for line in f if line.startswith("VmHWM")]
                memory = max([memory, *found])
            except OSError:
                pass
            time.sleep(0.002)
    print(f"{pods} pods, {size / 1e6:.1f} MB of JSON")
    print(f"polgrid, everything: {min(ours):.2f} s (least of {RUNS}), {min(cpu):.2f} s of it its own, {memory / 1024:.0f} MB")
    if theirs:
        print(f"curl, the pages of pods alone: {min(theirs):.2f} s")


if __name__ == "__main__":
    main()

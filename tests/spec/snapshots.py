#!/usr/bin/env python3
"""A snapshot is as good as what it was taken of: the same groups, connections and cells, for every vector and example.

Prints TAP; POLGRID and PG_SRC say which program and which source.
"""
import concurrent.futures
import glob
import json
import os
import subprocess
import sys
import tempfile

POLGRID = os.path.abspath(os.environ["POLGRID"])
SRC = os.path.abspath(os.environ.get("PG_SRC", "."))


def polgrid(*words):
    return subprocess.run([POLGRID, *words], stdin=subprocess.DEVNULL, capture_output=True, timeout=60, check=False)


def matrix(*source):
    done = polgrid("matrix", "-o", "json", *source)
    if done.returncode not in (0, 4):
        return None
    document = json.loads(done.stdout)
    enforcement = document["source"]["enforcement"], document["source"].get("plugins")
    reasons = sorted((u["reason"], u.get("kind"), u.get("namespace"), u.get("name")) for u in document["unevaluated"]
                     if u["reason"] != "unreadable")
    return {key: document[key] for key in ("groups", "connections", "cells")}, reasons, enforcement


def wrong(directory):
    """What is wrong with the snapshots of a directory of manifests; None: nothing; "": there is nothing to compare."""
    before = matrix("-f", directory)
    if before is None:
        return ""
    with tempfile.TemporaryDirectory(prefix="polgrid-snapshots-") as scratch:
        for name in ("s.yaml", "s.json"):
            path = os.path.join(scratch, name)
            taken = polgrid("snapshot", "-f", directory, "-o", path)
            if taken.returncode not in (0, 4):
                return f"{name}: exit status {taken.returncode}: {taken.stderr.decode()[:300]}"
            if os.stat(path).st_mode & 0o777 != 0o600 or os.listdir(scratch) != [name]:
                return f"{name}: not alone, or open to others"
            after = matrix("-f", path)
            if after != before:
                return f"{name}: {json.dumps(before)[:1500]} became {json.dumps(after)[:1500]}"
            os.unlink(path)
    return None


def main():
    found = sorted(glob.glob(os.path.join(SRC, "tests/spec/vectors/*/manifests")) +
                   glob.glob(os.path.join(SRC, "data/examples/*/manifests")))
    compared = failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        for directory, verdict in zip(found, pool.map(wrong, found)):
            if verdict == "":
                continue
            compared += 1
            failed += verdict is not None
            name = os.path.relpath(os.path.dirname(directory), SRC)
            print(f"{'ok' if verdict is None else 'not ok'} {compared} - {name}")
            if verdict:
                print("#   " + verdict)
    print(f"1..{compared}")
    return 1 if failed or compared < 20 else 0


if __name__ == "__main__":
    sys.exit(main())

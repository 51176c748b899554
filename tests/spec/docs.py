#!/usr/bin/env python3
"""Runs every polgrid command that README.md, the pages of data/ and the manual page show, as it stands there.

Prints TAP; POLGRID and PG_SRC say which program and which source. A command holds if it ends with 0, 1 or 4 (allowed or
done, denied, undecided), prints something, and rejects none of its arguments (2). Standard output is no terminal here,
so the commands that open the grid print the matrix.
"""
import glob
import os
import re
import shlex
import subprocess
import sys
import tempfile

STATUSES = (0, 1, 4)

# What a command that reads a live cluster gets: a server that nobody listens for. It must be asked for, and refused.
KUBECONFIG = """{"current-context": "prod", "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u"}}],
"clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:1"}}], "users": [{"name": "u", "user": {}}]}"""


def is_live(words):
    return not {"-f", "-R", "--demo", "help", "version"} & set(words)


def commands(path):
    """The lines of a page that are commands: indented in Markdown, .Dl or literal in mdoc."""
    mdoc = path.endswith(".1")
    with open(path, encoding="utf-8") as f:
        for number, line in enumerate(f, 1):
            match = re.match(r"(?:\.Dl )?((?:polgrid|kubectl) .*)" if mdoc else r" {4,}((?:polgrid|kubectl) .*)", line)
            if match and (not match.group(1).startswith("kubectl") or "| polgrid" in match.group(1)):
                yield number, match.group(1).replace("\\-", "-")


def run(polgrid, src, text):
    """What is wrong with a command, or None. `manifests/` is an example, standard input the demo."""
    words = shlex.split(text.rpartition("| ")[2], comments=True)
    with tempfile.TemporaryDirectory(prefix="polgrid-docs-") as directory:
        os.symlink(os.path.join(src, "data"), os.path.join(directory, "data"))
        os.symlink(os.path.join(src, "data/examples/zero-trust-incomplete/manifests"),
                   os.path.join(directory, "manifests"))
        kubeconfig = os.path.join(directory, "kubeconfig")
        with open(kubeconfig, "w", encoding="utf-8") as out:
            out.write(KUBECONFIG)
        with open(os.path.join(src, "data/demo/shop.yaml"), "rb") as stdin:
            try:
                done = subprocess.run([polgrid] + words[1:], cwd=directory, stdin=stdin, capture_output=True,
                                      timeout=60, check=False, env=dict(os.environ, KUBECONFIG=kubeconfig))
            except subprocess.TimeoutExpired:
                return "took more than 60 s"
    if is_live(words):
        return None if done.returncode == 3 and b"https://127.0.0.1:1" in done.stderr else "does not ask the cluster"
    if done.returncode not in STATUSES:
        return f"exit status {done.returncode}: {done.stderr.decode('utf-8', 'replace').strip()[:300]}"
    return None if done.stdout.strip() else "prints nothing"


def main():
    polgrid = os.path.abspath(os.environ["POLGRID"])
    src = os.path.abspath(os.environ.get("PG_SRC", "."))
    pages = ["README.md", "man/polgrid.1", "data/demo/README.md"]
    pages += sorted(os.path.relpath(p, src) for p in glob.glob(os.path.join(src, "data/examples/*/README.md")))
    number = failed = 0
    for page in pages:
        for line, text in commands(os.path.join(src, page)):
            number += 1
            wrong = run(polgrid, src, text)
            failed += wrong is not None
            print(("ok" if wrong is None else "not ok") + f" {number} - {page}:{line}: {text.replace('#', '')}")
            if wrong is not None:
                print(f"#   {wrong}")
    print(f"1..{number}")
    return 0 if number and not failed else 1


if __name__ == "__main__":
    sys.exit(main())

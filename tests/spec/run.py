#!/usr/bin/env python3
"""Asks polgrid the questions of test vectors and compares its answers.

    run.py [--no-services] [--tap] [--jobs N] POLGRID DIR... [--only ID-PREFIX]...
    run.py --self-test [--tap]

A vector is a directory with expect.json and manifests/; DIR is a vector or a directory of vectors. Each question is
one run of `polgrid why -f manifests FROM TO -o json`. What must agree: the verdict, the exit status, the answer of
each side, the set of policies and rules that decide, the kind of an exemption, and the place of each of them: a file
of the manifests, and a line in it that really belongs to that policy and that rule. `endpoints` and `excluded` are
compared with `polgrid matrix -o json`, `load` with what `polgrid matrix` says about its input.

expect.json may have "demo": FILE (relative to it) instead of manifests/: then the questions go to `polgrid --demo`,
and FILE is where places are looked up. The other keys are described in tests/spec/README.md.

Prints what differs, last `N passed, N failed`. The exit status is 0 only if something ran and nothing failed.
"""
import argparse
import concurrent.futures
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

TIMEOUT = 60
ADMIN = "policy.networking.k8s.io"
GROUPS = {"np": ("networking.k8s.io", "NetworkPolicy"), "anp": (ADMIN, "AdminNetworkPolicy"),
          "banp": (ADMIN, "BaselineAdminNetworkPolicy"), "kcnp": (ADMIN, "ClusterNetworkPolicy"),
          "cnp": ("cilium.io", "CiliumNetworkPolicy"), "ccnp": ("cilium.io", "CiliumClusterwideNetworkPolicy"),
          "calico": ("projectcalico.org", "NetworkPolicy"), "gnp": ("projectcalico.org", "GlobalNetworkPolicy")}
VERDICTS = {"allow": "allowed", "deny": "denied", "unknown": "unknown", "mixed": "mixed", "no-backend": "no-backend",
            "no-route": "no-route"}
STATUSES = {"allow": (0,), "deny": (1,), "unknown": (4,), "mixed": (4,), "no-backend": (1, 4), "no-route": (1, 4)}
EXEMPTIONS = ("host-network", "own-node", "self")


# --- asking ------------------------------------------------------------------------------------------------------

class Vector:
    """One directory: its name, its questions, and where polgrid is to read from."""

    def __init__(self, path):
        self.path = path
        self.name = os.path.basename(os.path.abspath(path))
        with open(os.path.join(path, "expect.json"), encoding="utf-8") as f:
            self.spec = json.load(f)
        self.demo = self.spec.get("demo")
        self.manifests = os.path.join(path, self.demo if self.demo else "manifests")
        self.source = ["--demo"] if self.demo else ["-f", self.manifests]
        self.files = {}

    def lines_of(self, file):
        """The lines of a file that an answer names, or None if it is no file of the input."""
        if file not in self.files:
            self.files[file] = self._read(file)
        return self.files[file]

    def _read(self, file):
        if self.demo:
            path = self.manifests if os.path.basename(file) == os.path.basename(self.manifests) else None
        else:
            path = os.path.realpath(file)
            root = os.path.realpath(self.manifests)
            path = path if os.path.commonpath([path, root]) == root else None
        if path is None or not os.path.isfile(path):
            return None
        with open(path, encoding="utf-8") as f:
            return f.read().split("\n")


def vectors(directories, prefixes):
    found = []
    for directory in directories:
        below = [os.path.join(directory, name) for name in sorted(os.listdir(directory))]
        for path in [directory] + below:
            if os.path.isfile(os.path.join(path, "expect.json")):
                vector = Vector(path)
                if not prefixes or vector.name.startswith(tuple(prefixes)):
                    found.append(vector)
    return found


def endpoint(text):
    """An endpoint as the vectors write it, as the command line wants it."""
    if text.startswith("ip:"):
        return text[3:]
    if text.startswith("node:"):
        return "node/" + text[5:]
    if text.startswith("svc:"):
        namespace, name = text[4:].split("/")
        return f"{namespace}/svc/{name}"
    workload = re.fullmatch(r"([^/]+)/([^/\[]+)\[(\w+)\]", text)
    if workload:
        namespace, name, kind = workload.groups()
        return f"{namespace}/{kind.lower()}/{name}"
    return text


def target(question):
    to = endpoint(question["to"])
    if question.get("port") is not None:
        if ":" in to:
            to = f"[{to}]"
        return f"{to}:{question['port']}/{question['protocol']}"
    return f"{to}:/{question['protocol']}"


def run(command):
    """(the JSON document or None, exit status, stdout, stderr)"""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        return None, "no exit", "", f"took more than {TIMEOUT} s"
    out, err = (b.decode("utf-8", "replace") for b in (done.stdout, done.stderr))
    try:
        return json.loads(out), done.returncode, out, err
    except ValueError:
        return None, done.returncode, out, err


# --- comparing one answer ----------------------------------------------------------------------------------------

def compare_side(want, got, name):
    if want == "n/a":
        if got is not None:
            yield f"{name}: this end has no side, got {got}"
        return
    if not isinstance(got, dict):
        yield f"{name}: wanted {want}, got {got}"
        return
    verdict, isolated, exempt = got.get("verdict"), got.get("isolated"), got.get("exempt")
    good = {
        "allow": verdict == "allowed" and isolated is True and not exempt,
        "deny": verdict == "denied" and isolated is True and not exempt,
        "unknown": verdict == "unknown" and not exempt,
        "not-isolated": verdict == "allowed" and isolated is False and not exempt,
        "exempt": verdict == "allowed" and exempt in EXEMPTIONS,
    }[want]
    if not good:
        yield f"{name}: wanted {want}, got verdict={verdict} isolated={isolated} exempt={exempt}"


def wanted_reasons(question, direction, effect):
    reasons = set()
    for b in question.get("because", []):
        if b.get("direction") == direction and b.get("effect") == effect:
            prefix, full = b["policy"].split(":", 1)
            namespace, _, name = full.rpartition("/")
            rule = b.get("rule") if effect not in ("isolate", "unknown") else None
            reasons.add(GROUPS[prefix] + (namespace, name, rule))
    return reasons


def got_reasons(side, effect):
    reasons = set()
    for b in side.get("because", []):
        if b.get("effect") == effect:
            rule = b.get("rule") if effect not in ("isolate", "unknown") else None
            reasons.add((b.get("group"), b.get("kind"), b.get("namespace") or "", b.get("name"), rule))
    return reasons


def spell(reasons):
    return ", ".join(sorted(f"{r[2]}/{r[3]}" + ("" if r[4] is None else f" rule {r[4]}") for r in reasons))


def compare_reasons(question, got, direction):
    """The sets of evidence. An allowed side may also name the policies that isolate it: polgrid shows them, the
    vectors leave them out. Nothing else may be there that the vector does not name."""
    side = got.get(direction)
    if not isinstance(side, dict):
        return
    for effect in ("allow", "deny", "pass", "isolate", "unknown"):
        want, have = wanted_reasons(question, direction, effect), got_reasons(side, effect)
        if want - have:
            yield f"{direction}: {effect} lacks {spell(want - have)}"
        tolerated = effect in ("isolate", "unknown") and question[direction] == "allow"
        if have - want and not tolerated:
            yield f"{direction}: {effect} names too much: {spell(have - want)}"


def compare_exemptions(question, got):
    want = {b["exempt"] for b in question.get("because", []) if "exempt" in b}
    have = {got[d]["exempt"] for d in ("egress", "ingress") if isinstance(got.get(d), dict) and got[d].get("exempt")}
    if want != have:
        yield f"exempt: wanted {sorted(want)}, got {sorted(have)}"


def document_of(lines, number):
    """First and last line (counted from 1) of the YAML document that a line is in."""
    first, last = 1, len(lines)
    for i, line in enumerate(lines, 1):
        if re.match(r"---(\s|$)", line):
            if i <= number:
                first = i + 1
            else:
                last = i - 1
                break
    return first, last


def blank(line):
    return not line.strip() or line.lstrip().startswith("#")


def rule_extent(lines, first, last, direction, index):
    """First and last line of a rule of a policy that is written in block style and is a document of its own; None
    where that is not so. No YAML parser: what can be told from the indentation is enough to catch a wrong line."""
    body = [(i, lines[i - 1]) for i in range(first, last + 1) if not blank(lines[i - 1])]
    depth = [len(line) - len(line.lstrip(" ")) for _, line in body]
    spec = next((k for k, (_, line) in enumerate(body) if re.match(r"spec:\s*(#.*)?$", line)), None)
    if spec is None or spec + 1 == len(body):
        return None
    key = next((k for k in range(spec + 1, len(body)) if depth[k] == depth[spec + 1] and
                re.match(rf"\s+{direction}:\s*(#.*)?$", body[k][1])), None)
    if key is None or key + 1 == len(body) or not re.match(r"\s*-(\s|$)", body[key + 1][1]):
        return None
    dash, starts, end = depth[key + 1], [], last
    for k in range(key + 1, len(body)):
        item = re.match(r"\s*-(\s|$)", body[k][1])
        if depth[k] < dash or (depth[k] == dash and not item):
            end = body[k][0] - 1
            break
        if depth[k] == dash:
            starts.append(body[k][0])
    if index >= len(starts):
        return None
    return starts[index], starts[index + 1] - 1 if index + 1 < len(starts) else end


def compare_place(vector, b, direction):
    what = f"{direction}: {b.get('effect')} {b.get('namespace')}/{b.get('name')}"
    file, line = b.get("file"), b.get("line")
    if not isinstance(file, str) or type(line) is not int:
        yield f"{what}: file {file!r} and line {line!r} are no place"
        return
    lines = vector.lines_of(file)
    if lines is None:
        yield f"{what}: {file} is no file of the input"
        return
    if not 1 <= line <= len(lines) or blank(lines[line - 1]):
        yield f"{what}: {file} has nothing at line {line}"
        return
    first, last = document_of(lines, line)
    text = "\n".join(lines[first - 1:last])
    name = re.escape(b.get("name") or "")
    if not re.search(rf"\bname[\"']?\s*:\s*[\"']?{name}[\"']?\s*([,}}#]|$)", text, re.MULTILINE) or \
            b.get("kind", "") not in text:
        yield f"{what}: line {line} of {file} is in another document"
        return
    if b.get("effect") in ("allow", "deny", "pass", "unknown") and type(b.get("rule")) is int:
        extent = rule_extent(lines, first, last, direction, b["rule"])
        if extent and not extent[0] <= line <= extent[1]:
            yield f"{what}: rule {b['rule']} is at lines {extent[0]}-{extent[1]} of {file}, not at {line}"


def compare_answer(vector, question, got, status):
    """Everything that is wrong with one answer, as texts."""
    want = question["verdict"]
    if got.get("apiVersion") != "polgrid/v1" or got.get("kind") != "Why":
        yield f"not a Why of polgrid/v1: {got.get('apiVersion')} {got.get('kind')}"
    if got.get("verdict") != VERDICTS[want]:
        yield f"verdict: wanted {want}, got {got.get('verdict')}"
    if status not in STATUSES[want]:
        yield f"exit status: wanted {' or '.join(map(str, STATUSES[want]))}, got {status}"
    if not isinstance(got.get("sentence"), str) or not got["sentence"].strip():
        yield "no sentence"
    if not isinstance(got.get("complete"), bool):
        yield f"complete: wanted true or false, got {got.get('complete')}"
    rejects = [w["object"] for w in vector.spec.get("load", []) if w["result"] == "reject"]
    if rejects and got.get("complete") is not False:
        yield f"complete: {rejects[0]} is left out, and the answer does not say so"
    if "backends" in question:
        yield from compare_backends(question, got)
    elif "egress" in question:
        for direction in ("egress", "ingress"):
            yield from compare_side(question[direction], got.get(direction), direction)
            yield from compare_reasons(question, got, direction)
        yield from compare_exemptions(question, got)
    if "families" in question:
        families = {k: VERDICTS[v] for k, v in question["families"].items()}
        if got.get("families") != families:
            yield f"families: wanted {families}, got {got.get('families')}"
    yield from compare_notes(question, got)
    yield from compare_enforcement(vector.spec.get("enforcement", {}), got)
    for direction in ("egress", "ingress"):
        for b in (got.get(direction) or {}).get("because", []):
            if (b.get("group"), b.get("kind")) in GROUPS.values():
                yield from compare_place(vector, b, direction)


def compare_notes(question, got):
    notes = got.get("notes") or []
    for part in question.get("notes", []):
        if not any(part in note for note in notes):
            yield f"notes: none says {part!r}: {notes}"
    for part in question.get("no-notes", []):
        for note in (n for n in notes if part in n):
            yield f"notes: one says {part!r}: {note}"


def compare_enforcement(want, got):
    """Of source.enforcement what the vector names."""
    have = (got.get("source") or {}).get("enforcement") or {}
    for key, value in want.items():
        if have.get(key, False) != value:
            yield f"enforcement: {key}: wanted {value!r}, got {have.get(key)!r}"


def compare_backends(question, got):
    def name(to):
        return f"{to.get('namespace')}/{to.get('pod')}" if isinstance(to, dict) else to
    want = sorted((b["to"], b["port"], VERDICTS[b["verdict"]]) for b in question["backends"])
    have = sorted((name(b.get("to")), b.get("port"), b.get("verdict")) for b in got.get("backends") or [])
    if want != have:
        yield f"backends: wanted {want}, got {have}"


# --- the three sorts of cases ------------------------------------------------------------------------------------

class Case:
    """Something that is asked once and passes, fails or is skipped. run() returns the differences."""

    def __init__(self, vector, title, run_, skip=None):
        self.title = f"{vector.name}: {title}"
        self.run = run_
        self.skip = skip


def ask_question(polgrid, vector, question):
    command = [polgrid, "why"] + vector.source + [endpoint(question["from"]), target(question), "-o", "json"]
    options = {**vector.spec.get("options", {}), **question.get("options", {})}
    if question.get("family"):
        options["family"] = question["family"]
    for key, value in options.items():
        command += ["--assume", f"{key}={value}"]
    got, status, _, err = run(command)
    if not isinstance(got, dict):
        return [f"no JSON (exit status {status}): {err.strip()[:300]}"]
    return list(compare_answer(vector, question, got, status))


def ask_endpoints(polgrid, vector):
    got, status, _, err = run([polgrid, "matrix"] + vector.source + ["-o", "json"])
    try:
        pods = {f"{g['namespace']}/{pod}" for g in got["groups"] for pod in g.get("pods", [])}
    except (TypeError, KeyError, AttributeError):
        return [f"no groups in the JSON of matrix (exit status {status}): {err.strip()[:300]}"]
    out = [] if status == 0 else [f"exit status of matrix: wanted 0, got {status}"]
    lacks = set(vector.spec.get("endpoints", [])) - pods
    extra = set(vector.spec.get("excluded", {})) & pods
    if lacks:
        out.append(f"matrix lacks {sorted(lacks)}")
    if extra:
        out.append(f"matrix has what is no endpoint: {sorted(extra)}")
    return out


def ask_load(polgrid, vector, want):
    _, _, _, err = run([polgrid, "matrix"] + vector.source)
    out = []
    for field in want["fields"]:
        pattern = (rf"^(.+):(\d+):(\d+): (\w+): {re.escape(want['object'])}: \S*{re.escape(field)}")
        lines = [re.match(pattern, line) for line in err.split("\n")]
        lines = [m for m in lines if m]
        if not lines:
            out.append(f"no diagnostic of {want['object']} at {field}")
        for m in lines:
            source = vector.lines_of(m.group(1))
            if source is None or not 1 <= int(m.group(2)) <= len(source):
                out.append(f"{field}: {m.group(1)}:{m.group(2)} is no place of the input")
    return out


def cases_of(polgrid, vector, services):
    spec = vector.spec
    for question in spec["expect"]:
        title = f"{question['from']} -> {target(question)}"
        for key, value in sorted(question.get("options", {}).items()):
            title += f" {key}={value}"
        skip = "a Service" if question["to"].startswith("svc:") and not services else None
        yield Case(vector, title, lambda q=question: ask_question(polgrid, vector, q), skip)
    if "endpoints" in spec or "excluded" in spec:
        yield Case(vector, "endpoints of the matrix", lambda: ask_endpoints(polgrid, vector))
    for want in spec.get("load", []):
        yield Case(vector, f"load of {want['object']}", lambda w=want: ask_load(polgrid, vector, w))


def report(cases, jobs, tap, out):
    """Runs the cases, prints, returns the exit status."""
    passed = failed = skipped = 0
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        answers = [None if c.skip else pool.submit(c.run) for c in cases]
        for number, (case, answer) in enumerate(zip(cases, answers), 1):
            title = case.title.replace("#", "")
            if answer is None:
                skipped += 1
                text = f"ok {number} - {title} # SKIP {case.skip}" if tap else f"skipped: {title} ({case.skip})"
                print(text, file=out)
                continue
            differences = answer.result()
            passed += not differences
            failed += bool(differences)
            if tap:
                print(("not ok" if differences else "ok") + f" {number} - {title}", file=out)
            elif differences:
                print(f"FAIL: {title}", file=out)
            for text in differences:
                print(("#   " if tap else "    ") + text, file=out)
    if tap:
        print(f"1..{len(cases)}", file=out)
    if skipped and not tap:
        print(f"{skipped} skipped", file=out)
    print(("# " if tap else "") + f"{passed} passed, {failed} failed", file=out)
    return 0 if passed and not failed else 1


# --- does the comparison notice? ---------------------------------------------------------------------------------

FAKE = """#!{python}
import json, os, sys
with open({answers!r}) as f:
    answer = json.load(f)[sys.argv[1]]
sys.stderr.write(answer.get("stderr", ""))
if "document" in answer:
    print(json.dumps(answer["document"]))
sys.exit(answer["status"])
"""

FAKE_YAML = """# a comment
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: deny
  namespace: x
spec:
  podSelector: {}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: some
  namespace: x
spec:
  podSelector: {}
  policyTypes:
    - Egress
  egress:
    - to:
        - podSelector: {}
    - ports:
        - port: 80
"""


def self_test(tap):
    """A polgrid that says what it is told to says something right, then something wrong in one point at a time."""
    root = tempfile.mkdtemp(prefix="polgrid-spec-")
    try:
        return self_test_in(root, tap)
    finally:
        shutil.rmtree(root)


def self_test_in(root, tap):
    manifests, answers, fake = (os.path.join(root, p) for p in ("v/manifests", "answers.json", "polgrid"))
    os.makedirs(manifests)
    file = os.path.join(manifests, "all.yaml")
    with open(file, "w", encoding="utf-8") as f:
        f.write(FAKE_YAML)
    with open(fake, "w", encoding="utf-8") as f:
        f.write(FAKE.format(python=sys.executable, answers=answers))
    os.chmod(fake, 0o755)

    def np(name, effect, **more):
        return {"policy": f"np:x/{name}", "effect": effect, **more}

    def ref(name, effect, line, **more):
        return {"effect": effect, "group": "networking.k8s.io", "kind": "NetworkPolicy", "namespace": "x",
                "name": name, "file": file, "line": line, **more}

    denied = {"from": "x/a", "to": "x/b", "protocol": "TCP", "port": 80, "verdict": "deny", "egress": "allow",
              "ingress": "deny", "because": [np("some", "allow", direction="egress", rule=1),
                                             np("deny", "isolate", direction="ingress")]}
    exempted = {"from": "node:n1", "to": "x/b", "protocol": "TCP", "port": 80, "verdict": "allow", "egress": "n/a",
                "ingress": "exempt", "because": [{"exempt": "own-node"}]}
    service = {"from": "x/a", "to": "svc:x/s", "protocol": "TCP", "port": 80, "verdict": "mixed",
               "backends": [{"to": "x/b", "port": 80, "verdict": "deny"},
                            {"to": "x/c", "port": 80, "verdict": "allow"}]}

    def head(verdict, **more):
        return {"apiVersion": "polgrid/v1", "kind": "Why", "complete": True, "sentence": "A sentence.",
                "verdict": verdict, **more}

    def side(verdict, because=(), isolated=True, **more):
        return {"verdict": verdict, "isolated": isolated, "because": list(because), **more}

    def answer(egress=None, ingress=None, status=1, **more):
        if egress is None:
            egress = side("allowed", [ref("some", "isolate", 11), ref("some", "allow", 22, rule=1)])
        if ingress is None:
            ingress = side("denied", [ref("deny", "isolate", 2)])
        return {"why": {"status": status, "document": head(**{"verdict": "denied", "egress": egress,
                                                              "ingress": ingress, **more})}}

    def out(*because):
        return answer(egress=side("allowed", because))

    def at(line, rule=1, **more):
        return out({**ref("some", "allow", line, rule=rule), **more})

    def into(*because, **more):
        return answer(ingress=side("denied", because, **more))

    def own(status=0, exempt="own-node", egress=None):
        return {"why": {"status": status, "document": head("allowed", egress=egress, ingress={
            "verdict": "allowed", "isolated": True, "exempt": exempt, "because": []})}}

    def backends(*verdicts, status=4):
        return {"why": {"status": status, "document": head("mixed", egress=None, ingress=None, backends=[
            {"to": {"namespace": "x", "pod": p}, "port": 80, "verdict": v} for p, v in zip("cb", verdicts)])}}

    def groups(*pods, status=0):
        return {"matrix": {"status": status, "document": {"groups": [{"id": 0, "namespace": "x", "pods": list(pods)},
                                                                     {"id": 1, "ranges": []}]}}}

    def said(text):
        return {**answer(complete=False), "matrix": {"status": 0, "stderr": text + "\n"}}

    reject = {"expect": [denied], "load": [{"object": "NetworkPolicy x/bad", "result": "reject",
                                            "fields": ["spec.egress[0].to[0]"]}]}
    enforced = {"expect": [denied], "enforcement": {"state": "found", "plugin": "P"}}
    points = {"expect": [], "endpoints": ["x/a", "x/b"], "excluded": {"x/gone": "succeeded"}}
    where = "rejected: NetworkPolicy x/bad: spec.egress[0].to[0]: no"
    trials = [
        ("the right answer", [denied], answer(), True),
        ("a line inside the rule", [denied], at(23), True),
        ("a wrong verdict", [denied], answer(verdict="allowed"), False),
        ("a wrong exit status", [denied], answer(status=0), False),
        ("unknown with the status of a denial", [{**denied, "verdict": "unknown"}], answer(verdict="unknown"), False),
        ("no JSON", [denied], {"why": {"status": 1}}, False),
        ("a wrong side", [denied], answer(ingress=side("allowed", [], isolated=False)), False),
        ("a denied side that is not isolated", [denied], into(ref("deny", "isolate", 2), isolated=False), False),
        ("no side", [denied], answer(egress={}), False),
        ("a reason missing", [denied], into(), False),
        ("another policy", [denied], into(ref("some", "isolate", 11)), False),
        ("a policy too many", [denied], into(ref("deny", "isolate", 2), ref("some", "isolate", 11)), False),
        ("another rule", [denied], at(20, rule=0), False),
        ("a rule too many", [denied], out(ref("some", "allow", 20, rule=0), ref("some", "allow", 22, rule=1)), False),
        ("the line of another rule", [denied], at(20), False),
        ("a line before the rules", [denied], at(16), False),
        ("a line of another policy", [denied], at(8), False),
        ("a line without anything", [denied], into(ref("deny", "isolate", 1)), False),
        ("a line beyond the end", [denied], into(ref("deny", "isolate", 99)), False),
        ("no line", [denied], into(ref("deny", "isolate", None)), False),
        ("a file that is not there", [denied], at(22, file=file + "x"), False),
        ("a file from elsewhere", [denied], at(22, file=os.path.abspath(__file__)), False),
        ("no sentence", [denied], answer(sentence=""), False),
        ("another kind of document", [denied], answer(kind="Matrix"), False),
        ("an exemption", [exempted], own(), True),
        ("another exemption", [exempted], own(exempt="self"), False),
        ("no exemption", [exempted], own(exempt=None), False),
        ("a side where there is none", [exempted], own(egress=side("allowed", isolated=False)), False),
        ("the backends of a Service", [service], backends("allowed", "denied"), True),
        ("another verdict of a backend", [service], backends("denied", "denied"), False),
        ("a backend missing", [service], backends("allowed"), False),
        ("mixed with exit status 0", [service], backends("allowed", "denied", status=0), False),
        ("a note", [{**denied, "notes": ["is red"]}], answer(notes=["it is red"]), True),
        ("a note missing", [{**denied, "notes": ["is red"]}], answer(notes=["it is blue"]), False),
        ("a note that must not be", [{**denied, "no-notes": ["red"]}], answer(notes=["it is red"]), False),
        ("what enforces", enforced, answer(source={"enforcement": {"state": "found", "plugin": "P"}}), True),
        ("something else enforces", enforced, answer(source={"enforcement": {"state": "found", "plugin": "Q"}}), False),
        ("nothing enforces", enforced, answer(source={"enforcement": {"state": "absent", "plugin": "P"}}), False),
        ("nothing is said of it", enforced, answer(), False),
        ("the endpoints", points, groups("b", "a", "more"), True),
        ("an endpoint missing", points, groups("b"), False),
        ("a pod that is no endpoint", points, groups("a", "b", "gone"), False),
        ("matrix that fails", points, groups("a", "b", status=2), False),
        ("a rejected object", reject, said(f"{file}:20:5: {where}"), True),
        ("a rejected object, not reported", reject, said(""), False),
        ("a rejected object, another field", reject, said(f"{file}:20:5: {where}".replace("to[0]", "to[1]")), False),
        ("a rejected object without a place", reject, said(where), False),
        ("a rejected object in a complete answer", reject,
         {**said(f"{file}:20:5: {where}"), **answer(complete=True)}, False),
        ("nothing to ask", [], {}, False),
        ("a Service only, and none wanted", [service], None, False),
    ]

    def attempt(spec, answers_, good):
        with open(os.path.join(root, "v", "expect.json"), "w", encoding="utf-8") as f:
            json.dump(spec if isinstance(spec, dict) else {"expect": spec}, f)
        with open(answers, "w", encoding="utf-8") as f:
            json.dump(answers_ or {}, f)
        with open(os.devnull, "w", encoding="utf-8") as null:
            cases = [c for v in vectors([root], []) for c in cases_of(fake, v, answers_ is not None)]
            status = report(cases, 1, False, null)
        return [] if (status == 0) == good else [f"wanted {'agreement' if good else 'a difference'}, got exit {status}"]

    class Trial:
        skip = None

        def __init__(self, title, *args):
            self.title = "self-test: " + title
            self.run = lambda: attempt(*args)

    return report([Trial(*t) for t in trials], 1, tap, sys.stdout)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("polgrid", nargs="?", help="the program to ask")
    parser.add_argument("directory", nargs="*", help="a vector, or a directory of vectors")
    parser.add_argument("--only", action="append", metavar="PREFIX", help="only vectors whose name begins so")
    parser.add_argument("--no-services", action="store_true", help="skip questions to a Service")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="questions at a time (2)")
    parser.add_argument("--tap", action="store_true", help="print TAP")
    parser.add_argument("--self-test", action="store_true", help="does the comparison notice what is wrong?")
    args = parser.parse_args()
    if args.self_test:
        return self_test(args.tap)
    if not args.directory:
        parser.error("which polgrid, and which directory?")
    cases = [c for v in vectors(args.directory, args.only) for c in cases_of(args.polgrid, v, not args.no_services)]
    return report(cases, max(1, args.jobs), args.tap, sys.stdout)


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""polgrid against a real API server: the matrix of its manifests, rights, credentials, changes, forgotten versions.

Prints TAP. `make check-cluster' builds the server where it is not cached; as part of `make check' it only uses one that is.
"""
import json
import os
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "live"))
from harness import Run, answer, obj, pod, policy, world  # noqa: E402
from watch import Screen  # noqa: E402
from cluster import SECRETS, RealCluster  # noqa: E402

CRDS = [("policy.networking.k8s.io", "v1alpha1", "AdminNetworkPolicy", "adminnetworkpolicies", "Cluster"),
        ("cilium.io", "v2", "CiliumNetworkPolicy", "ciliumnetworkpolicies", "Namespaced")]


def crd(group, version, kind, plural, scope):
    meta = obj("apiextensions.k8s.io/v1", "CustomResourceDefinition", f"{plural}.{group}")
    if group.endswith(".k8s.io"):
        meta["metadata"]["annotations"] = {"api-approved.kubernetes.io": "unapproved, a stub of a test"}
    return {**meta, "spec": {"group": group, "scope": scope,
                             "names": {"kind": kind, "listKind": kind + "List", "plural": plural,
                                       "singular": kind.lower()},
                             "versions": [{"name": version, "served": True, "storage": True,
                                           "schema": {"openAPIV3Schema": {
                                               "type": "object", "x-kubernetes-preserve-unknown-fields": True}}}]}}


def fixture():
    """As a controller would have it: objects, of which the API server makes no more."""
    objects = world(24)
    for o in objects:
        if o["kind"] == "Pod":
            o["spec"]["containers"][0]["image"] = "registry.invalid/x"
            o["spec"]["containers"][0].pop("env")
    objects.append(obj("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "deny-ops", spec={
        "priority": 5, "subject": {"namespaces": {"matchLabels": {"team": "x"}}},
        "ingress": [{"action": "Deny", "from": [{"namespaces": {"matchLabels": {"team": "y"}}}]}]}))
    return objects


def rights():
    """The shop-reader may read one namespace."""
    role = obj("rbac.authorization.k8s.io/v1", "Role", "reader", "shop", rules=[
        {"apiGroups": [""], "resources": ["pods", "services"], "verbs": ["list", "watch"]},
        {"apiGroups": ["networking.k8s.io"], "resources": ["networkpolicies"], "verbs": ["list", "watch"]}])
    binding = obj("rbac.authorization.k8s.io/v1", "RoleBinding", "reader", "shop",
                  roleRef={"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "reader"},
                  subjects=[{"kind": "User", "apiGroup": "rbac.authorization.k8s.io", "name": "shop-reader"}])
    return [role, binding]


def no_secret(run):
    assert not any(s in run.out + run.err for s in SECRETS), "a token is in the output"
    return run


# --- cases -----------------------------------------------------------------------------------------------------------


def same_as_manifests(c):
    """Namespaces that every cluster has are left out of both."""
    path = c.write("fixture.json", json.dumps({"apiVersion": "v1", "kind": "List", "items": fixture()}))
    for where in ("--from", "--to"):
        for ns in ("shop", "pay", "ops"):
            live = no_secret(Run("matrix", "-o", "csv", "--by", "pod", where, ns, "--kubeconfig", c.admin))
            files = Run("matrix", "-o", "csv", "--by", "pod", where, ns, "-f", path)
            assert live.status == files.status == 0, live.err
            assert live.out == files.out, (live.out, files.out)


def rbac_is_enough(c):
    """`polgrid help rbac' prints the rights for everything."""
    text = Run("help", "rbac").out.replace("kind: Group\n  name: polgrid-readers", "kind: User\n  name: reader")
    done = c.kubectl_raw("--token", "admin-token-secret", "apply", "-l", "polgrid=cluster", "-f", "-", stdin=text.encode())
    assert done.returncode == 0, done.stderr.decode()
    config = c.kubeconfig("reader", {"token": "reader-token-secret"})
    admin, reader = (no_secret(Run("matrix", "-o", "json", "--kubeconfig", k)) for k in (c.admin, config))
    assert reader.status == 0, reader.err
    assert answer(reader.json()) == answer(admin.json())


def one_namespace(c):
    config = c.kubeconfig("shop", {"token": "shop-token-secret"}, "shop")
    run = no_secret(Run("matrix", "-o", "json", "--kubeconfig", config))
    assert run.status == 4 and 'user "shop-reader" may not list them' in run.err, run.err
    assert {g.get("namespace") for g in run.json()["groups"]} == {"shop", None}
    assert Run("why", "shop/p-0000", "shop/p-0003", "--kubeconfig", config).status == 4


def nobody(c):
    config = c.kubeconfig("nobody", {"token": "nobody-token-secret"})
    run = no_secret(Run("matrix", "--kubeconfig", config))
    assert run.status == 3 and "may not list" in run.err, run.err


def wrong_token(c):
    run = Run("matrix", "--kubeconfig", c.kubeconfig("wrong", {"token": "not-the-token"}))
    assert run.status == 3 and "401" in run.err and "not-the-token" not in run.err, run.err


def plugin(c):
    for version in ("v1", "v1beta1"):
        user = {"exec": {"apiVersion": "client.authentication.k8s.io/" + version, "command": c.path("plugin.sh"),
                         "interactiveMode": "Never"}}
        run = no_secret(Run("matrix", "--kubeconfig", c.kubeconfig("plugin", user)))
        assert run.status == 0, run.err


def snapshot(c):
    path = c.path("snapshot.yaml")
    assert no_secret(Run("snapshot", "-o", path, "--kubeconfig", c.admin)).status == 0
    live, back = (Run("matrix", "-o", "json", *s) for s in (("--kubeconfig", c.admin), ("-f", path)))
    assert answer(live.json()) == answer(back.json())
    with open(path, encoding="utf-8") as f:
        text = f.read()
    assert not any(s in text for s in SECRETS) and "PRIVATE KEY" not in text


def followed(c):
    """A thousand changes while the grid is open; the end is what a fresh reading gives."""
    with Screen(c.admin) as screen:
        screen.wait("[live]", "24 pods", seconds=30)
        c.apply([policy("ops", "lock", policyTypes=["Ingress"])])
        screen.wait("NetworkPolicy ops/lock added by kubectl", seconds=20)
        for round_ in range(10):
            c.apply([policy("ops", f"np-{i}", podSelector={"matchLabels": {"app": "ab"[(i + round_) % 2]}},
                            ingress=[{}] * ((i + round_) % 2)) for i in range(100)])
        screen.keys("Escape")
        last = screen.wait("policies", seconds=20)
        end = time.time() + 30
        while f"{len(fixture_policies()) + 101} policies" not in last and time.time() < end:
            time.sleep(0.5)
            last = screen.text()
        with Screen(c.admin) as fresh:
            fresh.wait("[live]", "24 pods", seconds=30)

            def body(text):
                return [line.split("|")[0].rstrip() for line in text.splitlines()[1:14]]
            end = time.time() + 30
            while body(fresh.text()) != body(screen.text()):
                assert time.time() < end, fresh.text() + screen.text()
                time.sleep(0.5)
    c.delete("networkpolicy", "-n", "ops", "--all")


def fixture_policies():
    return [o for o in fixture() if o["kind"].endswith("NetworkPolicy")]


def forgotten(c):
    """The server is started anew and has forgotten all versions: 410, a new list, and the change in between is there."""
    with Screen(c.admin) as screen:
        screen.wait("[live]", "24 pods", seconds=30)
        c.forget()
        c.apply([pod_of("ops", "after")])
        screen.wait("25 pods", "[live]", seconds=90)
    c.delete("pod", "-n", "ops", "after")


def pod_of(namespace, name):
    made = pod(namespace, name, "a", "10.9.9.9")
    made.pop("status")
    made["spec"]["containers"] = [{"name": "c", "image": "registry.invalid/x"}]
    return made


def only_read(c):
    """By the server's own account: nothing but get, list and watch ever came from polgrid."""
    asked, _ = c.audit()
    assert len(asked) > 100, len(asked)
    assert {verb for verb, _, _ in asked} <= {"get", "list", "watch"}, {a for a in asked if a[0] not in ("get", "list", "watch")}
    assert not any("secrets" in uri or "configmaps" in uri for _, _, uri in asked)


def main():
    build = subprocess.run([os.path.join(HERE, "build.sh"), *sys.argv[1:]], stdout=subprocess.PIPE, check=False)
    if build.returncode == 77:
        print("1..0 # SKIP no kube-apiserver: `make check-cluster' builds one, where there is Go")
        return 0
    assert build.returncode == 0, "the server does not build"
    cluster = RealCluster(build.stdout.decode().strip())
    cluster.apply([crd(*c) for c in CRDS])
    time.sleep(3)
    objects = fixture()
    cluster.apply([o for o in objects if o["kind"] == "Namespace"])
    bare = [{k: v for k, v in o.items() if k != "status"} for o in objects]
    cluster.apply([o for o in bare if o["kind"] not in ("Namespace", "Node")] + rights())
    cluster.set_status([o for o in objects if o["kind"] == "Pod"])
    cluster.apply([o for o in bare if o["kind"] == "Node"])
    done = cluster.kubectl_raw("--token", "admin-token-secret", "patch", "node", "n1", "--subresource=status",
                               "--type=merge", "-p", json.dumps({"status": next(
                                   o for o in objects if o["kind"] == "Node")["status"]}))
    assert done.returncode == 0, done.stderr
    from kubeconfigs import kubeconfigs
    cases = [same_as_manifests, rbac_is_enough, one_namespace, nobody, wrong_token, plugin, snapshot, kubeconfigs,
             followed, forgotten, only_read]
    print(f"1..{len(cases)}")
    failed = 0
    for number, case in enumerate(cases, 1):
        try:
            case(cluster)
            print(f"ok {number} - {case.__name__}", flush=True)
        except Exception as wrong:  # a case fails by any of them
            failed += 1
            print(f"not ok {number} - {case.__name__}")
            for line in f"{type(wrong).__name__}: {wrong}".splitlines()[:60]:
                print("#   " + line[:400], flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

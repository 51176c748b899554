#!/usr/bin/env python3
"""Reading a live cluster: the matrix is that of its manifests; only what may be read is answered for."""
import json
import os
import pty
import subprocess
import sys

from harness import POLGRID, SECRET, Run, User, answer, main, obj, policy, world


def same_as_manifests(bench):
    objects = world(30)
    api = bench.serve(objects)
    live = Run("matrix", "-o", "json", "--expand", "--kubeconfig", bench.kubeconfig(api))
    files = Run("matrix", "-o", "json", "--expand", "-f", bench.manifests(objects))
    assert live.status == files.status == 0, live.err
    assert answer(live.json()) == answer(files.json())
    source = live.json()["source"]
    assert source["context"] == "ctx" and source["server"] == api.url and source["files"] == [], source


def only_get_with_our_name(bench):
    api = bench.serve(world())
    assert Run("matrix", "--kubeconfig", bench.kubeconfig(api)).status == 0
    assert {r["method"] for r in api.log} == {"GET"}
    assert all(r["headers"]["User-Agent"].startswith("polgrid/") for r in api.log)
    assert not any(word in r["path"] for r in api.log for word in ("secrets", "configmaps"))
    assert sum(r["path"].startswith("/apis?") or r["path"] == "/apis" for r in api.log) == 1


def pages(bench):
    api = bench.serve(world(1300))
    run = Run("matrix", "--totals", "-o", "json", "--kubeconfig", bench.kubeconfig(api))
    assert run.status == 0, run.err
    asked = [r["path"] for r in api.log if "/pods" in r["path"]]
    assert len(asked) == 3 and all("limit=500" in p for p in asked), asked
    assert "1,300 pods" in Run("matrix", "--totals", "--kubeconfig", bench.kubeconfig(api)).out.replace("1300", "1,300")


def finished_pods_are_not_asked_for(bench):
    objects = world()
    objects[-3]["status"]["phase"] = "Succeeded"
    api = bench.serve(objects)
    run = Run("matrix", "--totals", "--kubeconfig", bench.kubeconfig(api))
    assert " 5 pods" in run.out, run.out


def client_certificate(bench):
    api = bench.serve(world())
    user = {"client-certificate": bench.pki.path("admin.pem"), "client-key": bench.pki.path("admin.key")}
    run = Run("matrix", "--kubeconfig", bench.kubeconfig(api, user))
    assert run.status == 0, run.err
    assert {r["user"] for r in api.log} == {"admin"}


def impersonation(bench):
    api = bench.serve(world())
    run = Run("matrix", "--as", "bob", "--as-group", "dev", "--as-group", "ops", "--as-uid", "7", "--as-user-extra",
              "k=v", "--kubeconfig", bench.kubeconfig(api))
    assert run.status == 0, run.err
    heads = api.log[-1]["headers"]
    assert heads["Impersonate-User"] == "bob" and heads["Impersonate-Uid"] == "7", heads
    assert heads["Impersonate-Extra-k"] == "v", heads


def plain_discovery(bench):
    """Servers before 1.26 list groups, and each is asked for by itself."""
    objects = world() + [obj("policy.networking.k8s.io/v1alpha1", "AdminNetworkPolicy", "deny",
                             spec={"priority": 1, "subject": {"namespaces": {}}, "ingress": [
                                 {"action": "Deny", "from": [{"namespaces": {"matchLabels": {"team": "x"}}}]}]})]
    api = bench.serve(objects)
    api.faults["plain-discovery"] = True
    live = Run("matrix", "-o", "json", "--kubeconfig", bench.kubeconfig(api))
    assert any(r["path"] == "/apis/policy.networking.k8s.io/v1alpha1" for r in api.log)
    assert answer(live.json()) == answer(Run("matrix", "-o", "json", "-f", bench.manifests(objects)).json())


DENY_ALL = {"endpointSelector": {}, "ingressDeny": [{"fromEntities": ["all"]}]}


def group_that_can_not_be_had(bench):
    """A group that is there and does not say what is in it may hold policies."""
    objects = world() + [obj("cilium.io/v2", "CiliumNetworkPolicy", "c", "ops", spec=DENY_ALL),
                         obj("projectcalico.org/v3", "Tier", "t", spec={"order": 1})]
    for status in (403, 500):
        api = bench.serve(objects)
        api.faults["plain-discovery"] = True
        api.broken["/apis/cilium.io/v2"] = status
        run = Run("why", "ops/p-0002", "ops/p-0005:80", "--kubeconfig", bench.kubeconfig(api))
        assert run.status == 4 and "CiliumNetworkPolicy of cilium.io could not be read" in run.out, run.out


def group_whose_server_never_answered(bench):
    """Listed as stale and without resources: what is stored under Calico's other group is not read either."""
    spec = {"selector": "all()", "types": ["Ingress"], "ingress": [{"action": "Deny"}]}
    api = bench.serve(world() + [obj("crd.projectcalico.org/v1", "NetworkPolicy", "default.p", "ops", spec=spec)])
    api.faults["stale-group"] = "projectcalico.org"
    run = Run("why", "ops/p-0002", "ops/p-0005:80", "--kubeconfig", bench.kubeconfig(api))
    assert run.status == 4 and "its API server does not answer" in run.out, run.out


def calico_is_read_in_one_group(bench):
    spec = {"selector": "all()", "types": ["Ingress"], "ingress": [{"action": "Deny"}]}
    objects = world() + [obj("projectcalico.org/v3", "NetworkPolicy", "p", "shop", spec=spec)]
    api = bench.serve(objects + [obj("crd.projectcalico.org/v1", "NetworkPolicy", "default.p", "shop", spec=spec)])
    live = Run("matrix", "-o", "json", "--kubeconfig", bench.kubeconfig(api))
    assert not any("crd.projectcalico.org" in r["path"] for r in api.log)
    assert answer(live.json()) == answer(Run("matrix", "-o", "json", "-f", bench.manifests(objects)).json())


def where_a_rule_stands(bench):
    api = bench.serve(world())
    run = Run("why", "pay/p-0001", "shop/p-0000:8080", "-o", "json", "--kubeconfig", bench.kubeconfig(api))
    allows = [b for side in ("egress", "ingress") for b in run.json()[side]["because"] if b["effect"] == "allow"]
    assert ("shop/networkpolicy/api-in", 11) in [(b["file"], b["line"]) for b in allows], allows


# --- rights ----------------------------------------------------------------------------------------------------------


def limited(api, *may):
    api.tokens = {token: User("alice", set(may)) for token in api.tokens}


SHOP = [("shop", p) for p in ("pods", "networkpolicies", "services")]


def one_namespace(bench):
    api = bench.serve(world())
    limited(api, *SHOP)
    config = bench.kubeconfig(api, namespace="shop")
    run = Run("matrix", "-o", "json", "--kubeconfig", config)
    assert run.status == 4, (run.status, run.err)
    document = run.json()
    assert document["complete"] is False
    assert {"namespaces", "pods"} <= {u.get("resource") for u in document["unevaluated"]}, document["unevaluated"]
    assert 'user "alice" may not list them' in run.err
    pods = {p for g in document["groups"] for p in g.get("pods", [])}
    assert pods == {"p-0000", "p-0003"}, pods
    assert [(u["kind"], u.get("except")) for u in document["unevaluated"][:2]] == [
        ("Namespace", None), ("Pod", ["shop"])], document["unevaluated"]
    # The context's namespace is that of a bare name, and that of KIND/NAME.
    assert Run("why", "p-0000", "po/p-0003:8080", "--kubeconfig", config).status == 0
    run = Run("why", "p-0000", "payments/api:80", "--kubeconfig", config)
    assert run.status == 4 and "nothing is known of namespace payments" in run.err, run.err
    assert Run("why", "p-0000", "nope:80", "--kubeconfig", config).status == 2
    # Who may come in hangs on labels of namespaces that nobody let us see.
    assert Run("why", "shop/p-0003", "shop/p-0000:8080", "--kubeconfig", config).status == 4
    # What no policy selects, and no unread one can, is known.
    assert Run("why", "shop/p-0000", "shop/p-0003:8080", "--kubeconfig", config).status == 0


def in_a_terminal(*words):
    """What a terminal shows of a run, whose two outputs it is."""
    ours, theirs = pty.openpty()
    done = subprocess.Popen([POLGRID, *words], stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs)
    os.close(theirs)
    out = b""
    try:
        while more := os.read(ours, 65536):
            out += more
    except OSError:  # Linux says so of a terminal that nobody has any more
        pass
    os.close(ours)
    done.wait()
    return out.decode()


def incomplete_is_said_once(bench):
    """On a terminal below the answer, or before the message where there is none; to files on both outputs."""
    api = bench.serve(world())
    limited(api, *SHOP)
    config = bench.kubeconfig(api, namespace="shop")
    for words in (["policies"], ["why", "p-0000", "p-0003:80"], ["matrix", "-o", "wide"], ["why", "p-0000", "nope:80"],
                  ["policies", "-o", "name"], ["matrix", "--to", "nope"]):
        shown = in_a_terminal(*words, "--kubeconfig", config)
        assert shown.count("incomplete: ") == 1, shown
    run = Run("policies", "--kubeconfig", config)
    assert run.out.count("incomplete: ") == run.err.count("incomplete: ") == 1, run.err


def its_labels_may_be_had(bench):
    """`get' on the Namespace is enough for its labels: then it is known that the rule is for others."""
    api = bench.serve(world())
    limited(api, ("shop", "namespaces"), *SHOP)
    run = Run("why", "shop/p-0003", "shop/p-0000:8080", "--kubeconfig", bench.kubeconfig(api, namespace="shop"))
    assert run.status == 1, run.out


def policies_of_a_namespace_refused(bench):
    api = bench.serve(world())
    limited(api, ("", "namespaces"), ("", "pods"), ("shop", "networkpolicies"), ("ops", "networkpolicies"))
    config = bench.kubeconfig(api)
    run = Run("matrix", "-o", "json", "--kubeconfig", config)
    assert run.status == 4
    unread = [(u["resource"], u["namespace"]) for u in run.json()["unevaluated"] if u["reason"] == "not-read"]
    assert ("networkpolicies", "pay") in unread and ("networkpolicies", "shop") not in unread, unread
    assert Run("why", "ops/p-0002", "pay/p-0001:80", "--kubeconfig", config).status == 4
    assert Run("why", "ops/p-0002", "ops/p-0005:80", "--kubeconfig", config).status == 0
    assert Run("why", "ops/p-0002", "shop/p-0000:80", "--kubeconfig", config).status == 1


def pods_of_a_namespace_refused(bench):
    """How many pods a policy selects is not known where they could not be read."""
    api = bench.serve(world())
    limited(api, ("", "namespaces"), ("", "networkpolicies"), ("shop", "pods"))
    config = bench.kubeconfig(api)
    run = Run("policies", "-o", "json", "--kubeconfig", config)
    assert run.status == 4
    pods = {p["name"]: p["pods"] for p in run.json()["policies"]}
    assert pods == {"deny": None, "api-in": 1}, pods
    assert Run("why", "shop/p-0000", "pay/p-0001:80", "--kubeconfig", config).status == 4


def blocks_of_what_was_not_read(bench):
    """A block of addresses is no more known to be outside than the addresses in it."""
    objects = [o for o in world() if o["metadata"]["name"] != "api-in"]
    objects.append(policy("shop", "in", ingress=[{"from": [{"namespaceSelector": {"matchLabels": {"team": "y"}}}]}]))
    api = bench.serve(objects)
    for may, status in ((None, 1), ({("", "namespaces"), ("", "networkpolicies"), ("", "nodes"), ("", "services"),
                                     ("shop", "pods")}, 4)):
        api.tokens = {token: User("alice", may) for token in api.tokens}
        for block in ("10.0.0.0/8", "10.0.0.99", "10.0.0.99/32"):
            run = Run("why", block, "shop/p-0000:80", "--kubeconfig", bench.kubeconfig(api))
            assert run.status == status, (block, run.status, run.out)


def served_kind_refused(bench):
    """A kind of policy that is served and may not be read may decide anything."""
    api = bench.serve(world())
    api.cluster.extra.add("policy.networking.k8s.io")
    every = [("", p) for p in ("namespaces", "pods", "networkpolicies", "services", "nodes")]
    limited(api, *every)
    config = bench.kubeconfig(api)
    run = Run("why", "ops/p-0002", "ops/p-0005:80", "--kubeconfig", config)
    assert run.status == 4 and "AdminNetworkPolicy" in run.out, run.out
    api.cluster.extra.clear()
    assert Run("why", "ops/p-0002", "ops/p-0005:80", "--kubeconfig", config).status == 0


def discovery_refused(bench):
    api = bench.serve(world())
    api.faults["no-discovery"] = True
    run = Run("why", "ops/p-0002", "ops/p-0005:80", "--kubeconfig", bench.kubeconfig(api))
    assert run.status == 4 and "may not ask which kinds" in run.out + run.err, run.out + run.err


def nothing_may_be_read(bench):
    api = bench.serve(world())
    limited(api)
    run = Run("matrix", "--kubeconfig", bench.kubeconfig(api))
    assert run.status == 3 and 'user "alice" may not list them' in run.err and "help rbac" in run.err, run.err


# --- snapshots -------------------------------------------------------------------------------------------------------


def same_as_snapshot(bench):
    """What is read back is what was read, with what was not; and no secret is in it."""
    api = bench.serve(world(12))
    limited(api, ("", "namespaces"), ("", "pods"), ("shop", "networkpolicies"))
    config, path = bench.kubeconfig(api), os.path.join(bench.dir, "snapshot.yaml")
    assert Run("snapshot", "-o", path, "--kubeconfig", config).status == 4
    live, back = Run("matrix", "-o", "json", "--kubeconfig", config), Run("matrix", "-o", "json", "-f", path)
    assert live.status == back.status == 4
    assert answer(live.json()) == answer(back.json())
    assert back.json()["source"]["context"] == "ctx" and back.json()["source"]["taken"]
    with open(path, encoding="utf-8") as f:
        text = f.read()
    assert SECRET not in text and "env" not in text and "managedFields" not in text
    path = os.path.join(bench.dir, "snapshot.json")
    assert Run("snapshot", "-o", path, "--kubeconfig", config).status == 4
    with open(path, encoding="utf-8") as f:
        assert "NetworkPolicy" in [o["kind"] for o in json.load(f)["items"]]
    assert answer(live.json()) == answer(Run("matrix", "-o", "json", "-f", path).json())


def plugin_by_its_arguments(bench):
    """What an argument tells of the network plugin is read of DaemonSets or their pods, and a snapshot tells the same;
    of what else stands there, nothing is kept."""
    spec = {"hostNetwork": True, "nodeName": "n1", "containers": [
        {"name": "aws-node", "env": [{"name": "A", "value": SECRET}]},
        {"name": "aws-eks-nodeagent", "command": ["/controller", "--token", SECRET],
         "args": ["--enable-network-policy=false", "--log=" + SECRET], "env": [{"name": "A", "value": SECRET}]}]}
    agent = obj("v1", "Pod", "aws-node-x", "kube-system", spec=spec, status={"podIP": "192.168.0.1"})
    agent["metadata"]["ownerReferences"] = [{"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "aws-node",
                                             "uid": "u", "controller": True}]
    objects = world() + [agent, obj("apps/v1", "DaemonSet", "aws-node", "kube-system", spec={
        "selector": {}, "template": {"metadata": {"labels": {"a": "b"}}, "spec": {**spec, "nodeName": None}}})]
    for may in (None, (("", "namespaces"), ("", "pods"), ("", "networkpolicies"), ("", "services"), ("", "nodes"))):
        api = bench.serve(objects)
        if may:
            limited(api, *may)
        config, path = bench.kubeconfig(api), os.path.join(bench.dir, "plugin.yaml")
        live = Run("policies", "-o", "json", "--kubeconfig", config).json()["source"]
        assert live["enforcement"]["state"] == "absent" and live["enforcement"]["plugin"] == "AWS VPC CNI", live
        Run("snapshot", "-o", path, "--kubeconfig", config)
        back = Run("policies", "-o", "json", "-f", path).json()["source"]
        assert back["enforcement"] == live["enforcement"] and back["plugins"] == live["plugins"], back
        with open(path, encoding="utf-8") as f:
            text = f.read()
        assert SECRET not in text and "env" not in text.replace("--enable", "") and "token" not in text, text
        assert text.count("--enable-network-policy=false") == (1 if may else 2), text


def empty_cluster(bench):
    run = Run("matrix", "--kubeconfig", bench.kubeconfig(bench.serve([])))
    assert run.status == 0, (run.status, run.err)


def rejected_policies_are_told(bench):
    objects = world() + [policy("shop", "bad", ingress=[{"ports": [{"port": 99999}]}])]
    run = Run("matrix", "--kubeconfig", bench.kubeconfig(bench.serve(objects)))
    assert "shop/networkpolicy/bad:" in run.err and "1 object rejected" in run.err, run.err


if __name__ == "__main__":
    sys.exit(main([same_as_manifests, only_get_with_our_name, pages, finished_pods_are_not_asked_for,
                   client_certificate, impersonation, plain_discovery, group_that_can_not_be_had, group_whose_server_never_answered, calico_is_read_in_one_group, where_a_rule_stands,
                   one_namespace, incomplete_is_said_once, its_labels_may_be_had, policies_of_a_namespace_refused,
                   pods_of_a_namespace_refused, blocks_of_what_was_not_read, served_kind_refused, discovery_refused,
                   nothing_may_be_read, same_as_snapshot, plugin_by_its_arguments, empty_cluster, rejected_policies_are_told]))

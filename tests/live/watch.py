#!/usr/bin/env python3
"""The grid follows the cluster: seen in a real terminal (tmux) while the server changes, forgets, falls silent, dies."""
import os
import shutil
import subprocess
import sys
import time

from harness import POLGRID, SECRET, User, main, obj, pod, policy, world


class Screen:
    """polgrid in a terminal of its own."""

    count = 0

    def __init__(self, config, *words, columns=130, rows=36):
        Screen.count += 1
        self.socket = f"polgrid-live-{os.getpid()}-{Screen.count}"
        command = " ".join([POLGRID, "--kubeconfig", config, *words]) + "; echo ended $?; sleep 600"
        self.tmux("-f", "/dev/null", "new-session", "-d", "-x", str(columns), "-y", str(rows),
                  f"env LC_ALL=C.UTF-8 NO_COLOR=1 sh -c 'trap : INT; {command}'")

    def tmux(self, *words):
        return subprocess.run(["tmux", "-L", self.socket, *words], capture_output=True, check=False,
                              timeout=20).stdout.decode()

    def text(self):
        text = self.tmux("capture-pane", "-p")
        assert SECRET not in text
        return text

    def keys(self, *keys):
        self.tmux("send-keys", *keys)

    def wait(self, *words, gone=(), seconds=15):
        """Waits until all words are on the screen, and none of the others."""
        end = time.time() + seconds
        while True:
            text = self.text()
            if all(w in text for w in words) and not any(w in text for w in gone):
                return text
            assert time.time() < end, f"waited for {words}, not {gone}:\n{text}"
            time.sleep(0.1)

    def row(self, name):
        """The cells of a row of the grid."""
        for line in self.text().splitlines():
            if line[1:].startswith(name + " "):
                return line.split("|")[0].rstrip()
        return ""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.tmux("kill-server")


OPEN = policy("pay", "deny", ingress=[{}], egress=[{}])


def a_change_is_seen(bench):
    """The cell changes, the journal says who did it, and the cell itself what it was."""
    api = bench.serve(world(12))
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods", api.url)
        before = screen.row("ops")
        api.cluster.put(OPEN, manager="argocd-controller")
        screen.wait("NetworkPolicy pay/deny changed by argocd-controller", "cells opened")
        assert screen.row("ops") != before
        screen.keys("c")
        screen.wait("what changed in the last hour", "pay/deny changed by argocd-controller", "+ ops -> pay  16 cells")
        screen.keys("Enter")
        screen.wait("+ ops/Pod/p-0002 -> pay/Pod/p-0001  every port, was denied")
        screen.keys("Escape")
        screen.keys(":goto ops pay", "Enter")
        screen.wait("was denied until", "NetworkPolicy pay/deny")
        api.cluster.delete("NetworkPolicy", "pay", "deny", "networking.k8s.io")
        screen.wait("pay/deny removed (last written by")


def pods_come_and_go(bench):
    api = bench.serve(world(12))
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods")
        for i in range(5):
            api.cluster.put(pod("ops", f"new-{i}", "a", f"10.9.0.{i + 1}"))
        screen.wait("17 pods")
        api.cluster.delete("Pod", "ops", "new-0")
        screen.wait("16 pods")
        # What is done is gone from the list that was asked for, and not from the cluster: the events look alike.
        api.cluster.objects[("", "v1", "pods")][("ops", "new-1")]["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z"
        api.cluster.delete("Pod", "ops", "new-1")
        screen.wait("15 pods")
        api.cluster.put(pod("ops", "new-2", "b", "10.9.0.33"), manager="kubelet", subresource="status")
        screen.keys("c")
        screen.wait("Pod ops/new-0 removed, or done", "Pod ops/new-1 removed (")
        screen.keys("Escape")
        screen.wait("drill")
        time.sleep(1)  # for what a page was in the way of
        screen.keys("c")
        screen.wait("Pod ops/new-2 changed by kubelet")
        screen.keys("Escape")
        api.cluster.put(pod("ops", "new-1", "a", "10.9.0.2"))
        screen.wait("16 pods")
        api.cluster.put(obj("v1", "Namespace", "late", labels={"team": "z"}))
        api.cluster.put(pod("late", "p", "a", "10.9.1.1"))
        screen.wait("17 pods", " late ")


def a_namespace_comes(bench):
    """Where policies are read namespace by namespace, those of a new one are read before they are counted on."""
    api = bench.serve(world(12))
    api.tokens[SECRET].may = {("", p) for p in ("namespaces", "pods", "nodes")} | {
        (n, "networkpolicies") for n in ("shop", "pay", "ops", "late")}
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods")
        api.faults["hang"], api.only = (1, True), "/namespaces/late/networkpolicies"
        api.cluster.put(obj("v1", "Namespace", "late", labels={"team": "z"}))
        api.cluster.put(policy("late", "deny", policyTypes=["Ingress", "Egress"]))
        api.cluster.put(pod("late", "p", "a", "10.9.1.1"))
        screen.wait("13 pods", " late ")
        assert "?" in screen.row("ops"), screen.text()
    api.faults.clear()  # it may not have been asked for yet
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "13 pods", "3 policies")
        api.tokens[SECRET].may.add(("later", "networkpolicies"))
        api.cluster.put(obj("v1", "Namespace", "later"))
        api.cluster.put(policy("later", "deny", policyTypes=["Ingress", "Egress"]))
        api.cluster.put(pod("later", "p", "a", "10.9.2.1"))
        screen.wait("14 pods", "4 policies", gone=("not evaluated", "not all read"))
        assert "?" not in screen.row("ops"), screen.text()
        # Gone, and there once more: with other policies.
        for kind, name in (("Pod", "p"), ("Namespace", "later")):
            api.cluster.delete(kind, "later" if kind == "Pod" else "", name)
        screen.wait("13 pods", "3 policies")
        time.sleep(2)  # how it is followed is said once a second
        screen.wait("[live]")
        api.cluster.delete("NetworkPolicy", "later", "deny", group="networking.k8s.io")
        api.cluster.put(obj("v1", "Namespace", "later"))
        api.cluster.put(policy("later", "other", ingress=[{}]))
        api.cluster.put(pod("later", "q", "a", "10.9.2.2"))
        screen.wait("14 pods", "4 policies", gone=("not evaluated",))
        assert "?" not in screen.row("ops"), screen.text()


def a_refused_namespace_goes(bench):
    """What may not be read of a namespace is missed no more when that is gone."""
    api = bench.serve(world(12))
    api.tokens[SECRET].may = {("", p) for p in ("namespaces", "networkpolicies", "nodes", "services")} | {
        (n, "pods") for n in ("shop", "pay", "ops", "default")}
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods", "3 ns", gone=("not all read",))
        api.cluster.put(obj("v1", "Namespace", "later"))
        screen.wait("4 ns, not all read")
        api.cluster.delete("Namespace", "", "later")
        screen.wait("3 ns", gone=("not all read",))


def what_no_watch_tells(bench):
    """Kinds that are served later, rights that are given later, labels of namespaces that may only be got: found in time."""
    kinds, rights, labels = bench.serve(world(12)), bench.serve(world(12)), bench.serve(world(12))
    rights.tokens[SECRET].may = {("", p) for p in ("namespaces", "pods", "nodes")}
    labels.tokens[SECRET].may = {("", p) for p in ("pods", "networkpolicies")} | {
        (n, "namespaces") for n in ("shop", "pay", "ops")}
    with Screen(bench.kubeconfig(kinds)) as first, Screen(bench.kubeconfig(rights)) as second, \
            Screen(bench.kubeconfig(labels)) as third:
        first.wait("[live]", "12 pods", "2 policies")
        second.wait("[live]", "12 pods")
        third.wait("[live]", "12 pods")
        assert "?" in second.row("ops"), second.text()
        row = third.row("ops")
        kinds.cluster.put(obj("cilium.io/v2", "CiliumNetworkPolicy", "c", "ops", spec={
            "endpointSelector": {}, "ingress": [{"fromEntities": ["all"]}]}))
        rights.tokens[SECRET].may = None
        labels.cluster.put(obj("v1", "Namespace", "ops", labels={"team": "y"}))
        first.wait("3 policies", seconds=50)
        first.keys("c")
        first.wait("CiliumNetworkPolicy ops/c added")
        second.wait("[live]", "2 policies", seconds=50)
        end = time.time() + 20
        while "?" in second.row("ops"):
            assert time.time() < end, second.text()
            time.sleep(0.2)
        end = time.time() + 50
        while third.row("ops") == row:
            assert time.time() < end, third.text()
            time.sleep(0.2)


def a_kind_is_served_in_another_version(bench):
    """The old version is gone: that is no word on the objects, and no cell is sure without them."""
    api = bench.serve(world(12) + [obj("policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", "c", spec={
        "tier": "Admin", "priority": 1, "subject": {"namespaces": {}},
        "ingress": [{"action": "Deny", "from": [{"namespaces": {}}]}]})])
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods", "3 policies")
        before = screen.row("ops")
        api.cluster.move("policy.networking.k8s.io", "clusternetworkpolicies", "v1alpha2", "v1beta1")
        begun = len(api.log)
        api.drop_watches()
        end = time.time() + 40
        while not any("v1beta1/clusternetworkpolicies" in r["path"] for r in api.log[begun:]):
            row = screen.row("ops")
            assert time.time() < end and (row == before or "?" in row), screen.text()
            time.sleep(0.1)
        # It is asked for; until it is read, and the screen has it, the cells are unknown.
        screen.wait("[live]", "3 policies", gone=("not evaluated", "not all read"), seconds=30)
        end = time.time() + 10
        while screen.row("ops") != before:
            assert time.time() < end, screen.text()
            time.sleep(0.1)


def a_page_stays(bench):
    """What one reads does not change under one's eyes; the title says that there is news."""
    api = bench.serve(world(12))
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods")
        screen.keys("w")
        screen.wait("> why")
        api.cluster.put(OPEN)
        screen.wait("> why", "changed since")
        screen.keys("Escape")
        screen.wait("[live]", "12 pods", gone=("> why", "changed since"))


def a_forgotten_version(bench):
    """410 as an event: the list is read again, and what was missed is found."""
    api = bench.serve(world(12))
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods")
        api.faults["watch-silent"] = True
        time.sleep(0.5)
        api.cluster.put(pod("ops", "missed", "a", "10.9.0.1"))
        api.cluster.delete("Pod", "pay", "p-0001")
        api.cluster.delete("Pod", "pay", "p-0004")
        api.cluster.compact()
        api.faults.clear()
        screen.wait("11 pods")
        lists = [r["path"] for r in api.log if "/pods?" in r["path"] and "watch" not in r["path"]]
        assert len(lists) == 2, lists


def watches_that_end(bench):
    for fault in ("watch-end", "watch-reset"):
        api = bench.serve(world(12))
        with Screen(bench.kubeconfig(api)) as screen:
            screen.wait("[live]", "12 pods")
            api.faults[fault] = True
            api.drop_watches()
            api.cluster.put(OPEN)
            screen.wait("NetworkPolicy pay/deny changed")
            api.faults.clear()
            api.cluster.put(pod("ops", "later", "a", "10.9.0.1"))
            screen.wait("13 pods", seconds=40)


def a_dead_server(bench):
    """Stale is said, with the reason; what was read stays; when the server is back all is as before."""
    api = bench.serve(world(12))
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods")
        api.stop()
        text = screen.wait("STALE", "no connection to", seconds=50)
        assert "12 pods" in text
        cluster = api.cluster
        cluster.put(pod("ops", "meanwhile", "a", "10.9.0.1"))
        again = bench.serve(cluster=cluster, port=api.port)
        screen.wait("[live]", "13 pods", seconds=50)
        again.stop()


def a_silent_watch(bench):
    """A connection that is dead and does not know it is found within a minute."""
    api = bench.serve(world(12))
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods")
        api.faults["watch-silent"] = True
        time.sleep(0.5)
        began = api.watches
        api.cluster.put(pod("ops", "unheard", "a", "10.9.0.1"))
        while api.watches == began and not time.sleep(0.5):
            pass
        api.faults.clear()
        screen.wait("13 pods", seconds=70)


def events_that_make_no_sense(bench):
    """Of another kind, twice, of what is not there, of no known type, no JSON: all are survived."""
    api = bench.serve(world(12))
    stray = pod("ops", "p-0002", "a", "10.0.0.3")
    stray["metadata"]["resourceVersion"] = "1"
    gone = pod("ops", "never", "a", "10.9.0.1")
    service = obj("v1", "Service", "s", "ops", spec={})
    api.faults["watch-extra"] = [{"type": "ADDED", "object": stray}, {"type": "ADDED", "object": stray},
                                 {"type": "DELETED", "object": gone}, {"type": "DANCED", "object": stray},
                                 {"type": "ADDED", "object": service}, {"type": "ADDED"}]
    api.only = "/pods"
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods")
        api.faults.clear()
        api.cluster.put(pod("ops", "later", "a", "10.9.0.1"))
        screen.wait("13 pods", seconds=40)


def lost(bench, fault, value, most, *words):
    """A list that can't be followed is not live, and asking for it anew is no flood."""
    api = bench.serve(world(12))
    api.faults[fault], api.only = value, "/pods"
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("STALE", "pods are not followed", *words)
        api.cluster.put(pod("ops", "unheard", "a", "10.9.0.1"))
        asked = len(api.log)
        time.sleep(5)
        assert "STALE" in screen.text(), screen.text()
        assert len(api.log) - asked <= most, len(api.log) - asked
        api.faults.clear()
        api.drop_watches()
        screen.wait("[live]", "13 pods", seconds=60)


def status_event(code):
    return [{"type": "ERROR", "object": {"kind": "Status", "code": code, "message": "it is broken"}}]


def watch_that_ends_in_an_error(bench):
    lost(bench, "watch-extra", status_event(500), 10, "it is broken")


def watch_that_is_always_too_old(bench):
    lost(bench, "watch-extra", status_event(410), 10, "410 Gone")


def watch_that_can_not_be_read(bench):
    lost(bench, "watch-extra", [{"type": "ADDED"}], 10, "no event")


def may_list_and_not_watch(bench):
    lost(bench, "watch-refused", 403, 10, "may not watch")


def watch_that_is_refused(bench):
    lost(bench, "watch-refused", 503, 10, "503")


def rights_taken_away(bench):
    """What may not be read any more is unknown from then on."""
    api = bench.serve(world(12))
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods")
        row = screen.row("ops")
        assert "?" not in row, row
        api.tokens[SECRET].may = {("", p) for p in ("namespaces", "pods", "nodes", "services", "deployments")}
        api.drop_watches()
        end = time.time() + 40
        while "?" not in screen.row("ops"):
            assert time.time() < end, screen.text()
            time.sleep(0.2)
        screen.keys("c")
        screen.wait("NetworkPolicy * can't be read any more", "Enter lists the cells")
        screen.keys("/")
        time.sleep(0.3)
        screen.keys("cells changed", "Enter", "Enter")
        screen.wait("unknown, was")


def what_is_outside_and_who_enforces(bench):
    """The journal tells of the internet, too, and of the network plugin."""
    api = bench.serve(world(12))
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods")
        api.cluster.put(policy("ops", "in", podSelector={"matchLabels": {"app": "a"}}, ingress=[
            {"from": [{"namespaceSelector": {}}]}]))
        screen.wait("3 policies")
        screen.keys("c")
        screen.wait("NetworkPolicy ops/in added", "internet -> ops/Pod/p-0002  denied, was every port")
        screen.keys("/")
        time.sleep(0.3)
        screen.keys("internet -> ops/Pod/p-0002", "Enter", "Enter")
        screen.wait("internet -> p-0002", "was every port until")
        screen.keys("Escape", "Escape")
        api.cluster.put(obj("apps/v1", "DaemonSet", "kube-flannel-ds", "kube-flannel", spec={
            "template": {"metadata": {"labels": {"app": "flannel"}}, "spec": {"containers": [{"name": "kube-flannel"}]}}}))
        screen.wait("NOT ENFORCED")
        screen.keys("c")
        screen.wait("enforcement of policies changed: ", "NetworkPolicy ops/in added")


def a_thousand_changes(bench):
    """The end is what a fresh reading gives."""
    api = bench.serve(world(30))
    config = bench.kubeconfig(api)
    with Screen(config) as screen:
        screen.wait("[live]", "30 pods")
        for i in range(1000):
            name = f"churn-{i * 7 % 40}"
            if i % 3 == 2 and ("ops", name) in api.cluster.objects[("", "v1", "pods")]:
                api.cluster.delete("Pod", "ops", name)
            elif i % 5 == 0:
                api.cluster.put(policy("ops", f"np-{i % 4}", podSelector={"matchLabels": {"app": "ab"[i % 2]}},
                                       ingress=[{"from": [{"podSelector": {"matchLabels": {"app": "a"}}}]}] * (i % 3)))
            else:
                api.cluster.put(pod("ops", name, "ab"[i % 2], f"10.8.{i % 200}.{i // 200 + 1}"))
        pods = len(api.cluster.objects[("", "v1", "pods")])
        screen.wait(f"{pods} pods", seconds=30)
        screen.keys("Escape")

        def body(text):
            return [line.split("|")[0].rstrip() for line in text.splitlines()[2:16]]
        with Screen(config) as fresh:
            fresh.wait("[live]", f"{pods} pods")
            end = time.time() + 30
            while body(fresh.text()) != body(screen.text()):
                assert time.time() < end, fresh.text() + screen.text()
                time.sleep(0.5)


def read_again(bench):
    """R reads everything again, and goes on following; where the server is away, again when it is back."""
    objects = world(12) + [obj("cilium.io/v2", "CiliumNetworkPolicy", "c", "ops", spec={
        "endpointSelector": {}, "ingress": [{"fromEntities": ["all"]}]})]
    api = bench.serve(objects)
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]", "12 pods", "3 policies")
        # The kind is not served any more: nothing of it may stay.
        api.cluster.objects.pop(("cilium.io", "v2", "ciliumnetworkpolicies"))
        for _ in range(2):
            screen.keys("R")
            screen.wait("read again", "2 policies")
            screen.keys("Escape")
            screen.wait("[live]", gone=("read again",))
        screen.keys("c")
        screen.wait("CiliumNetworkPolicy ops/c removed")
        screen.keys("Escape")
        api.cluster.put(pod("ops", "later", "a", "10.9.0.1"))
        screen.wait("13 pods")
        api.stop()
        screen.keys("R")
        screen.wait("not read again", "13 pods")
        screen.wait("STALE", gone=("[live]",))
        api.cluster.put(pod("ops", "meanwhile", "a", "10.9.0.2"))
        again = bench.serve(cluster=api.cluster, port=api.port)
        screen.wait("14 pods", "[live]", seconds=40)
        again.cluster.put(pod("ops", "after", "a", "10.9.0.3"))
        screen.wait("15 pods")
        # A server that says nothing: who gives up waiting keeps what there was.
        again.faults["hang"], again.only = (1000, True), "/api/v1/pods"
        screen.keys("R")
        time.sleep(1)
        screen.keys("C-c")
        screen.wait("not read again: stopped", "15 pods", "STALE")
        again.faults.clear()
        screen.wait("[live]", "15 pods", seconds=40)
        again.stop()


def kubeconfig_replaced(bench):
    """A new token in the kubeconfig is used within a minute; another context chosen there changes nothing."""
    api = bench.serve(world(12))
    path = bench.kubeconfig(api)
    with Screen(path) as screen:
        screen.wait("[live]", "12 pods")
        api.tokens = {"another-token": User("alice")}
        api.drop_watches()
        screen.wait("STALE", "401", seconds=40)
        api.cluster.put(OPEN)
        os.replace(bench.kubeconfig(api, {"token": "another-token"}), path)
        screen.wait("[live]", "12 pods", seconds=60)
        screen.keys("c")
        screen.wait("kubeconfig ctx changed", "+ ops -> pay  16 cells")
        screen.keys("Escape")
        api.cluster.put(pod("ops", "later", "a", "10.9.0.1"))
        screen.wait("13 pods", seconds=20)


def kubeconfig_replaced_and_read_again(bench):
    """R reads with what there was; then comes what the new one may read, and is shown."""
    api = bench.serve(world(12))
    path = bench.kubeconfig(api)
    api.tokens[SECRET].may = {("", p) for p in ("namespaces", "pods", "nodes")}
    api.tokens["another-token"] = User("bob")
    with Screen(path) as screen:
        screen.wait("[live]", "12 pods")
        assert "?" in screen.row("ops"), screen.text()
        # So slow that the kubeconfig is looked at as soon as it is done.
        api.faults["error"], api.only = (3, (503, [("Retry-After", "8")])), "/api/v1/pods"
        screen.keys("R")
        time.sleep(1)
        os.replace(bench.kubeconfig(api, {"token": "another-token"}), path)
        screen.wait("read again", seconds=40)
        end = time.time() + 40
        while "?" in screen.row("ops"):
            assert time.time() < end, screen.text()
            time.sleep(0.2)


def plugin_that_is_refused(bench):
    """It is run once more, and not for every watch that is begun again."""
    api = bench.serve(world(12))
    path = os.path.join(bench.dir, "refused-plugin")
    with open(path, "w", encoding="utf-8") as out:
        out.write(f"""#!/bin/sh
echo >>{path}.runs
echo '{{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{{"token":"{SECRET}"}}}}'
""")
    os.chmod(path, 0o755)
    user = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": path, "interactiveMode": "Never"}}
    with Screen(bench.kubeconfig(api, user)) as screen:
        screen.wait("[live]", "12 pods")
        api.tokens = {}
        api.drop_watches()
        screen.wait("STALE", "401")
        time.sleep(5)
    assert os.path.getsize(path + ".runs") <= 3, os.path.getsize(path + ".runs")


class Plugin:
    """A credential plugin: a shell script that notes each run, and does what `mode` says."""

    def __init__(self, bench, name, interactive="Never"):
        self.path = os.path.join(bench.dir, name)
        self.entry = {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": self.path,
                               "interactiveMode": interactive}}
        self.set("answer")
        with open(self.path, "w", encoding="utf-8") as out:
            out.write("""#!/bin/sh
echo $$ >>"$0.pids"
answer() {
    printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"}}' "$1"
}
case $(cat "$0.mode") in
answer) answer TOKEN ;;
slow) sleep 2; answer TOKEN ;;
fail) echo "looking for a session" >&2; echo "error: session expired, run: acme login" >&2; exit 7 ;;
ask) printf 'Code %s?' "$(wc -l <"$0.pids")" >&2; read -r code; answer "$code" ;;
hang) trap '' INT; sleep 600 ;;
esac
""".replace("TOKEN", SECRET))
        os.chmod(self.path, 0o755)

    def set(self, mode):
        with open(self.path + ".new", "w", encoding="utf-8") as out:
            out.write(mode)
        os.replace(self.path + ".new", self.path + ".mode")

    def pids(self):
        try:
            with open(self.path + ".pids", encoding="utf-8") as lines:
                return [int(line) for line in lines if line.endswith("\n")]
        except FileNotFoundError:
            return []

    def wait(self, runs, seconds=15):
        """Until it was run so often."""
        end = time.time() + seconds
        while len(self.pids()) < runs:
            assert time.time() < end, f"{len(self.pids())} runs, not {runs}"
            time.sleep(0.05)
        assert len(self.pids()) == runs, f"{len(self.pids())} runs, not {runs}"

    def gone(self, seconds=3):
        """Until none of them is there any more."""
        end = time.time() + seconds
        while any(os.path.exists(f"/proc/{pid}") for pid in self.pids()):
            assert time.time() < end, "it is still running"
            time.sleep(0.05)


def refuse(api, *tokens):
    """The tokens of before are taken no more."""
    api.tokens = {t: User("alice") for t in tokens}
    api.drop_watches()


def plugin_that_fails(bench):
    """Why, in its own words; and it is not run for each request, but when somebody asks."""
    api, plugin = bench.serve(world(12)), Plugin(bench, "failing")
    with Screen(bench.kubeconfig(api, plugin.entry), columns=160) as screen:
        screen.wait("[live]", "12 pods")
        plugin.wait(1)
        plugin.set("fail")
        refuse(api)
        screen.wait("STALE", "L runs it again: the plugin", "failed with exit code 7: error: session expired, run: acme login")
        time.sleep(6)
        plugin.wait(2)
        for key in "!", "c":
            screen.keys(key)
            screen.wait("  looking for a session", "  error: session expired, run: acme login")
            screen.keys("Escape")
            screen.wait("12 pods")
        screen.keys("R")
        screen.wait("not read again", "acme login")
        plugin.wait(3)
        # What it says is read before the grid is back.
        screen.keys("Escape", "L")
        screen.wait("looking for a session", "not logged in", "Enter goes back")
        screen.keys("Enter")
        screen.wait("12 pods", "not logged in")
        plugin.wait(4)
        plugin.set("answer")
        refuse(api, SECRET)
        screen.keys("L")
        screen.wait("[live]", "12 pods", gone=("STALE",))
        plugin.wait(5)
        screen.keys("q")
        text = screen.wait("ended 0")
        assert text.count("looking for a session") == 1, text


def plugin_that_wants_the_terminal(bench):
    """It has it before the screen, and when somebody logs in; grid and journal stay."""
    api, plugin = bench.serve(world(12)), Plugin(bench, "asking", "Always")
    plugin.set("ask")
    refuse(api, "first-code")
    with Screen(bench.kubeconfig(api, plugin.entry)) as screen:
        screen.wait("Code 1?")
        screen.keys("first-code", "Enter")
        screen.wait("[live]", "12 pods")
        screen.keys(":goto ops pay", "Enter")
        api.cluster.put(OPEN)
        screen.wait("NetworkPolicy pay/deny changed")
        screen.keys("0")
        refuse(api, "other-code")
        screen.wait("STALE", "L logs in: the plugin", "needs a terminal")
        screen.keys("L")
        screen.wait("logging in; Ctrl-C gives up", "Code 2?")
        screen.keys("C-c")
        screen.wait("not logged in", "12 pods", "WHY  ops -> ops")
        plugin.gone()
        screen.keys("L")
        screen.wait("Code 3?")
        screen.keys("other-code", "Enter")
        screen.wait("[live]", "12 pods")
        screen.keys("c")
        screen.wait("NetworkPolicy pay/deny changed")
        plugin.wait(3)
        plugin.gone()


def plugin_that_hangs(bench):
    """Who stops or quits does not wait for it."""
    api, plugin = bench.serve(world(12)), Plugin(bench, "hanging")
    with Screen(bench.kubeconfig(api, plugin.entry)) as screen:
        screen.wait("[live]", "12 pods")
        plugin.set("hang")
        refuse(api)
        plugin.wait(2)
        screen.keys("R")
        plugin.wait(3, seconds=3)
        screen.keys("C-c")
        screen.wait("not read again", "12 pods", seconds=3)
        plugin.gone()
        time.sleep(3)
        plugin.wait(3)
        screen.keys("Escape")
        screen.keys(":login", "Enter")
        screen.wait("logging in; Ctrl-C gives up")
        plugin.wait(4)
        screen.keys("C-c")
        screen.wait("not logged in: the plugin", "12 pods", seconds=3)
        plugin.gone()
        screen.keys("R")
        plugin.wait(5)
        screen.keys("q")
        screen.wait("ended 0", seconds=2)
        plugin.gone()


def plugin_that_is_too_slow(bench):
    """The deadline is one, however many requests wait for it."""
    api, plugin = bench.serve(world(12)), Plugin(bench, "late")
    with Screen(bench.kubeconfig(api, plugin.entry)) as screen:
        screen.wait("[live]", "12 pods")
        plugin.set("hang")
        refuse(api)
        plugin.wait(2)
        screen.wait("STALE", "did not answer within 30 seconds", seconds=45)
        plugin.gone()
        time.sleep(3)
        plugin.wait(2)


def plugin_that_takes_a_while(bench):
    """Before the screen, who waits is told for what."""
    api, plugin = bench.serve(world(12)), Plugin(bench, "slow")
    plugin.set("slow")
    with Screen(bench.kubeconfig(api, plugin.entry)) as screen:
        screen.wait(f"polgrid: waiting for the plugin {plugin.path}")
        screen.wait("[live]", "12 pods")
        screen.keys("q")
        text = screen.wait("ended 0")
        assert text.count("waiting for the plugin") == 1, text


def plugin_in_a_changed_kubeconfig(bench):
    """A kubeconfig that was touched is no reason to run a plugin that fails again and again."""
    api, plugin = bench.serve(world(12)), Plugin(bench, "touched")
    path = bench.kubeconfig(api, plugin.entry)
    with Screen(path) as screen:
        screen.wait("[live]", "12 pods")
        plugin.set("fail")
        refuse(api)
        screen.wait("STALE", "exit code 7")
        plugin.wait(2)
        os.utime(path)
        plugin.wait(3, seconds=40)
        plugin.set("answer")
        refuse(api, SECRET)
        screen.wait("[live]", "12 pods", gone=("STALE",), seconds=60)
        plugin.wait(4)


def stopped(bench):
    """Esc stops a load: what is there stays, marked; nothing of it is sure. R reads it whole."""
    api = bench.serve(world(12))
    api.faults["hang"], api.only = (1, True), "/networkpolicies"
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("Loading", "12 pods", "Esc stops")
        screen.keys("Escape")
        screen.wait("only a part was read", "12 pods")
        assert "?" in screen.row("ops"), screen.text()
        screen.keys("R")
        screen.wait("read again", "[live]", "2 policies")
        assert "?" not in screen.row("ops"), screen.text()


def stopped_at_once(bench):
    """A server that hangs on the first request does not hold up who stops it."""
    api = bench.serve(world(12))
    api.faults["hang"], api.only = (1, True), "/apis"
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("Loading", "Esc stops")
        screen.keys("Escape")
        screen.wait("only a part was read", seconds=5)


def only_get(bench):
    api = bench.serve(world(12))
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("[live]")
        api.cluster.put(OPEN)
        screen.wait("pay/deny changed")
        screen.keys("R")
        screen.wait("read again")
        api.cluster.put(pod("ops", "later", "a", "10.9.0.1"))
        screen.wait("13 pods")
        screen.keys("q")
        screen.wait("ended 0")
    assert {r["method"] for r in api.log} == {"GET"}


def no_cluster(bench):
    """No screen is opened for a cluster that can't be reached: the sentence stays on the terminal."""
    api = bench.serve()
    api.stop()
    with Screen(bench.kubeconfig(api)) as screen:
        screen.wait("Connection refused", "ended 3")


if __name__ == "__main__":
    if not shutil.which("tmux"):
        print("1..0 # SKIP no tmux to look at a screen with")
        sys.exit(0)
    sys.exit(main([a_change_is_seen, pods_come_and_go, a_namespace_comes, a_refused_namespace_goes, what_no_watch_tells, a_kind_is_served_in_another_version, a_page_stays, a_forgotten_version, watches_that_end, a_dead_server,
                   a_silent_watch, events_that_make_no_sense, watch_that_ends_in_an_error,
                   watch_that_is_always_too_old, watch_that_can_not_be_read, may_list_and_not_watch, watch_that_is_refused,
                   rights_taken_away, what_is_outside_and_who_enforces, a_thousand_changes, read_again, kubeconfig_replaced, kubeconfig_replaced_and_read_again, plugin_that_is_refused, plugin_that_fails,
                   plugin_that_wants_the_terminal, plugin_that_hangs, plugin_that_is_too_slow, plugin_that_takes_a_while,
                   plugin_in_a_changed_kubeconfig, stopped, stopped_at_once, only_get,
                   no_cluster]))

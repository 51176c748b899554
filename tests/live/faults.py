#!/usr/bin/env python3
"""A server that misbehaves: each fault ends in bounded time, in one sentence, and never in a wrong answer."""
import os
import socket
import sys
import threading
import time

from harness import Run, SECRET, answer, main, world
from server.pki import NAMES


def unreachable(bench, api, *words, user=None, within=20, env=None, arguments=(), **cluster):
    """Runs polgrid against a server that can't be used; every word must be in what it says."""
    began = time.time()
    run = Run("matrix", *arguments, "--kubeconfig", bench.kubeconfig(api, user, **cluster), env=env)
    assert run.status == 3, (run.status, run.out, run.err)
    assert run.out == "" and "\x1b" not in run.err
    for word in words:
        assert word in run.err, (word, run.err)
    assert time.time() - began < within, "took too long"
    return run


# --- no connection ---------------------------------------------------------------------------------------------------


def refused(bench):
    api = bench.serve()
    api.stop()
    unreachable(bench, api, "Connection refused", api.url)


def name_unknown(bench):
    unreachable(bench, bench.serve(), "does not resolve", "no-such-host.invalid", server="https://no-such-host.invalid")


def silent_server(bench):
    """It takes connections and says nothing; --request-timeout ends that."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        unreachable(bench, bench.serve(), "nobody answers", arguments=("--request-timeout", "2"), within=8,
                    server=f"https://127.0.0.1:{listener.getsockname()[1]}")


def ipv6(bench):
    if not socket.has_ipv6:
        return
    api = bench.serve()
    unreachable(bench, api, f"https://[::1]:{api.port}", server=f"https://[::1]:{api.port}")


# --- TLS -------------------------------------------------------------------------------------------------------------


def wrong_name(bench):
    bench.pki.issue("other", "/CN=other", "DNS:other.example,DNS:third.example")
    api = bench.serve(cert="other")
    unreachable(bench, api, "TLS", "not for 127.0.0.1", "other.example", "third.example", "tls-server-name")
    assert all(r["user"] is None for r in api.log) or not api.log


def tls_server_name(bench):
    bench.pki.issue("named", "/CN=named", "DNS:named.example")
    api = bench.serve(world(), cert="named")
    config = bench.kubeconfig(api, **{"tls-server-name": "named.example"})
    assert Run("matrix", "--kubeconfig", config).status == 0
    assert api.log[-1]["headers"]["Host"] == f"127.0.0.1:{api.port}", api.log[-1]


def unknown_authority(bench):
    other = type(bench.pki)(os.path.join(bench.dir, "other-pki"))
    unreachable(bench, bench.serve(), "TLS", "not signed by", "certificate-authority", "issued by CN = test-ca",
                **{"certificate-authority-data": __import__("base64").b64encode(other.text("ca.pem").encode()).decode()})


def expired(bench):
    bench.pki.issue("expired", "/CN=expired", NAMES, "20200101000000Z", "20210203040506Z")
    unreachable(bench, bench.serve(cert="expired"), "TLS", "has expired", "Feb  3 04:05:06 2021")


def not_yet_valid(bench):
    bench.pki.issue("early", "/CN=early", NAMES, "20480101000000Z", "20490101000000Z")
    unreachable(bench, bench.serve(cert="early"), "TLS", "not valid yet", "Jan  1 00:00:00 2048", "clock")


def skip_verify(bench):
    bench.pki.issue("expired", "/CN=expired", NAMES, "20200101000000Z", "20210203040506Z")
    api = bench.serve(world(), cert="expired")
    assert Run("matrix", "--kubeconfig", bench.kubeconfig(api, **{"insecure-skip-tls-verify": True})).status == 0


def plain_text(bench):
    api = bench.serve(tls=False)
    unreachable(bench, api, "does not speak TLS", server=f"https://127.0.0.1:{api.port}")


def no_credentials_without_tls(bench):
    api = bench.serve(world(), tls=False)
    run = Run("matrix", "--kubeconfig", bench.kubeconfig(api))
    assert run.status == 3, run.err
    assert not any("Authorization" in r["headers"] for r in api.log)


def key_of_another(bench):
    user = {"client-certificate": bench.pki.path("admin.pem"), "client-key": bench.pki.path("server.key")}
    unreachable(bench, bench.serve(world()), "client certificate and key", user=user)


# --- who is it -------------------------------------------------------------------------------------------------------


def unauthorized(bench):
    api = bench.serve(world())
    unreachable(bench, api, "401", user={"token": "wrong"})
    assert len(api.log) <= 2, api.log


PLUGIN = """#!/bin/sh
n=$(cat {count} 2>/dev/null || echo 0); n=$((n + 1)); echo $n >{count}
echo "{{\\"kind\\":\\"ExecCredential\\",\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"status\\":{{\\"token\\":\\"$1$n\\"}}}}"
"""


def plugin(bench, word):
    path, count = os.path.join(bench.dir, f"plugin-{word}"), os.path.join(bench.dir, f"count-{word}")
    with open(path, "w", encoding="utf-8") as out:
        out.write(PLUGIN.format(count=count))
    os.chmod(path, 0o755)
    return {"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": path, "args": [word],
                     "interactiveMode": "Never"}}, count


def plugin_is_run_again(bench):
    """A 401 to what a plugin gave: it is run once more, and the request sent again."""
    api = bench.serve(world())
    user, count = plugin(bench, "again")
    api.tokens["again2"] = api.tokens[SECRET]
    run = Run("matrix", "--kubeconfig", bench.kubeconfig(api, user))
    assert run.status == 0, run.err
    with open(count, encoding="utf-8") as f:
        assert f.read().strip() == "2"


def plugin_that_is_refused(bench):
    api = bench.serve(world())
    user, count = plugin(bench, "never")
    unreachable(bench, api, "401", user=user)
    with open(count, encoding="utf-8") as f:
        assert f.read().strip() == "2"


# --- answers that are none -------------------------------------------------------------------------------------------


def with_fault(bench, name, value=True, only="/pods"):
    api = bench.serve(world(1300))
    api.faults[name], api.only = value, only
    return api


def recovers(bench, name, value, only="/pods"):
    """The fault goes away by itself, and nobody notices."""
    api = with_fault(bench, name, value, only)
    live = Run("matrix", "-o", "json", "--kubeconfig", bench.kubeconfig(api))
    assert live.status == 0, live.err
    assert answer(live.json()) == answer(Run("matrix", "-o", "json", "-f", bench.manifests(world(1300))).json())
    return api


def busy(bench):
    recovers(bench, "error", (2, (429, [("Retry-After", "1")])))


def weak(bench):
    recovers(bench, "error", (1, (503, [])))
    recovers(bench, "error", (1, (500, [("Retry-After", "-5")])))


def weak_discovery(bench):
    for fault in ((2, (503, [])), (1, (429, [("Retry-After", "1")]))):
        recovers(bench, "error", fault, "/apis")


def escaped_token(bench):
    """Whatever the way it is written: the first page alone would be a cluster without the rest."""
    recovers(bench, "escaped-token", True)


def expired_page(bench):
    """410 on a page: the list begins anew, and nothing is lost or doubled."""
    recovers(bench, "expired-pages", (1, True))


def pages_that_always_expire(bench):
    """In the end the list is asked for in one piece."""
    api = recovers(bench, "expired-pages", True)
    assert any("/pods" in r["path"] and "limit" not in r["path"] for r in api.log)


def partial(bench, name, value=True, only="/networkpolicies", words=()):
    """What can't be read makes what hangs on it unknown; the rest stands."""
    api = with_fault(bench, name, value, only)
    began = time.time()
    run = Run("why", "ops/p-0002", "ops/p-0005:80", "--kubeconfig", bench.kubeconfig(api))
    assert run.status == 4, (run.status, run.out, run.err)
    for word in words:
        assert word in run.out + run.err, (word, run.out, run.err)
    assert time.time() - began < 60
    return api


def broken_for_good(bench):
    partial(bench, "error", (100, (400, [])), words=("answers 400",))


def not_found(bench):
    """Every cluster has them: a 404 is no proof that there are none."""
    partial(bench, "error", (100, (404, [])), words=("answers 404",))


def truncated(bench):
    partial(bench, "truncated", words=("networkpolicies",))


def body_too_short(bench):
    partial(bench, "short-body")


def gzip_broken(bench):
    partial(bench, "gzip-broken")


def gzip_bomb(bench):
    partial(bench, "gzip-bomb", words=("more than",))


def endless_body(bench):
    partial(bench, "endless-body", words=("more than",))


def endless_headers(bench):
    partial(bench, "endless-headers", 2000)


def endless_pages(bench):
    partial(bench, "endless-pages", words=("don't come to an end",))


def looping_pages(bench):
    partial(bench, "looping-pages", words=("don't come to an end",))


def escapes(bench):
    """Nothing that a server says reaches the terminal as it is."""
    api = bench.serve(world())
    api.faults["error"], api.faults["message"] = (100, (400, [])), "\x1b]0;x\x07\u202eevil"
    api.only = "/networkpolicies"
    run = Run("matrix", "--kubeconfig", bench.kubeconfig(api))
    assert run.status == 4 and "\\x1b" in run.err, run.err
    assert "\x1b" not in run.out + run.err and "\u202e" not in run.out + run.err


def redirect(bench):
    """Not followed, so that no credentials go elsewhere."""
    other = bench.serve(world())
    api = bench.serve(world())
    api.faults["redirect"] = other.url + "/apis"
    unreachable(bench, api, "302")
    assert not other.log


def no_api_server(bench):
    api = bench.serve()
    api.faults["error"], api.only = (1, (404, [])), "/apis"
    unreachable(bench, api, "does not answer like a Kubernetes API server")


# --- proxy -----------------------------------------------------------------------------------------------------------


class Proxy:
    """Speaks CONNECT; answers with a status other than 200 where one is given."""

    def __init__(self, status=200):
        self.status, self.asked = status, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        head = b""
        while b"\r\n\r\n" not in head:
            head += client.recv(4096)
        target = head.split()[1].decode()
        self.asked.append((target, head.decode()))
        client.sendall(f"HTTP/1.1 {self.status} X\r\nContent-Length: 0\r\n\r\n".encode())
        if self.status != 200:
            client.close()
            return
        host, _, port = target.rpartition(":")
        server = socket.create_connection((host.strip("[]"), int(port)))
        back = threading.Thread(target=self.copy, args=(server, client), daemon=True)
        back.start()
        self.copy(client, server)

    @staticmethod
    def copy(a, b):
        try:
            while data := a.recv(65536):
                b.sendall(data)
        except OSError:
            pass
        finally:
            b.close()


def proxy_url(bench):
    api, proxy = bench.serve(world()), Proxy()
    run = Run("matrix", "--kubeconfig", bench.kubeconfig(api, **{"proxy-url": proxy.url}))
    assert run.status == 0, run.err
    assert proxy.asked and all(t == f"127.0.0.1:{api.port}" for t, _ in proxy.asked)
    assert not any(SECRET in head for _, head in proxy.asked)


def proxy_refuses(bench):
    for status, word in ((407, "407"), (403, "403")):
        proxy = Proxy(status)
        unreachable(bench, bench.serve(world()), "proxy", word, **{"proxy-url": proxy.url})


def socks_resolves(bench):
    """The name is the proxy's to resolve: here it would be no name at all."""
    asked = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def serve():
            client, _ = listener.accept()
            client.recv(100)
            client.sendall(b"\x05\x00")
            asked.append(client.recv(300))
            client.close()
        threading.Thread(target=serve, daemon=True).start()
        unreachable(bench, bench.serve(), "proxy", server="https://there.invalid:6443",
                    **{"proxy-url": f"socks5://127.0.0.1:{listener.getsockname()[1]}"})
    assert asked and asked[0][3] == 3 and b"there.invalid" in asked[0], asked


def proxy_that_is_no_url(bench):
    """The URL holds a password, so it is not said."""
    for url in ("http://u:proxy-pass@proxy.invalid:port", "http://u:proxy-pass@[x", "ftp://u:proxy-pass@proxy.invalid"):
        run = unreachable(bench, bench.serve(world()), "proxy's URL can't be used", env={"HTTPS_PROXY": url},
                          server="https://k8s.invalid")
        assert "proxy-pass" not in run.err, run.err


def loopback_needs_no_proxy(bench):
    api, proxy = bench.serve(world()), Proxy(407)
    assert Run("matrix", "--kubeconfig", bench.kubeconfig(api), env={"HTTPS_PROXY": proxy.url}).status == 0
    assert not proxy.asked


if __name__ == "__main__":
    sys.exit(main([refused, name_unknown, silent_server, ipv6, wrong_name, tls_server_name, unknown_authority, expired,
                   not_yet_valid, skip_verify, plain_text, no_credentials_without_tls, key_of_another, unauthorized,
                   plugin_is_run_again, plugin_that_is_refused, busy, weak, weak_discovery, escaped_token, expired_page, pages_that_always_expire,
                   broken_for_good, not_found, truncated, body_too_short, gzip_broken, gzip_bomb, endless_body, endless_headers,
                   endless_pages, looping_pages, escapes, redirect, no_api_server, proxy_url, proxy_refuses, socks_resolves, proxy_that_is_no_url,
                   loopback_needs_no_proxy]))

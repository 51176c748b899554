"""Kubeconfigs, plain and odd, through kubectl and through polgrid: the same server is asked as the same user, or both refuse."""
import base64
import json
import os
import re

from harness import Run

READER, ADMIN, SHOP = "reader-token-secret", "admin-token-secret", "shop-token-secret"

# Where polgrid is meant to differ: the case, and why.
DIFFERENCES = {
    "bad namespace in the context": "`kubectl auth whoami' looks at no namespace; `kubectl get' refuses, too",
}


class Maker:
    """Files of a case, in a directory of its own."""

    def __init__(self, c, directory):
        self.c, self.dir = c, directory
        self.ca = base64.b64encode(c.pki.text("ca.pem").encode()).decode()
        os.makedirs(os.path.join(directory, "sub"), exist_ok=True)
        os.makedirs(os.path.join(directory, "home", ".kube"), exist_ok=True)

    def raw(self, name, text):
        with open(os.path.join(self.dir, name), "w", encoding="utf-8") as out:
            out.write(text)
        return name

    def config(self, name, user=f"token: {READER}", cluster="", context="", server=None, kind="Config", current="c",
               user_name="u", ca=True, context_name="c", top=""):
        authority = f', certificate-authority-data: {self.ca}' if ca else ""
        return self.raw(name, f"""apiVersion: v1
kind: {kind}
current-context: {current}
clusters: [{{name: c, cluster: {{server: "{server or self.c.url}"{authority}{cluster}}}}}]
contexts: [{{name: {context_name}, context: {{cluster: c, user: {user_name}{context}}}}}]
users: [{{name: u, user: {{{user}}}}}]
{top}""")


def as_json(m):
    return json.dumps({"apiVersion": "v1", "kind": "Config", "current-context": "c",
                       "clusters": [{"name": "c", "cluster": {"server": m.c.url, "certificate-authority-data": m.ca}}],
                       "contexts": [{"name": "c", "context": {"cluster": "c", "user": "u"}}],
                       "users": [{"name": "u", "user": {"token": READER}}]})


def cases(m):
    """(name, arguments, environment) of each; and what kubectl asks for, where `auth whoami' would not tell."""
    c, url = m.c, m.c.url
    host = url.split("//")[1]
    cert = {n: {e: base64.b64encode(c.pki.text(n + e).encode()).decode() for e in (".pem", ".key")} for n in ("alice",)}
    alice = f"client-certificate-data: {cert['alice']['.pem']}, client-key-data: {cert['alice']['.key']}"
    command = c.path("plugin.sh")

    def exec_(version="v1", mode=", interactiveMode: Never", more=""):
        api = f"apiVersion: client.authentication.k8s.io/{version}" if version else ""
        return f"exec: {{command: {command}{', ' if api else ''}{api}{mode}{more}}}"
    ok = m.config("ok")
    os.link(os.path.join(m.dir, "ok"), os.path.join(m.dir, "sub", "ok"))
    m.config("other", f"token: {ADMIN}", current="d", context_name="d")
    for name in ("pki/alice.pem", "pki/alice.key", "plugin.sh"):
        os.symlink(c.path(name), os.path.join(m.dir, "sub", os.path.basename(name)))
    home = {"HOME": os.path.join(m.dir, "home")}
    m.config("home/.kube/config")
    m.raw("sub/tok", READER + "\n\n")
    m.raw("empty", "")
    m.raw("broken", "a: [")
    text = open(os.path.join(m.dir, "ok"), encoding="utf-8").read()
    m.raw("nokind", "\n".join(x for x in text.splitlines() if not x.startswith(("kind", "apiVersion"))))
    m.raw("dup", text.rstrip().rsplit("]", 1)[0] + ", {name: u, user: {token: x}}]\n")
    m.raw("bom", "\ufeff" + text)
    m.raw("multi", text + "---\n" + open(os.path.join(m.dir, "other"), encoding="utf-8").read())
    os.makedirs(os.path.join(m.dir, "dirx"), exist_ok=True)
    k = lambda name: ["--kubeconfig", name]  # noqa: E731
    raw = ("get", "--raw", "/api/v1/namespaces/default/pods")
    yield "plain", k(ok), {}
    yield "list, the first missing", [], {"KUBECONFIG": "nope:ok"}
    yield "missing file", k("nope"), {}
    yield "--kubeconfig with a list", k("ok:ok"), {}
    yield "all missing", [], {"KUBECONFIG": "nope:nope2"}
    yield "only empty names", [], {"KUBECONFIG": ":"}
    yield "no config at all", [], {}
    yield "home directory", [], home
    yield "an empty list falls back to the home directory", [], {"KUBECONFIG": "", **home}
    yield "two files, the first wins", [], {"KUBECONFIG": "ok:other"}
    yield "reverse order", [], {"KUBECONFIG": "other:ok"}
    yield "context of the second, user of the first", ["--context", "d"], {"KUBECONFIG": "ok:other"}
    yield "no current-context", k(m.config("nocc", current='""')), {}
    yield "no current-context, --cluster --user", k("nocc") + ["--cluster", "c", "--user", "u"], {}
    yield "unknown --context", k(ok) + ["--context", "zz"], {}
    yield "unknown current-context", k(m.config("badcc", current="zz")), {}
    yield "a user that is missing", k(m.config("nouser", user_name="zz")), {}
    yield "kind: Pod", k(m.config("kindpod", kind="Pod")), {}
    yield "no kind", k("nokind"), {}
    yield "empty file", k("empty"), {}
    yield "broken YAML", k("broken"), {}
    yield "broken YAML first in the list", [], {"KUBECONFIG": "broken:ok"}
    yield "a name twice", k("dup"), {}
    yield "unknown fields", k(m.config("unk", f"token: {READER}, tokenn: x, extra: {{a: b}}")), {}
    yield "a key twice", k(m.config("twice", top="current-context: c\n")), {}
    yield "tokenFile, relative", k(m.config("sub/tf", "tokenFile: tok")), {}
    yield "token and tokenFile", k(m.config("sub/tf2", f"token: {ADMIN}, tokenFile: tok")), {}
    yield "token and a tokenFile that is gone", k(m.config("sub/tf3", f"token: {ADMIN}, tokenFile: gone")), {}
    yield "a tokenFile that is gone", k(m.config("sub/tf4", "tokenFile: gone")), {}
    yield "client certificate", k(m.config("cert", alice)), {}
    yield "certificate and token", k(m.config("both", f"{alice}, token: {READER}")), {}
    yield "certificate without a key", k(m.config("nokey", alice.split(", client-key")[0])), {}
    yield "certificate files, relative", k(m.config("sub/files", "client-certificate: alice.pem, client-key: alice.key")), {}
    yield "certificate as file and data", k(m.config("sub/fd", f"client-certificate: alice.pem, {alice}")), {}
    yield "CA as file and data", k(m.config("ca2", cluster=f", certificate-authority: {c.path('pki/ca.pem')}")), {}
    yield "CA and insecure", k(m.config("ins", cluster=", insecure-skip-tls-verify: true")), {}
    yield "--insecure-skip-tls-verify over a CA", k(ok) + ["--insecure-skip-tls-verify"], {}
    yield "no CA", k(m.config("noca", ca=False)), {}
    yield "bad base64", k(m.config("b64", ca=False, cluster=', certificate-authority-data: "@@@"')), {}
    yield "localhost", k(m.config("lh", server=url.replace("127.0.0.1", "localhost"))), {}
    yield "wrong tls-server-name", k(m.config("sni", cluster=", tls-server-name: nope.example")), {}
    yield "--server clears tls-server-name", k("sni") + ["--server", url], {}
    yield "--tls-server-name", k("sni") + ["--tls-server-name", "kube.test"], {}
    yield "server without a scheme", k(m.config("nosch", server=host)), {}
    yield "server with a slash", k(m.config("slash", server=url + "/")), {}
    yield "server with a path and a query", k(m.config("pre", server=url + "/prefix/x?q=1#f")), {}, raw
    yield "http to a TLS port", k(m.config("http", server="http://" + host)), {}
    yield "basic", k(m.config("basic", "username: a, password: b")), {}
    yield "basic and token", k(m.config("bt", f"username: a, password: b, token: {READER}")), {}
    yield "auth-provider gcp", k(m.config("gcp", "auth-provider: {name: gcp}")), {}
    yield "auth-provider oidc", k(m.config("oidc", f'auth-provider: {{name: oidc, config: {{idp-issuer-url: "{url}", '
                                           'client-id: x, id-token: abc}}')), {}
    yield "exec without apiVersion", k(m.config("ex1", exec_(None))), {}
    yield "exec v1 without interactiveMode", k(m.config("ex2", exec_(mode=""))), {}
    yield "exec v1alpha1", k(m.config("ex3", exec_("v1alpha1"))), {}
    yield "exec v1, relative", k(m.config("sub/ex4", exec_().replace(command, "./plugin.sh"))), {}
    yield "exec v1beta1, relative", k(m.config("sub/ex5", exec_("v1beta1").replace(command, "./plugin.sh"))), {}
    yield "exec, a bare name", k(m.config("sub/ex6", exec_().replace(command, "plugin.sh"))), {}
    yield "exec Always without a terminal", k(m.config("ex7", exec_(mode=", interactiveMode: Always"))), {}
    yield "exec and token", k(m.config("ex8", exec_() + f", token: {ADMIN}")), {}
    yield "exec with a wrong token", k(m.config("ex9", exec_(more=", env: [{name: TOKEN, value: wrong}]"))), {}
    yield "--token over exec", k("ex9") + ["--token", ADMIN], {}
    impersonates = f'token: {ADMIN}, as: bob, as-groups: [g1], as-uid: "7", as-user-extra: {{"k/x Y": [v]}}'
    yield "as, groups, uid, extra", k(m.config("as", impersonates)), {}, raw
    yield "as-groups without as", k(m.config("asg", f"token: {ADMIN}, as-groups: [g1]")), {}
    yield "--as", k("other") + ["--as", "somebody"], {}
    policies = ("get", "networkpolicies")
    yield "namespace of the context", k(m.config("ns", f"token: {SHOP}", context=", namespace: shop")), {}, policies
    yield "-n over it", k("ns") + ["-n", "pay"], {}, policies
    yield "bad namespace in the context", k(m.config("badns", context=", namespace: Bad_NS")), {}
    yield "proxy-url for the loopback", k(m.config("px", cluster=', proxy-url: "http://127.0.0.1:1"')), {}
    yield "proxy-url ftp", k(m.config("px2", cluster=', proxy-url: "ftp://x"')), {}
    yield "proxy-url socks5h", k(m.config("px3", cluster=', proxy-url: "socks5h://127.0.0.1:1"')), {}
    yield "HTTPS_PROXY and the loopback", k(ok), {"HTTPS_PROXY": "http://127.0.0.1:1"}
    yield "--request-timeout 1x", k(ok) + ["--request-timeout", "1x"], {}
    yield "--request-timeout 5", k(ok) + ["--request-timeout", "5"], {}
    yield "JSON", k(m.raw("js", as_json(m))), {}
    yield "byte-order mark", k("bom"), {}
    yield "two documents", k("multi"), {}
    yield "a directory", k("dirx"), {}


def users_of(asked):
    return {user for _, user, _ in asked if user and user != "system:anonymous"}


def places_of(asked):
    """As whom, with groups and all, below which path, and in which namespaces."""
    found = [re.match(r"(.*?)/(?:apis?|version)\b(?:.*?/namespaces/([^/?]+)/)?", uri) for _, _, uri in asked]
    return (users_of(asked), {f.group(1) for f in found if f}, {f.group(2) for f in found if f and f.group(2)})


def kubectl(c, words, env, ask):
    """What it says of itself; where it is asked for something else, what the server's log says of it."""
    whoami = ("auth", "whoami", "-o", "jsonpath={.status.userInfo.username}")
    _, at = c.audit(agent="")
    done = c.kubectl_plain(*(ask or whoami), *words, env=env)
    if ask:
        asked, _ = c.audit(agent="kubectl/", since=at, full=True)
        return places_of(asked), done.stderr.decode()
    return done.stdout.decode().strip() if done.returncode == 0 else "refused", done.stderr.decode()


def polgrid(c, words, env, ask):
    _, at = c.audit(agent="")
    run = Run("matrix", "--totals", *words, env=env)
    users = users_of(c.audit(since=at)[0])
    got = users.pop() if len(users) == 1 else "refused"
    return run, got, places_of(c.audit(since=at, full=True)[0]) if ask else got


def kubeconfigs(c):
    m = Maker(c, c.path("kc"))
    wrong = []
    n = 0
    clean = {key: value for key, value in os.environ.items()
             if key.lower() not in ("kubeconfig", "https_proxy", "http_proxy", "no_proxy")}
    before = os.getcwd()
    os.chdir(m.dir)
    try:
        for name, words, env, *ask in cases(m):
            n += 1
            ask = ask[0] if ask else None
            env = {"HOME": c.dir, **env}
            expected, error = kubectl(c, words, {**clean, **env}, ask)
            run, user, got = polgrid(c, words, env, ask)
            if user == "refused" and run.status not in (2, 3):
                wrong.append(f"{name}: exit status {run.status} though nobody was asked")
            if (got != expected) != (name in DIFFERENCES):
                wrong.append(f"{name}: kubectl {expected} ({error.strip()[:120]}), polgrid {got} ({run.err.strip()[:200]})")
    finally:
        os.chdir(before)
    assert n == 77 and not wrong, "\n".join([f"{n} cases"] + wrong)

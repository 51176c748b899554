"""The server: TLS, tokens and client certificates, rights, lists in pages, watches, and faults.

A fault is switched on by its name in `faults` (a dictionary: name to argument), for the requests whose path holds
the text `only`, if that is set. See Handler.fault() and where it is asked.
"""
import gzip
import http.server
import json
import re
import ssl
import threading
import time
import urllib.parse

from .cluster import Gone, RESOURCES

DISCOVERY = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"


class User:
    """A user, and what it may list: everything (may is None), or pairs of namespace ("" for the cluster) and plural."""

    def __init__(self, name, may=None):
        self.name, self.may = name, may

    def can(self, namespace, plural):
        return self.may is None or ("", plural) in self.may or (namespace, plural) in self.may


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def fault(self, name):
        """The argument of a fault that is on for this request; None: it is off. "N" times where it is (count, arg)."""
        api = self.server.api
        if name not in api.faults or api.only not in self.path:
            return None
        value = api.faults[name]
        if isinstance(value, tuple):
            count, argument = value
            if count == 0:
                return None
            api.faults[name] = (count - 1, argument)
            return argument
        return value

    # --- answers ---

    def send(self, status, body, content_type="application/json", headers=()):
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        accepted = self.headers.get("Accept-Encoding", "")
        extra = list(headers)
        if "gzip" in accepted and len(body) > 128 * 1024:
            body = gzip.compress(body, 1)
            extra.append(("Content-Encoding", "gzip"))
        if self.fault("gzip-bomb"):
            body, extra = gzip.compress(b" " * (600 << 20), 9), [("Content-Encoding", "gzip")]
        if self.fault("gzip-broken"):
            body, extra = b"\x1f\x8bnot gzip at all", [("Content-Encoding", "gzip")]
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        length = len(body) + (1000 if self.fault("short-body") else 0)
        self.send_header("Content-Length", str(length))
        for key, value in extra:
            self.send_header(key, value)
        for i in range(self.fault("endless-headers") or 0):
            self.send_header(f"X-{i}", "y" * 4000)
        self.end_headers()
        if self.fault("slow"):
            for i in range(len(body)):
                self.wfile.write(body[i:i + 1])
                time.sleep(1)
        if self.fault("truncated"):
            body = body[:len(body) // 2] + b" " * (len(body) - len(body) // 2)
        self.wfile.write(body)
        if self.fault("short-body"):
            self.close_connection = True
        self.server.api.log[-1]["status"] = status

    def status(self, code, reason, message, headers=(), **metadata):
        self.send(code, {"kind": "Status", "apiVersion": "v1", "metadata": metadata, "status": "Failure",
                         "message": message, "reason": reason, "code": code}, headers=headers)

    # --- who asks ---

    def who(self):
        api = self.server.api
        header = self.headers.get("Authorization", "")
        if header.startswith("Bearer "):
            return api.tokens.get(header[7:])
        cert = self.connection.getpeercert()
        for pair in (cert or {}).get("subject", ()):
            for key, value in pair:
                if key == "commonName":
                    return api.users.get(value, User(value, set()))
        return User("system:anonymous", set())

    # --- requests ---

    def do_POST(self):
        self.server.api.log.append({"method": self.command, "path": self.path, "user": "?", "status": 405})
        self.status(405, "MethodNotAllowed", "read only")

    do_PUT = do_PATCH = do_DELETE = do_POST

    def do_GET(self):
        api = self.server.api
        user = self.who()
        api.log.append({"method": self.command, "path": self.path, "user": user.name if user else None,
                        "headers": dict(self.headers), "status": 0})
        if self.fault("hang"):
            time.sleep(3600)
        redirect = self.fault("redirect")
        if redirect:
            return self.send(302, b"", headers=[("Location", redirect)])
        if self.fault("endless-body"):
            return self.endless()
        if self.path in api.broken:
            return self.status(api.broken[self.path], "Broken", "it is broken")
        error = self.fault("error")
        if error:
            code, headers = error
            if code == 429:
                return self.send(429, b"Too many requests, please try again later.", "text/plain", headers)
            return self.status(code, "Broken", self.fault("message") or "it is broken", headers)
        if user is None or self.fault("unauthorized"):
            return self.status(401, "Unauthorized", "Unauthorized")
        return self.route(user)

    def endless(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.chunk(b'{"kind":"PodList","apiVersion":"v1","metadata":{},"items":[')
        piece = b'{"metadata":{"name":"x","namespace":"y"}},' * 20000
        while True:
            self.chunk(piece)

    def chunk(self, data):
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def route(self, user):
        url = urllib.parse.urlsplit(self.path)
        query = {k: v[0] for k, v in urllib.parse.parse_qs(url.query).items()}
        if url.path == "/version":
            return self.send(200, {"gitVersion": "v1.34.0"})
        if url.path == "/apis":
            return self.discovery(user)
        match = re.fullmatch(r"/(?:api/(v1)|apis/([^/]+)/([^/]+))(?:/namespaces/([^/]+))?(?:/([^/]+))?(?:/([^/]+))?", url.path)
        if not match:
            return self.status(404, "NotFound", "the server could not find the requested resource")
        core, group, version, namespace, plural, name = match.groups()
        group, version = group or "", core or version
        if plural is None and namespace is None:
            return self.group(group, version)
        if plural is None:
            plural, name, namespace = "namespaces", namespace, ""
        namespace = namespace or ""
        if not user.can(name if plural == "namespaces" and name else namespace, plural):
            scope = f'in the namespace "{namespace}"' if namespace else "at the cluster scope"
            return self.status(403, "Forbidden", f'{plural} is forbidden: User "{user.name}" cannot list resource '
                                                 f'"{plural}" in API group "{group}" {scope}')
        for resource in self.server.api.cluster.served():
            if resource[:3] == (group, version, plural):
                return self.resource(resource, namespace, name, query)
        return self.status(404, "NotFound", "the server could not find the requested resource")

    # --- discovery ---

    def discovery(self, user):
        groups = {}
        for group, version, plural, kind, namespaced, _ in self.server.api.cluster.served():
            if group:
                groups.setdefault(group, {}).setdefault(version, []).append((plural, kind, namespaced))
        if self.fault("no-discovery"):
            return self.status(403, "Forbidden", f'forbidden: User "{user.name}" cannot get path "/apis"')
        if DISCOVERY in self.headers.get("Accept", "") and not self.fault("plain-discovery"):
            items = [{"metadata": {"name": g},
                      "versions": [{"version": v, "freshness": "Current",
                                    "resources": [{"resource": p, "responseKind": {"kind": k},
                                                   "scope": "Namespaced" if n else "Cluster"} for p, k, n in rs]}
                                   for v, rs in versions.items()]} for g, versions in groups.items()]
            if self.fault("stale-group"):  # its aggregated API server never answered: nothing is known of it
                items.append({"metadata": {"name": self.fault("stale-group")},
                              "versions": [{"version": "v3", "freshness": "Stale"}]})
            return self.send(200, {"kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2",
                                   "metadata": {}, "items": items}, DISCOVERY)
        return self.send(200, {"kind": "APIGroupList", "apiVersion": "v1", "groups": [
            {"name": g, "versions": [{"groupVersion": f"{g}/{v}", "version": v} for v in versions],
             "preferredVersion": {}} for g, versions in groups.items()]})

    def group(self, group, version):
        found = [r for r in self.server.api.cluster.served() if r[:2] == (group, version)]
        if not found:
            return self.status(404, "NotFound", "not found")
        return self.send(200, {"kind": "APIResourceList", "groupVersion": f"{group}/{version}", "resources": [
            {"name": r[2], "kind": r[3], "namespaced": r[4], "verbs": ["list", "watch"]} for r in found]})

    # --- lists and watches ---

    @staticmethod
    def matcher(query):
        terms = [t for t in query.get("fieldSelector", "").split(",") if t]

        def match(obj):
            for term in terms:
                field, differs, value = re.fullmatch(r"([^!=]+)(!=|==?)(.*)", term).groups()
                at = obj
                for part in field.split("."):
                    at = at.get(part, {}) if isinstance(at, dict) else {}
                if ((at or "") == value) == (differs == "!="):
                    return False
            return True
        return match

    def resource(self, resource, namespace, name, query):
        cluster = self.server.api.cluster
        match = self.matcher(query)
        if query.get("watch") in ("1", "true"):
            return self.watch(resource, namespace, match, query)
        if name:
            _, items = cluster.list(resource, namespace, lambda o: o["metadata"]["name"] == name)
            return self.send(200, items[0]) if items else self.status(404, "NotFound", f'"{name}" not found')
        version, items = cluster.list(resource, namespace, match)
        start = 0
        if "continue" in query:
            if self.fault("expired-pages"):
                return self.status(410, "Expired", "The provided continue parameter is too old")
            version, start = (int(x) for x in query["continue"].split("-"))
        limit = int(query.get("limit", 0)) or len(items)
        page = items[start:start + limit]
        meta = {"resourceVersion": str(version)}
        if start + limit < len(items) or self.fault("endless-pages"):
            meta["continue"] = f"{version}-{start + limit}"
        if self.fault("escaped-token") and "continue" in meta:
            return self.send(200, json.dumps({"kind": resource[3] + "List", "apiVersion": "v1", "items": page,
                                              "metadata": meta}).replace(f"{version}-", f"{version}\\u002d").encode())
        if self.fault("looping-pages"):
            meta["continue"] = f"{version}-0"
        if resource[5]:  # elements of built-in lists don't say what they are
            body = {"kind": resource[3] + "List", "apiVersion": f"{resource[0]}/{resource[1]}".lstrip("/"),
                    "metadata": meta,
                    "items": [{k: v for k, v in o.items() if k not in ("kind", "apiVersion")} for o in page]}
        else:
            body = {"apiVersion": f"{resource[0]}/{resource[1]}", "items": page, "kind": resource[3] + "List",
                    "metadata": meta}
        return self.send(200, body)

    def watch(self, resource, namespace, match, query):
        cluster = self.server.api.cluster
        version = int(query.get("resourceVersion") or 0)
        end = time.time() + float(query.get("timeoutSeconds", 300))
        self.server.api.watches += 1
        if self.fault("watch-refused"):
            return self.status(self.fault("watch-refused"), "Refused", "not to be watched")
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.server.api.log[-1]["status"] = 200
        for extra in self.fault("watch-extra") or ():
            self.chunk(json.dumps(extra).encode() + b"\n")
        began = self.server.api.epoch
        bookmark = time.time() + 0.3
        while time.time() < end and self.server.api.epoch == began:
            if self.fault("watch-silent"):  # a half-open connection: nothing arrives, not even its end
                time.sleep(0.1)
                continue
            try:
                reached, events = cluster.since(version, resource, namespace, match, 0.1)
            except Gone:
                self.chunk(json.dumps({"type": "ERROR", "object": {
                    "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "code": 410,
                    "message": f"too old resource version: {version}", "reason": "Expired"}}).encode() + b"\n")
                break
            version = reached
            for kind, obj in events:
                self.chunk(json.dumps({"type": kind, "object": obj}).encode() + b"\n")
            if not events and time.time() > bookmark and query.get("allowWatchBookmarks") == "true":
                bookmark = time.time() + 5
                self.chunk(json.dumps({"type": "BOOKMARK", "object": {
                    "kind": resource[3], "apiVersion": f"{resource[0]}/{resource[1]}".lstrip("/"),
                    "metadata": {"resourceVersion": str(version)}}}).encode() + b"\n")
            if self.fault("watch-end"):
                break
        if self.fault("watch-reset"):
            self.close_connection = True
            return
        self.wfile.write(b"0\r\n\r\n")


class Quiet(http.server.ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass

    def finish_request(self, request, client_address):
        if self.api.context:
            request.settimeout(30)
            request = self.api.context.wrap_socket(request, server_side=True)
            request.settimeout(None)
        super().finish_request(request, client_address)


class Api:
    """A server on a port of the loopback. `cert` and `key` None: it speaks no TLS."""

    def __init__(self, cluster, cert=None, key=None, ca=None, port=0):
        self.cluster = cluster
        self.tokens, self.users = {}, {}
        self.faults, self.only = {}, ""
        self.broken = {}  # paths, and the status that they are answered with
        self.log = []
        self.watches = self.epoch = 0
        self.context = None
        if cert:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.minimum_version = ssl.TLSVersion.TLSv1_2
            self.context.load_cert_chain(cert, key)
            if ca:
                self.context.verify_mode = ssl.CERT_OPTIONAL
                self.context.load_verify_locations(ca)
        self.httpd = Quiet(("127.0.0.1", port), Handler)
        self.httpd.api = self
        self.port = self.httpd.server_address[1]
        self.thread = threading.Thread(target=self.httpd.serve_forever, args=(0.05,), daemon=True)
        self.thread.start()

    @property
    def url(self):
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}"

    def drop_watches(self):
        self.epoch += 1

    def stop(self):
        self.epoch += 1
        self.httpd.shutdown()
        self.httpd.server_close()


assert all(len(r) == 6 for r in RESOURCES)

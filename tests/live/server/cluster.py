"""The objects of a cluster and what happened to them: versions, lists, events."""
import copy
import threading

# group, version, plural, kind, namespaced, built in (else a custom resource, whose lists look different)
RESOURCES = [
    ("", "v1", "namespaces", "Namespace", False, True),
    ("", "v1", "pods", "Pod", True, True),
    ("", "v1", "services", "Service", True, True),
    ("", "v1", "nodes", "Node", False, True),
    ("", "v1", "serviceaccounts", "ServiceAccount", True, True),
    ("apps", "v1", "deployments", "Deployment", True, True),
    ("apps", "v1", "statefulsets", "StatefulSet", True, True),
    ("apps", "v1", "daemonsets", "DaemonSet", True, True),
    ("discovery.k8s.io", "v1", "endpointslices", "EndpointSlice", True, True),
    ("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy", True, True),
    ("networking.k8s.io", "v1", "ingresses", "Ingress", True, True),
    ("networking.k8s.io", "v1", "ingressclasses", "IngressClass", False, True),
    ("policy.networking.k8s.io", "v1alpha1", "adminnetworkpolicies", "AdminNetworkPolicy", False, False),
    ("policy.networking.k8s.io", "v1alpha2", "clusternetworkpolicies", "ClusterNetworkPolicy", False, False),
    ("policy.networking.k8s.io", "v1beta1", "clusternetworkpolicies", "ClusterNetworkPolicy", False, False),
    ("cilium.io", "v2", "ciliumnetworkpolicies", "CiliumNetworkPolicy", True, False),
    ("projectcalico.org", "v3", "networkpolicies", "NetworkPolicy", True, False),
    ("projectcalico.org", "v3", "tiers", "Tier", False, False),
    ("projectcalico.org", "v3", "globalnetworksets", "GlobalNetworkSet", False, False),
    ("crd.projectcalico.org", "v1", "networkpolicies", "NetworkPolicy", True, False),
]


class Gone(Exception):
    """What is asked for is older than what is kept."""


class Cluster:
    """Every change has a version and is kept as an event until compact() forgets it."""

    def __init__(self):
        self.changed = threading.Condition()
        self.version = 1000
        self.forgotten = 1000
        self.objects = {}
        self.events = []
        self.extra = set()  # groups of custom resources that are served though there is no object of them

    @staticmethod
    def resource_of(obj):
        group, _, version = obj["apiVersion"].rpartition("/")
        for resource in RESOURCES:
            if resource[:2] == (group, version) and resource[3] == obj["kind"]:
                return resource
        raise KeyError((obj["apiVersion"], obj["kind"]))

    @staticmethod
    def key_of(obj):
        meta = obj["metadata"]
        return meta.get("namespace", ""), meta["name"]

    def served(self):
        return [r for r in RESOURCES if r[5] or r[0] in self.extra or self.objects.get(r[:3])]

    def _event(self, kind, resource, obj):
        self.version += 1
        obj["metadata"]["resourceVersion"] = str(self.version)
        self.events.append((self.version, kind, resource[:3], copy.deepcopy(obj)))
        self.changed.notify_all()

    def put(self, obj, manager="kubectl-client-side-apply", time="2026-01-02T03:04:05Z", subresource=None):
        obj = copy.deepcopy(obj)
        resource = self.resource_of(obj)
        with self.changed:
            store = self.objects.setdefault(resource[:3], {})
            known = self.key_of(obj) in store
            obj["metadata"].setdefault("uid", f"uid-{self.version}")
            obj["metadata"]["managedFields"] = [
                {"manager": manager, "operation": "Update", "apiVersion": obj["apiVersion"], "time": time,
                 "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {}},
                 **({"subresource": subresource} if subresource else {})}]
            store[self.key_of(obj)] = obj
            self._event("MODIFIED" if known else "ADDED", resource, obj)

    def move(self, group, plural, old, new):
        """A custom resource is served in another version from now on, and in the old one no more."""
        with self.changed:
            store = self.objects.pop((group, old, plural))
            for obj in store.values():
                obj["apiVersion"] = f"{group}/{new}"
            self.objects[(group, new, plural)] = store

    def delete(self, kind, namespace, name, group=""):
        with self.changed:
            for resource in RESOURCES:
                if resource[3] == kind and resource[0] == group:
                    obj = self.objects[resource[:3]].pop((namespace, name))
                    self._event("DELETED", resource, obj)
                    return
        raise KeyError(kind)

    def list(self, resource, namespace, match):
        """A list as of now: its version and its objects in the order of their names."""
        with self.changed:
            items = [copy.deepcopy(o) for k, o in sorted(self.objects.get(resource[:3], {}).items())
                     if (not namespace or k[0] == namespace) and match(o)]
            return self.version, items

    def since(self, version, resource, namespace, match, wait):
        """The events behind a version, after waiting for one: the version reached, and (type, object) pairs."""
        with self.changed:
            if version < self.forgotten:
                raise Gone
            if version >= self.version:
                self.changed.wait(wait)
            if version < self.forgotten:
                raise Gone
            found = [(kind, obj) for v, kind, r, obj in self.events
                     if v > version and r == resource[:3] and match(obj)
                     and (not namespace or obj["metadata"].get("namespace") == namespace)]
            return self.version, found

    def compact(self):
        """Forgets everything up to now."""
        with self.changed:
            self.version += 1
            self.forgotten = self.version
            self.events.clear()
            self.changed.notify_all()

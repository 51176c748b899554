#include "make_cluster.h"

#include <string.h>

#include "writer.h"

enum {
    PODS_A_NAMESPACE = 15,
    APPS_A_NAMESPACE = 5,
    PODS_A_NODE = 30,
    UNIQUE_A_RULE = 3, /* BENCH_WORST: pods that one rule names */
};

struct maker {
    struct writer w;
    const struct bench_cluster *cluster;
    uint64_t random;
    uint32_t nnamespaces, nnodes;
};

static const char *const profile_names[] = {"even", "real", "worst", "deployments"};
static const char *const environments[] = {"prod", "staging", "dev"};

const char *bench_profile_name(enum bench_profile profile)
{
    return profile_names[profile];
}

enum bench_profile bench_profile_find(const char *name)
{
    int i = 0;
    while (i < BENCH_NPROFILES && strcmp(name, profile_names[i]) != 0)
        i++;
    return (enum bench_profile)i;
}

static uint32_t below(struct maker *m, uint32_t n)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (uint32_t)(m->random >> 33) % n;
}

/* --- metadata --- */

static void put_managed_path(struct writer *w, const char *const *path, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        put_map(w, path[i]);
    for (uint32_t i = 0; i < n; i++)
        put_end(w);
}

static void put_manager(struct writer *w, const char *manager, const char *const *fields, uint32_t n)
{
    put_map(w, NULL);
    put_text(w, "apiVersion", "v1");
    put_text(w, "fieldsType", "FieldsV1");
    put_map(w, "fieldsV1");
    for (uint32_t i = 0; i < n; i++) {
        const char *path[] = {fields[i], "f:name", "f:metadata", "."};
        put_managed_path(w, path, 4);
    }
    put_end(w);
    put_text(w, "manager", "%s", manager);
    put_text(w, "operation", "Update");
    put_text(w, "time", "2024-03-01T08:15:00Z");
    put_end(w);
}

/* Who wrote which field of a pod: a good third of what an API server sends. */
static void put_managed_fields_of_pod(struct writer *w)
{
    static const char *const fields[] = {
        "f:dnsPolicy",
        "f:enableServiceLinks",
        "f:restartPolicy",
        "f:schedulerName",
        "f:securityContext",
        "f:terminationGracePeriodSeconds",
        "f:containers",
        "f:imagePullPolicy",
        "f:livenessProbe",
        "f:readinessProbe",
        "f:resources",
        "f:terminationMessagePath",
        "f:volumeMounts",
        "f:terminationMessagePolicy",
        "f:affinity",
        "f:tolerations",
        "f:serviceAccountName",
        "f:nodeSelector",
        "f:automountServiceAccountToken",
        "f:priorityClassName",
        "f:preemptionPolicy",
        "f:topologySpreadConstraints",
        "f:hostAliases",
        "f:ephemeralContainers",
    };
    uint32_t n = sizeof fields / sizeof *fields;
    put_list(w, "managedFields");
    put_manager(w, "kube-controller-manager", fields, n);
    put_manager(w, "kubelet", fields, n);
    put_end(w);
}

static void put_managed_fields(struct writer *w)
{
    static const char *const fields[] = {"f:ingress", "f:egress", "f:podSelector", "f:policyTypes"};
    put_list(w, "managedFields");
    put_manager(w, "kubectl-client-side-apply", fields, sizeof fields / sizeof *fields);
    put_end(w);
}

static void put_object(struct writer *w, const char *version, const char *kind)
{
    put_map(w, NULL);
    put_text(w, "apiVersion", "%s", version);
    put_text(w, "kind", "%s", kind);
    put_map(w, "metadata");
    put_text(w, "creationTimestamp", "2024-03-01T08:15:00Z");
}

static void put_identity(struct maker *m, uint32_t number)
{
    put_text(&m->w, "resourceVersion", "%u", 1000 + number);
    put_text(&m->w, "uid", "5a3c%04x-%04x-4b1d-9e2f-%012u", number >> 16, number & 0xffff, number);
}

static void put_namespaces(struct maker *m)
{
    for (uint32_t ns = 0; ns < m->nnamespaces; ns++) {
        put_object(&m->w, "v1", "Namespace");
        put_map(&m->w, "labels");
        put_text(&m->w, "kubernetes.io/metadata.name", "ns-%u", ns);
        put_text(&m->w, "team", "team-%u", ns % 20);
        put_text(&m->w, "env", "%s", environments[ns % 3]);
        put_end(&m->w);
        put_text(&m->w, "name", "ns-%u", ns);
        put_identity(m, ns);
        put_end(&m->w);
        put_map(&m->w, "status");
        put_text(&m->w, "phase", "Active");
        put_end(&m->w);
        put_end(&m->w);
    }
}

static void put_nodes(struct maker *m)
{
    for (uint32_t node = 0; node < m->nnodes; node++) {
        put_object(&m->w, "v1", "Node");
        put_text(&m->w, "name", "node-%u", node);
        put_identity(m, node);
        put_end(&m->w);
        put_map(&m->w, "status");
        put_list(&m->w, "addresses");
        put_map(&m->w, NULL);
        put_text(&m->w, "address", "172.%u.%u.%u", 16 + (node >> 16), node >> 8 & 255, node & 255);
        put_text(&m->w, "type", "InternalIP");
        put_end(&m->w);
        put_end(&m->w);
        put_end(&m->w);
        put_end(&m->w);
    }
}

/* --- pods --- */

static uint32_t namespace_of(const struct maker *m, uint32_t pod)
{
    return pod / PODS_A_NAMESPACE % m->nnamespaces;
}

static uint32_t app_of(uint32_t pod)
{
    return pod % APPS_A_NAMESPACE;
}

static void put_pod_labels(struct maker *m, uint32_t pod, bool live)
{
    struct writer *w = &m->w;
    uint32_t app = app_of(pod);
    put_map(w, "labels");
    put_text(w, "app", "app-%u", app);
    put_text(w, "tier", "%s", app < 2 ? "frontend" : app < 4 ? "backend" : "data");
    if (m->cluster->profile == BENCH_WORST)
        put_text(w, "id", "u%u", pod);
    if (live && app == APPS_A_NAMESPACE - 1) {
        put_text(w, "apps.kubernetes.io/pod-index", "%u", pod);
        put_text(w, "statefulset.kubernetes.io/pod-name", "app-%u-%u", app, pod);
    } else if (live) {
        put_text(w, "pod-template-hash", "%08x", namespace_of(m, pod) * 2654435761u + app);
    }
    put_end(w);
}

static void put_probe(struct writer *w, const char *key)
{
    put_map(w, key);
    put_number(w, "failureThreshold", 3);
    put_map(w, "httpGet");
    put_text(w, "path", "/healthz");
    put_text(w, "port", "http");
    put_text(w, "scheme", "HTTP");
    put_end(w);
    put_number(w, "periodSeconds", 10);
    put_number(w, "successThreshold", 1);
    put_number(w, "timeoutSeconds", 1);
    put_end(w);
}

static void put_env(struct writer *w)
{
    static const char *const names[] = {
        "LOG_LEVEL", "REGION",     "DATABASE_URL", "CACHE_URL",  "FEATURE_FLAGS", "OTEL_EXPORTER",
        "TZ",        "POD_BUDGET", "QUEUE_URL",    "SEARCH_URL", "MAIL_HOST",     "SENTRY_DSN"};
    put_list(w, "env");
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++) {
        put_map(w, NULL);
        put_text(w, "name", "%s", names[i]);
        put_text(w, "value", "value-of-%s", names[i]);
        put_end(w);
    }
    put_end(w);
}

static void put_container_port(struct writer *w, const char *name, uint32_t number)
{
    put_map(w, NULL);
    put_number(w, "containerPort", number);
    put_text(w, "name", "%s", name);
    put_text(w, "protocol", "TCP");
    put_end(w);
}

static void put_volume(struct writer *w, uint32_t pod)
{
    put_list(w, "volumes");
    put_map(w, NULL);
    put_text(w, "name", "kube-api-access-%05x", pod);
    put_map(w, "projected");
    put_number(w, "defaultMode", 420);
    put_list(w, "sources");
    put_map(w, NULL);
    put_map(w, "serviceAccountToken");
    put_number(w, "expirationSeconds", 3607);
    put_text(w, "path", "token");
    put_end(w);
    put_end(w);
    put_map(w, NULL);
    put_map(w, "configMap");
    put_list(w, "items");
    put_map(w, NULL);
    put_text(w, "key", "ca.crt");
    put_text(w, "path", "ca.crt");
    put_end(w);
    put_end(w);
    put_text(w, "name", "kube-root-ca.crt");
    put_end(w);
    put_end(w);
    put_end(w);
    put_end(w);
    put_end(w);
    put_end(w);
}

static void put_tolerations(struct writer *w)
{
    static const char *const keys[] = {"node.kubernetes.io/not-ready",
                                       "node.kubernetes.io/unreachable"};
    put_list(w, "tolerations");
    for (uint32_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        put_map(w, NULL);
        put_text(w, "effect", "NoExecute");
        put_text(w, "key", "%s", keys[i]);
        put_text(w, "operator", "Exists");
        put_number(w, "tolerationSeconds", 300);
        put_end(w);
    }
    put_end(w);
}

static void put_annotations(struct writer *w, uint32_t pod)
{
    put_map(w, "annotations");
    put_text(w, "checksum/config", "%064u", pod);
    put_text(w, "cni.example.com/podIP", "10.%u.%u.%u/32", 64 + (pod >> 16), pod >> 8 & 255,
             pod & 255);
    put_text(w, "kubernetes.io/limit-ranger", "LimitRanger plugin set: cpu, memory request");
    put_text(w, "prometheus.io/port", "9090");
    put_text(w, "prometheus.io/scrape", "true");
    put_end(w);
}

static void put_resources(struct writer *w)
{
    put_map(w, "resources");
    put_map(w, "limits");
    put_text(w, "memory", "256Mi");
    put_end(w);
    put_map(w, "requests");
    put_text(w, "cpu", "100m");
    put_text(w, "memory", "128Mi");
    put_end(w);
    put_end(w);
}

static void put_mounts(struct writer *w, uint32_t pod)
{
    put_list(w, "volumeMounts");
    put_map(w, NULL);
    put_text(w, "mountPath", "/var/run/secrets/kubernetes.io/serviceaccount");
    put_text(w, "name", "kube-api-access-%05x", pod);
    put_bool(w, "readOnly", true);
    put_end(w);
    put_end(w);
}

static void put_container(struct maker *m, uint32_t pod, bool proxy)
{
    struct writer *w = &m->w;
    put_map(w, NULL);
    put_env(w);
    put_text(w, "image", "registry.example.com/team/%s-%u:v1.2.3", proxy ? "proxy" : "app",
             app_of(pod));
    put_text(w, "imagePullPolicy", "IfNotPresent");
    put_probe(w, "livenessProbe");
    put_text(w, "name", "%s", proxy ? "proxy" : "main");
    put_list(w, "ports");
    if (proxy) {
        put_container_port(w, "metrics", 9090);
    } else { /* one name, and more than one number behind it */
        put_container_port(w, "http", app_of(pod) % 2 == 0 ? 8080 : 8000);
    }
    put_end(w);
    put_probe(w, "readinessProbe");
    put_resources(w);
    put_text(w, "terminationMessagePath", "/dev/termination-log");
    put_text(w, "terminationMessagePolicy", "File");
    put_mounts(w, pod);
    put_end(w);
}

static void put_pod_spec(struct maker *m, uint32_t pod, bool live)
{
    struct writer *w = &m->w;
    put_map(w, "spec");
    put_list(w, "containers");
    put_container(m, pod, false);
    put_container(m, pod, true);
    put_end(w);
    put_text(w, "dnsPolicy", "ClusterFirst");
    if (live)
        put_text(w, "nodeName", "node-%u", pod % m->nnodes);
    put_text(w, "restartPolicy", "Always");
    put_text(w, "serviceAccountName", "default");
    if (live) {
        put_tolerations(w);
        put_volume(w, pod);
    }
    put_end(w);
}

static void put_conditions(struct writer *w)
{
    static const char *const types[] = {"PodReadyToStartContainers", "Initialized", "Ready",
                                        "ContainersReady", "PodScheduled"};
    put_list(w, "conditions");
    for (uint32_t i = 0; i < sizeof types / sizeof *types; i++) {
        put_map(w, NULL);
        put_text(w, "lastTransitionTime", "2024-03-01T08:15:12Z");
        put_text(w, "status", "True");
        put_text(w, "type", "%s", types[i]);
        put_end(w);
    }
    put_end(w);
}

static void put_status(struct maker *m, uint32_t pod)
{
    struct writer *w = &m->w;
    put_map(w, "status");
    put_conditions(w);
    put_list(w, "containerStatuses");
    for (int i = 0; i < 2; i++) {
        const char *name = i == 0 ? "main" : "proxy";
        put_map(w, NULL);
        put_text(w, "containerID", "containerd://%064u", pod * 2 + (uint32_t)i);
        put_text(w, "image", "registry.example.com/team/%s-%u:v1.2.3", name, app_of(pod));
        put_text(w, "imageID", "registry.example.com/team/app@sha256:%064u", app_of(pod));
        put_text(w, "name", "%s", name);
        put_bool(w, "ready", true);
        put_number(w, "restartCount", 0);
        put_bool(w, "started", true);
        put_end(w);
    }
    put_end(w);
    put_text(w, "phase", "Running");
    uint32_t a = 64 + (pod >> 16), b = pod >> 8 & 255, c = pod & 255;
    put_text(w, "podIP", "10.%u.%u.%u", a, b, c);
    put_list(w, "podIPs");
    put_map(w, NULL);
    put_text(w, "ip", "10.%u.%u.%u", a, b, c);
    put_end(w);
    put_end(w);
    put_text(w, "qosClass", "Burstable");
    put_text(w, "startTime", "2024-03-01T08:15:00Z");
    put_end(w);
}

static void put_pod(struct maker *m, uint32_t pod)
{
    struct writer *w = &m->w;
    uint32_t ns = namespace_of(m, pod), app = app_of(pod);
    bool stateful = app == APPS_A_NAMESPACE - 1;
    put_object(w, "v1", "Pod");
    put_annotations(w, pod);
    put_text(w, "generateName", "app-%u-%08x-", app, ns * 2654435761u + app);
    put_pod_labels(m, pod, true);
    put_managed_fields_of_pod(w);
    put_text(w, "name", "app-%u-%u", app, pod);
    put_text(w, "namespace", "ns-%u", ns);
    put_list(w, "ownerReferences");
    put_map(w, NULL);
    put_text(w, "apiVersion", "apps/v1");
    put_bool(w, "controller", true);
    put_text(w, "kind", "%s", stateful ? "StatefulSet" : "ReplicaSet");
    if (stateful)
        put_text(w, "name", "app-%u", app);
    else
        put_text(w, "name", "app-%u-%08x", app, ns * 2654435761u + app);
    put_text(w, "uid", "7b%010u", ns * APPS_A_NAMESPACE + app);
    put_end(w);
    put_end(w);
    put_identity(m, pod);
    put_end(w);
    put_pod_spec(m, pod, true);
    put_status(m, pod);
    put_end(w);
}

static void put_deployment(struct maker *m, uint32_t pod)
{
    struct writer *w = &m->w;
    put_object(w, "apps/v1", "Deployment");
    put_managed_fields(w);
    put_text(w, "name", "app-%u-%u", app_of(pod), pod);
    put_text(w, "namespace", "ns-%u", namespace_of(m, pod));
    put_identity(m, pod);
    put_end(w);
    put_map(w, "spec");
    put_number(w, "replicas", 1 + pod % 3);
    put_map(w, "selector");
    put_map(w, "matchLabels");
    put_text(w, "app", "app-%u", app_of(pod));
    put_end(w);
    put_end(w);
    put_map(w, "template");
    put_map(w, "metadata");
    put_pod_labels(m, pod, false);
    put_end(w);
    put_pod_spec(m, pod, false);
    put_end(w);
    put_end(w);
    put_end(w);
}

/* --- policies --- */

static void put_policy(struct maker *m, uint32_t ns, const char *name, uint32_t number)
{
    put_object(&m->w, "networking.k8s.io/v1", "NetworkPolicy");
    put_managed_fields(&m->w);
    put_text(&m->w, "name", "%s-%u", name, number);
    put_text(&m->w, "namespace", "ns-%u", ns);
    put_identity(m, ns * 32 + number);
    put_end(&m->w);
    put_map(&m->w, "spec");
}

static void put_types(struct writer *w, bool ingress, bool egress)
{
    put_list(w, "policyTypes");
    if (ingress)
        put_text(w, NULL, "Ingress");
    if (egress)
        put_text(w, NULL, "Egress");
    put_end(w);
}

static void end_policy(struct writer *w)
{
    put_end(w);
    put_end(w);
}

/* A selector of one label. */
static void put_selector(struct writer *w, const char *field, const char *key, const char *value)
{
    put_map(w, field);
    put_map(w, "matchLabels");
    put_text(w, key, "%s", value);
    put_end(w);
    put_end(w);
}

static void put_app_selector(struct writer *w, const char *field, uint32_t app)
{
    char value[32];
    snprintf(value, sizeof value, "app-%u", app);
    put_selector(w, field, "app", value);
}

static void put_all_selector(struct writer *w, const char *field)
{
    put_map(w, field);
    put_end(w);
}

static void put_port(struct writer *w, const char *name, uint32_t number, const char *protocol)
{
    put_map(w, NULL);
    if (name != NULL)
        put_text(w, "port", "%s", name);
    else
        put_number(w, "port", number);
    put_text(w, "protocol", "%s", protocol);
    put_end(w);
}

static void put_default_deny(struct maker *m, uint32_t ns)
{
    put_policy(m, ns, "default-deny", 0);
    put_all_selector(&m->w, "podSelector");
    put_types(&m->w, true, true);
    end_policy(&m->w);
}

static void put_dns(struct maker *m, uint32_t ns)
{
    struct writer *w = &m->w;
    put_policy(m, ns, "allow-dns", 1);
    put_list(w, "egress");
    put_map(w, NULL);
    put_list(w, "ports");
    put_port(w, NULL, 53, "UDP");
    put_port(w, NULL, 53, "TCP");
    put_end(w);
    put_list(w, "to");
    put_map(w, NULL);
    put_selector(w, "namespaceSelector", "kubernetes.io/metadata.name", "ns-0");
    put_end(w);
    put_end(w);
    put_end(w);
    put_end(w);
    put_all_selector(w, "podSelector");
    put_types(w, false, true);
    end_policy(w);
}

/* One rule of `direction`; what it says of the other end follows between this and end_rule(). */
static void begin_rule(struct writer *w, bool ingress, const char *port_name, uint32_t port)
{
    put_list(w, ingress ? "ingress" : "egress");
    put_map(w, NULL);
    put_list(w, "ports");
    put_port(w, port_name, port, "TCP");
    put_end(w);
    put_list(w, ingress ? "from" : "to");
}

static void end_rule(struct writer *w)
{
    put_end(w);
    put_end(w);
    put_end(w);
}

/* From app 0 to another app of the namespace, at its port "http". */
static void put_app_to_app(struct maker *m, uint32_t ns, bool ingress, uint32_t app, uint32_t number)
{
    struct writer *w = &m->w;
    put_policy(m, ns, ingress ? "allow-in" : "allow-out", number);
    begin_rule(w, ingress, "http", 0);
    put_map(w, NULL);
    put_app_selector(w, "podSelector", ingress ? 0 : app);
    put_end(w);
    end_rule(w);
    put_app_selector(w, "podSelector", ingress ? app : 0);
    put_types(w, ingress, !ingress);
    end_policy(w);
}

static void put_from_team(struct maker *m, uint32_t ns, uint32_t number)
{
    struct writer *w = &m->w;
    char team[32];
    snprintf(team, sizeof team, "team-%u", below(m, 20));
    put_policy(m, ns, "allow-team", number);
    begin_rule(w, true, "metrics", 0);
    put_map(w, NULL);
    put_selector(w, "namespaceSelector", "team", team);
    put_selector(w, "podSelector", "tier", "frontend");
    put_end(w);
    end_rule(w);
    put_app_selector(w, "podSelector", below(m, APPS_A_NAMESPACE));
    put_types(w, true, false);
    end_policy(w);
}

static void put_from_cidr(struct maker *m, uint32_t ns, uint32_t number)
{
    struct writer *w = &m->w;
    bool ingress = below(m, 2) == 0;
    put_policy(m, ns, "allow-cidr", number);
    begin_rule(w, ingress, NULL, 443 + below(m, 4));
    for (uint32_t i = 1 + below(m, 3); i > 0; i--) {
        put_map(w, NULL);
        put_map(w, "ipBlock");
        uint32_t base = below(m, 64) * 4;
        if (below(m, 3) == 0)
            put_text(w, "cidr", "10.64.%u.0/22", base);
        else
            put_text(w, "cidr", "%u.%u.0.0/16", 100 + below(m, 20), below(m, 256));
        put_end(w);
        put_end(w);
    }
    end_rule(w);
    put_app_selector(w, "podSelector", below(m, APPS_A_NAMESPACE));
    put_types(w, ingress, !ingress);
    end_policy(w);
}

/* Selects nobody, or says what its types leave out. */
static void put_without_effect(struct maker *m, uint32_t ns, uint32_t number)
{
    struct writer *w = &m->w;
    put_policy(m, ns, "left-over", number);
    begin_rule(w, true, NULL, 80);
    put_map(w, NULL);
    put_all_selector(w, "namespaceSelector");
    put_end(w);
    end_rule(w);
    put_app_selector(w, "podSelector", 90 + below(m, 10));
    put_types(w, number % 2 == 0, true);
    end_policy(w);
}

/* BENCH_WORST: any pod of the cluster that has one of a few numbers. */
static void put_worst(struct maker *m, uint32_t ns, uint32_t number)
{
    struct writer *w = &m->w;
    uint32_t rule = ns * 5 + number;
    put_policy(m, ns, "unique", number);
    begin_rule(w, true, NULL, 8000 + rule % 50);
    put_map(w, NULL);
    put_all_selector(w, "namespaceSelector");
    put_map(w, "podSelector");
    put_list(w, "matchExpressions");
    put_map(w, NULL);
    put_text(w, "key", "id");
    put_text(w, "operator", number % 2 == 0 ? "In" : "NotIn");
    put_list(w, "values");
    for (uint32_t i = 0; i < UNIQUE_A_RULE; i++)
        put_text(w, NULL, "u%u", rule * UNIQUE_A_RULE + i);
    put_end(w);
    put_end(w);
    put_end(w);
    put_end(w);
    put_end(w);
    end_rule(w);
    put_app_selector(w, "podSelector", number % APPS_A_NAMESPACE);
    put_types(w, true, false);
    end_policy(w);
}

static void put_policies_even(struct maker *m, uint32_t ns)
{
    put_default_deny(m, ns);
    put_dns(m, ns);
    put_app_to_app(m, ns, true, 2, 2);
    put_app_to_app(m, ns, false, 2, 3);
    put_from_team(m, ns, 4);
}

static void put_policies(struct maker *m, uint32_t ns)
{
    if (m->cluster->profile == BENCH_WORST) {
        for (uint32_t i = 0; i < 5; i++)
            put_worst(m, ns, i);
        return;
    }
    put_policies_even(m, ns);
    for (uint32_t i = 5; m->cluster->profile == BENCH_REAL && i < 22; i++) {
        uint32_t which = below(m, 17);
        if (which < 5)
            put_without_effect(m, ns, i);
        else if (which < 12)
            put_from_cidr(m, ns, i);
        else if (which < 14)
            put_from_team(m, ns, i);
        else
            put_app_to_app(m, ns, which % 2 == 0, 1 + below(m, APPS_A_NAMESPACE - 1), i);
    }
}

void bench_cluster_write(FILE *out, const struct bench_cluster *cluster)
{
    struct maker m = {.w = {.out = out, .json = cluster->json},
                      .cluster = cluster,
                      .random = cluster->seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du,
                      .nnamespaces = cluster->npods / PODS_A_NAMESPACE + 1,
                      .nnodes = cluster->npods / PODS_A_NODE + 1};
    put_map(&m.w, NULL);
    put_text(&m.w, "apiVersion", "v1");
    put_list(&m.w, "items");
    put_namespaces(&m);
    if (cluster->profile != BENCH_DEPLOYMENTS)
        put_nodes(&m);
    for (uint32_t pod = 0; pod < cluster->npods; pod++) {
        if (cluster->profile == BENCH_DEPLOYMENTS)
            put_deployment(&m, pod);
        else
            put_pod(&m, pod);
    }
    for (uint32_t ns = 0; ns < m.nnamespaces; ns++)
        put_policies(&m, ns);
    put_end(&m.w);
    put_text(&m.w, "kind", "List");
    put_end(&m.w);
}

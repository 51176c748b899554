#include "make_cluster.h"

#include <string.h>

#include "make_internal.h"

static const char *const profile_names[] = {"even", "real", "worst", "deployments"};
static const char *const env_names[] = {
    "LOG_LEVEL", "REGION",     "DATABASE_URL", "CACHE_URL",  "FEATURE_FLAGS", "OTEL_EXPORTER",
    "TZ",        "POD_BUDGET", "QUEUE_URL",    "SEARCH_URL", "MAIL_HOST",     "SENTRY_DSN"};
static const char *const condition_names[] = {"PodReadyToStartContainers", "Initialized", "Ready",
                                              "ContainersReady", "PodScheduled"};
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

/* --- metadata --- */

/* Items of the API server's own lists do not repeat what the list says; kubectl writes it into each. Fields
   stand in the server's order: name first, managedFields last. */
void make_object(struct maker *m, const char *version, const char *kind, const char *ns,
                 const char *name, uint32_t number)
{
    struct writer *w = &m->w;
    put_map(w, NULL);
    if (!w->json) {
        put_text(w, "apiVersion", "%s", version);
        put_text(w, "kind", "%s", kind);
    }
    put_map(w, "metadata");
    put_text(w, "name", "%s", name);
    if (ns != NULL)
        put_text(w, "namespace", "%s", ns);
    put_text(w, "uid", "5a3c%04x-%04x-4b1d-9e2f-%012u", number >> 16, number & 0xffff, number);
    put_text(w, "resourceVersion", "%u", 1000 + number);
    put_text(w, "creationTimestamp", "2024-03-01T08:15:00Z");
}

/* Who wrote which field. Between this and make_manager_end() come the fields. */
void make_manager(struct writer *w, const char *manager, const char *version, bool status)
{
    put_map(w, NULL);
    put_text(w, "manager", "%s", manager);
    put_text(w, "operation", "Update");
    put_text(w, "apiVersion", "%s", version);
    put_text(w, "time", "2024-03-01T08:15:00Z");
    if (status)
        put_text(w, "subresource", "status");
    put_text(w, "fieldsType", "FieldsV1");
    put_map(w, "fieldsV1");
}

void make_manager_end(struct writer *w)
{
    put_end(w);
    put_end(w);
}

/* `names` is a list of fields with blanks between them. */
static void put_fields(struct writer *w, const char *names)
{
    char name[96];
    while (*names) {
        size_t n = strcspn(names, " ");
        snprintf(name, sizeof name, "%.*s", (int)n, names);
        put_empty(w, name);
        names += n + strspn(names + n, " ");
    }
}

static void put_field_map(struct writer *w, const char *key, const char *names)
{
    put_map(w, key);
    put_fields(w, names);
    put_end(w);
}

static void put_fields_of_probe(struct writer *w, const char *key)
{
    put_map(w, key);
    put_fields(w, ". f:failureThreshold");
    put_field_map(w, "f:httpGet", ". f:path f:port f:scheme");
    put_fields(w, "f:initialDelaySeconds f:periodSeconds f:successThreshold f:timeoutSeconds");
    put_end(w);
}

static void put_fields_of_container(struct writer *w, const char *name, uint32_t port)
{
    char key[64];
    snprintf(key, sizeof key, "k:{\"name\":\"%s\"}", name);
    put_map(w, key);
    put_map(w, "f:env");
    put_fields(w, ".");
    for (uint32_t i = 0; i < sizeof env_names / sizeof *env_names; i++) {
        snprintf(key, sizeof key, "k:{\"name\":\"%s\"}", env_names[i]);
        put_field_map(w, key, ". f:name f:value");
    }
    put_end(w);
    put_fields(w, ". f:image f:imagePullPolicy");
    put_fields_of_probe(w, "f:livenessProbe");
    put_fields(w, "f:name");
    put_map(w, "f:ports");
    put_fields(w, ".");
    snprintf(key, sizeof key, "k:{\"containerPort\":%u,\"protocol\":\"TCP\"}", port);
    put_field_map(w, key, ". f:containerPort f:name f:protocol");
    put_end(w);
    put_fields_of_probe(w, "f:readinessProbe");
    put_map(w, "f:resources");
    put_fields(w, ".");
    put_field_map(w, "f:limits", ". f:memory");
    put_field_map(w, "f:requests", ". f:cpu f:memory");
    put_end(w);
    put_fields(w, "f:terminationMessagePath f:terminationMessagePolicy");
    put_end(w);
}

static void put_fields_of_status(struct writer *w)
{
    char key[64];
    put_map(w, "f:status");
    put_map(w, "f:conditions");
    for (uint32_t i = 0; i < sizeof condition_names / sizeof *condition_names; i++) {
        snprintf(key, sizeof key, "k:{\"type\":\"%s\"}", condition_names[i]);
        put_field_map(w, key, ". f:lastProbeTime f:lastTransitionTime f:status f:type");
    }
    put_end(w);
    put_fields(w, "f:containerStatuses f:hostIP f:hostIPs f:phase f:podIP");
    put_map(w, "f:podIPs");
    put_fields(w, ".");
    put_field_map(w, "k:{\"ip\":\"10.64.0.1\"}", ". f:ip");
    put_end(w);
    put_fields(w, "f:startTime");
    put_end(w);
}

/* About half of what an API server sends of a pod. */
static void put_managed_fields_of_pod(struct writer *w, uint32_t port)
{
    put_list(w, "managedFields");
    make_manager(w, "kube-controller-manager", "v1", false);
    put_map(w, "f:metadata");
    put_field_map(w, "f:annotations", ". f:checksum/config f:prometheus.io/port");
    put_fields(w, "f:generateName");
    put_field_map(w, "f:labels", ". f:app f:pod-template-hash f:tier");
    put_map(w, "f:ownerReferences");
    put_fields(w, ". k:{\"uid\":\"7b6f1f2c-3c1d-4e47-9a55-0a1b2c3d4e5f\"}");
    put_end(w);
    put_end(w);
    put_map(w, "f:spec");
    put_map(w, "f:containers");
    put_fields_of_container(w, "main", port);
    put_fields_of_container(w, "proxy", 9090);
    put_end(w);
    put_fields(w, "f:dnsPolicy f:enableServiceLinks f:restartPolicy f:schedulerName "
                  "f:securityContext f:serviceAccount f:serviceAccountName "
                  "f:terminationGracePeriodSeconds");
    put_end(w);
    make_manager_end(w);
    make_manager(w, "kubelet", "v1", true);
    put_fields_of_status(w);
    make_manager_end(w);
    put_end(w);
}

static void begin_kind(struct maker *m, const char *version, const char *kind)
{
    if (!m->w.json)
        return;
    put_map(&m->w, NULL);
    put_text(&m->w, "kind", "%sList", kind);
    put_text(&m->w, "apiVersion", "%s", version);
    put_map(&m->w, "metadata");
    put_text(&m->w, "resourceVersion", "424242");
    put_end(&m->w);
    put_list(&m->w, "items");
}

static void end_kind(struct maker *m)
{
    if (!m->w.json)
        return;
    put_end(&m->w);
    put_end(&m->w);
}

static void put_namespaces(struct maker *m)
{
    char name[32];
    begin_kind(m, "v1", "Namespace");
    for (uint32_t ns = 0; ns < m->nnamespaces; ns++) {
        snprintf(name, sizeof name, "ns-%u", ns);
        make_object(m, "v1", "Namespace", NULL, name, ns);
        put_map(&m->w, "labels");
        put_text(&m->w, "env", "%s", environments[ns % 3]);
        put_text(&m->w, "kubernetes.io/metadata.name", "ns-%u", ns);
        put_text(&m->w, "team", "team-%u", ns % 20);
        put_end(&m->w);
        put_end(&m->w);
        put_map(&m->w, "spec");
        put_list(&m->w, "finalizers");
        put_text(&m->w, NULL, "kubernetes");
        put_end(&m->w);
        put_end(&m->w);
        put_map(&m->w, "status");
        put_text(&m->w, "phase", "Active");
        put_end(&m->w);
        put_end(&m->w);
    }
    end_kind(m);
}

static void put_node_address(struct writer *w, uint32_t node)
{
    put_text(w, "address", "172.%u.%u.%u", 16 + (node >> 16), node >> 8 & 255, node & 255);
}

static void put_nodes(struct maker *m)
{
    char name[32];
    begin_kind(m, "v1", "Node");
    for (uint32_t node = 0; node < m->nnodes; node++) {
        snprintf(name, sizeof name, "node-%u", node);
        make_object(m, "v1", "Node", NULL, name, node);
        put_end(&m->w);
        put_map(&m->w, "status");
        put_list(&m->w, "addresses");
        put_map(&m->w, NULL);
        put_text(&m->w, "type", "InternalIP");
        put_node_address(&m->w, node);
        put_end(&m->w);
        put_end(&m->w);
        put_end(&m->w);
        put_end(&m->w);
    }
    end_kind(m);
}

/* --- pods --- */

/* How a pod came to be. */
enum owner {
    OWNER_REPLICA_SET,
    OWNER_STATEFUL_SET,
    OWNER_JOB,
};

static uint32_t namespace_of(const struct maker *m, uint32_t pod)
{
    return pod / m->each % m->nnamespaces;
}

static uint32_t app_of(uint32_t pod)
{
    return pod % APPS_A_NAMESPACE;
}

/* Jobs only among BENCH_DEPLOYMENTS. */
static enum owner owner_of(const struct maker *m, uint32_t pod)
{
    if (app_of(pod) == APPS_A_NAMESPACE - 1)
        return OWNER_STATEFUL_SET;
    bool job = m->cluster->profile == BENCH_DEPLOYMENTS && app_of(pod) == APPS_A_NAMESPACE - 2;
    return job ? OWNER_JOB : OWNER_REPLICA_SET;
}

static uint32_t hash_of(const struct maker *m, uint32_t pod)
{
    return namespace_of(m, pod) * 2654435761u + app_of(pod);
}

static void put_pod_labels(struct maker *m, uint32_t pod, bool live)
{
    struct writer *w = &m->w;
    uint32_t app = app_of(pod);
    enum owner owner = owner_of(m, pod);
    put_map(w, "labels");
    put_text(w, "app", "app-%u", app);
    if (live && owner == OWNER_STATEFUL_SET) {
        put_text(w, "apps.kubernetes.io/pod-index", "%u", pod);
        put_text(w, "controller-revision-hash", "app-%u-%08x", app, hash_of(m, pod));
    } else if (live && owner == OWNER_JOB) {
        put_text(w, "batch.kubernetes.io/controller-uid", "9c1d%04x-77aa-4c0e-8b1f-%012u",
                 pod & 0xffff, pod);
        put_text(w, "batch.kubernetes.io/job-name", "app-%u-%u", app, pod);
    }
    if (m->cluster->profile == BENCH_WORST)
        put_text(w, "id", "u%u", pod);
    if (live && owner == OWNER_REPLICA_SET)
        put_text(w, "pod-template-hash", "%08x", hash_of(m, pod));
    if (live && owner == OWNER_STATEFUL_SET)
        put_text(w, "statefulset.kubernetes.io/pod-name", "app-%u-%u", app, pod);
    put_text(w, "tier", "%s", app < 2 ? "frontend" : app < 4 ? "backend" : "data");
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
    put_list(w, "env");
    for (uint32_t i = 0; i < sizeof env_names / sizeof *env_names; i++) {
        put_map(w, NULL);
        put_text(w, "name", "%s", env_names[i]);
        put_text(w, "value", "value-of-%s", env_names[i]);
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
    put_list(w, "conditions");
    for (uint32_t i = 0; i < sizeof condition_names / sizeof *condition_names; i++) {
        put_map(w, NULL);
        put_text(w, "type", "%s", condition_names[i]);
        put_text(w, "status", "True");
        put_text(w, "lastTransitionTime", "2024-03-01T08:15:12Z");
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
    uint32_t node = pod % m->nnodes;
    put_text(w, "hostIP", "172.%u.%u.%u", 16 + (node >> 16), node >> 8 & 255, node & 255);
    put_list(w, "hostIPs");
    put_map(w, NULL);
    put_text(w, "ip", "172.%u.%u.%u", 16 + (node >> 16), node >> 8 & 255, node & 255);
    put_end(w);
    put_end(w);
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

static void put_owner(struct maker *m, uint32_t pod)
{
    static const char *const kinds[] = {"ReplicaSet", "StatefulSet", "Job"};
    struct writer *w = &m->w;
    uint32_t app = app_of(pod);
    enum owner owner = owner_of(m, pod);
    put_list(w, "ownerReferences");
    put_map(w, NULL);
    put_text(w, "apiVersion", owner == OWNER_JOB ? "batch/v1" : "apps/v1");
    put_text(w, "kind", "%s", kinds[owner]);
    if (owner == OWNER_REPLICA_SET)
        put_text(w, "name", "app-%u-%08x", app, hash_of(m, pod));
    else if (owner == OWNER_STATEFUL_SET)
        put_text(w, "name", "app-%u", app);
    else
        put_text(w, "name", "app-%u-%u", app, pod);
    put_text(w, "uid", "7b%010u", namespace_of(m, pod) * APPS_A_NAMESPACE + app);
    put_bool(w, "controller", true);
    put_bool(w, "blockOwnerDeletion", true);
    put_end(w);
    put_end(w);
}

static void put_pod(struct maker *m, uint32_t pod)
{
    struct writer *w = &m->w;
    char ns[32], name[48];
    snprintf(ns, sizeof ns, "ns-%u", namespace_of(m, pod));
    snprintf(name, sizeof name, "app-%u-%u", app_of(pod), pod);
    make_object(m, "v1", "Pod", ns, name, pod);
    put_text(w, "generateName", "app-%u-%08x-", app_of(pod), hash_of(m, pod));
    put_pod_labels(m, pod, true);
    put_annotations(w, pod);
    put_owner(m, pod);
    put_managed_fields_of_pod(w, app_of(pod) % 2 == 0 ? 8080 : 8000);
    put_end(w);
    put_pod_spec(m, pod, true);
    put_status(m, pod);
    put_end(w);
}

/* A workload without a pod so far: its address is not known. */
static void put_deployment(struct maker *m, uint32_t pod)
{
    struct writer *w = &m->w;
    char ns[32], name[48];
    snprintf(ns, sizeof ns, "ns-%u", namespace_of(m, pod));
    snprintf(name, sizeof name, "new-%u-%u", app_of(pod), pod);
    make_object(m, "apps/v1", "Deployment", ns, name, pod);
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

/* --- the cluster --- */

static bool is_new(const struct maker *m, uint32_t pod)
{
    return m->cluster->profile == BENCH_DEPLOYMENTS && pod % NEW_OF == NEW_OF - 1;
}

static void put_pods(struct maker *m)
{
    begin_kind(m, "v1", "Pod");
    for (uint32_t pod = 0; pod < m->cluster->npods; pod++) {
        if (!is_new(m, pod))
            put_pod(m, pod);
    }
    end_kind(m);
    if (m->cluster->profile != BENCH_DEPLOYMENTS)
        return;
    begin_kind(m, "apps/v1", "Deployment");
    for (uint32_t pod = 0; pod < m->cluster->npods; pod++) {
        if (is_new(m, pod))
            put_deployment(m, pod);
    }
    end_kind(m);
}

static uint32_t at_least_one(uint32_t n)
{
    return n > 0 ? n : 1;
}

static struct maker maker_of(FILE *out, const struct bench_cluster *cluster)
{
    static const uint32_t each[] = {
        [BENCH_EVEN] = PODS_A_NAMESPACE,
        [BENCH_REAL] = PODS_A_NAMESPACE_REAL,
        [BENCH_WORST] = PODS_A_NAMESPACE,
        [BENCH_DEPLOYMENTS] = PODS_A_NAMESPACE_DEPLOYMENTS,
    };
    struct maker m = {.w = {.out = out, .json = cluster->json},
                      .cluster = cluster,
                      .random = cluster->seed * 0x9e3779b97f4a7c15u + 0x2545f4914f6cdd1du,
                      .each = each[cluster->profile],
                      .nnodes = at_least_one(cluster->npods / PODS_A_NODE)};
    m.nnamespaces = at_least_one(cluster->npods / m.each);
    if (m.nnamespaces > MAX_NAMESPACES)
        m.nnamespaces = MAX_NAMESPACES;
    return m;
}

void bench_cluster_write(FILE *out, const struct bench_cluster *cluster)
{
    struct maker m = maker_of(out, cluster);
    if (!cluster->json) {
        put_map(&m.w, NULL);
        put_text(&m.w, "apiVersion", "v1");
        put_list(&m.w, "items");
    }
    put_namespaces(&m);
    put_nodes(&m);
    put_pods(&m);
    begin_kind(&m, "networking.k8s.io/v1", "NetworkPolicy");
    for (uint32_t ns = 0; ns < m.nnamespaces; ns++)
        make_policies(&m, ns);
    end_kind(&m);
    if (!cluster->json) {
        put_end(&m.w);
        put_text(&m.w, "kind", "List");
        put_map(&m.w, "metadata");
        put_text(&m.w, "resourceVersion", "%s", "");
        put_end(&m.w);
        put_end(&m.w);
    }
}

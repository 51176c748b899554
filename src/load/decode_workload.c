/* Decoders of what runs: Pod, and the workloads whose templates stand for pods (semantics 2.6). */
#include <stdlib.h>
#include <string.h>

#include "agents.h"
#include "decode.h"
#include "polgrid/portset.h"
#include "syntax.h"

/* --- container ports ----------------------------------------------------------------------------- */

/* More ports than this no pod has, and what is done with them here is quadratic. */
#define MAX_PORTS 2000

struct port_list {
    PG_VEC(struct pg_container_port) list;
};

/* False where the entry says nothing that could be kept. */
static bool read_number(struct pg_decode *decode, const struct pg_at *port, uint16_t *out)
{
    struct pg_at at = pg_at_get(port, "containerPort");
    int64_t number;

    if (!at.node) {
        pg_decode_say(decode, PG_CODE_POD_PORT, &at, "a port without containerPort");
        return false;
    }
    if (!pg_at_number(&at, &number))
        return false;
    if (number < 1 || number > 65535) {
        pg_decode_say(decode, PG_CODE_POD_PORT, &at,
                      "port %lld is out of range; ports are 1 to 65535", (long long)number);
        return false;
    }
    *out = (uint16_t)number;
    return true;
}

static bool read_protocol(struct pg_decode *decode, const struct pg_at *port, uint8_t *out)
{
    struct pg_at at = pg_at_get(port, "protocol");
    const char *text = pg_at_string(&at);
    int protocol = text ? pg_syntax_protocol(text) : PG_TCP; /* semantics 7.7 */

    if (at.node && !text)
        return false;
    if (protocol < 0)
        pg_decode_say(decode, PG_CODE_POD_PORT, &at,
                      "\"%.60s\" is no protocol; write TCP, UDP or SCTP, in capitals", text);
    *out = (uint8_t)protocol;
    return protocol >= 0;
}

static void read_name(struct pg_decode *decode, const struct pg_at *port,
                      const struct port_list *ports, uint32_t first, pg_str *out)
{
    struct pg_at at = pg_at_get(port, "name");
    const char *text = pg_at_string(&at);

    *out = PG_STR_NONE;
    if (!text || !*text)
        return;
    *out = pg_decode_str(decode, text);
    if (!pg_syntax_port_name(text))
        pg_decode_say(decode, PG_CODE_POD_PORT, &at,
                      "\"%.60s\" is no name for a port; use at most 15 of a-z, 0-9 and -, one of "
                      "them a letter",
                      text);
    for (uint32_t i = first; i < ports->list.n; i++)
        if (ports->list.v[i].name == *out) {
            pg_decode_say(decode, PG_CODE_POD_PORT, &at,
                          "the name %.60s stands twice in this container", text);
            return;
        }
}

static void read_container(struct pg_decode *decode, const struct pg_at *container,
                           enum pg_container_kind kind, struct port_list *ports)
{
    struct pg_at list = pg_at_get(container, "ports");
    uint32_t first = ports->list.n;

    for (uint32_t i = 0; i < pg_at_items(&list) && ports->list.n <= MAX_PORTS; i++) {
        struct pg_at at = pg_at_item(&list, i);
        struct pg_container_port port = {.container = (uint8_t)kind};
        bool number = read_number(decode, &at, &port.number);
        bool protocol = read_protocol(decode, &at, &port.protocol);
        read_name(decode, &at, ports, first, &port.name);
        if (number && protocol)
            pg_vec_push(decode->loader->work, &ports->list, port);
    }
}

/* Init containers that go on running count as containers (semantics 7.10). */
static enum pg_container_kind init_kind(const struct pg_at *container)
{
    struct pg_at at = pg_at_get(container, "restartPolicy");
    const char *text = pg_at_string(&at);

    return text && strcmp(text, "Always") == 0 ? PG_CONTAINER_SIDECAR : PG_CONTAINER_INIT;
}

/* Moves the ports to their order: by protocol, number, name; what is there twice counts as that of the
   container that lives longest. Insertion, for these lists are short; a long one has been cut. */
static uint32_t sort_ports(const struct pg_strs *strs, struct pg_container_port *ports, uint32_t n)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n; i++) {
        struct pg_container_port port = ports[i];
        uint32_t k = kept;
        int order = 1;
        while (k > 0) {
            const struct pg_container_port *other = &ports[k - 1];
            order = (int)port.protocol - (int)other->protocol;
            if (order == 0)
                order = (int)port.number - (int)other->number;
            if (order == 0)
                order = pg_strs_compare(strs, port.name, other->name);
            if (order >= 0)
                break;
            k--;
        }
        if (k > 0 && order == 0) {
            if (port.container < ports[k - 1].container)
                ports[k - 1].container = port.container;
            continue;
        }
        memmove(&ports[k + 1], &ports[k], (kept - k) * sizeof *ports);
        ports[k] = port;
        kept++;
    }
    return kept;
}

static void read_ports(struct pg_decode *decode, const struct pg_at *spec, struct pg_pod *out)
{
    struct pg_at containers = pg_at_get(spec, "containers");
    struct pg_at inits = pg_at_get(spec, "initContainers");
    struct pg_cluster *cluster = decode->loader->cluster;
    struct port_list ports = {0};
    struct pg_container_port *copy;
    uint32_t n;

    for (uint32_t i = 0; i < pg_at_items(&containers) && ports.list.n <= MAX_PORTS; i++) {
        struct pg_at at = pg_at_item(&containers, i);
        out->agent |= (uint16_t)(at.node ? PG_AGENT_LISTED | pg_agent_marks(at.node) : 0u);
        read_container(decode, &at, PG_CONTAINER, &ports);
    }
    for (uint32_t i = 0; i < pg_at_items(&inits) && ports.list.n <= MAX_PORTS; i++) {
        struct pg_at at = pg_at_item(&inits, i);
        if (at.node && init_kind(&at) == PG_CONTAINER_SIDECAR)
            out->agent |= (uint16_t)pg_agent_marks(at.node);
        read_container(decode, &at, init_kind(&at), &ports);
    }
    if (ports.list.n > MAX_PORTS) {
        pg_decode_reject(decode, PG_CODE_POD_PORT, &containers,
                         "more than %d container ports; polgrid does not read such a pod",
                         MAX_PORTS);
        return;
    }
    n = sort_ports(cluster->strs, ports.list.v, ports.list.n);
    if (n == 0)
        return;
    copy = pg_arena_array(cluster->arena, n, sizeof *copy);
    memcpy(copy, ports.list.v, n * sizeof *copy);
    out->ports = copy;
    out->nports = n;
}

/* --- pods -------------------------------------------------------------------------------------- */

void pg_decode_pod_body(struct pg_decode *decode, const struct pg_at *pod, struct pg_pod *out)
{
    struct pg_at metadata = pg_at_get(pod, "metadata"), labels = pg_at_get(&metadata, "labels");
    struct pg_at spec = pg_at_get(pod, "spec"), host = pg_at_get(&spec, "hostNetwork");

    out->labels = pg_decode_labels(decode, &labels);
    out->host_network = pg_at_true(&host);
    out->node_name = pg_decode_field(decode, &spec, "nodeName");
    out->service_account = pg_decode_field(decode, &spec, "serviceAccountName");
    if (!out->service_account) /* the old name of the field, still read */
        out->service_account = pg_decode_field(decode, &spec, "serviceAccount");
    if (!out->service_account)
        out->service_account = pg_decode_str(decode, "default");
    read_ports(decode, &spec, out);
}

static void read_address(struct pg_decode *decode, const struct pg_at *at, struct pg_pod *pod)
{
    const char *text = pg_at_string(at);
    struct pg_addr addr;

    if (!text || !*text)
        return;
    if (!pg_addr_parse(text, &addr, NULL)) {
        pg_decode_say(decode, PG_CODE_POD_ADDRESS, at, "\"%.60s\" is no IP address; it is left out",
                      text);
        return;
    }
    if (pod->addr[addr.family == 6].family == 0)
        pod->addr[addr.family == 6] = addr;
    pod->addr_known = true;
}

/* semantics 2.9: podIPs, else podIP. */
static void read_addresses(struct pg_decode *decode, const struct pg_at *status, struct pg_pod *pod)
{
    struct pg_at all = pg_at_get(status, "podIPs"), one = pg_at_get(status, "podIP");

    for (uint32_t i = 0; i < pg_at_items(&all); i++) {
        struct pg_at item = pg_at_item(&all, i), at = pg_at_get(&item, "ip");
        read_address(decode, &at, pod);
    }
    if (!pod->addr_known)
        read_address(decode, &one, pod);
}

/* A pod without that condition, as in a manifest, is taken for ready. */
static bool is_unready(const struct pg_at *status)
{
    struct pg_at list = pg_at_get(status, "conditions");

    for (uint32_t i = 0; i < pg_at_items(&list); i++) {
        struct pg_at item = pg_at_item(&list, i);
        struct pg_at type = pg_at_get(&item, "type"), is = pg_at_get(&item, "status");
        const char *name = pg_at_string(&type), *text = pg_at_string(&is);
        if (name && strcmp(name, "Ready") == 0)
            return !text || strcmp(text, "True") != 0;
    }
    return false;
}

/* semantics 2.2 */
static const char *finished(const struct pg_at *status)
{
    struct pg_at at = pg_at_get(status, "phase");
    const char *phase = pg_at_string(&at);

    if (phase && strcmp(phase, "Succeeded") == 0)
        return "succeeded";
    return phase && strcmp(phase, "Failed") == 0 ? "failed" : NULL;
}

void pg_decode_pod(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at metadata = pg_at_get(object, "metadata"), status = pg_at_get(object, "status");
    struct pg_at deletion = pg_at_get(&metadata, "deletionTimestamp");
    struct pg_raw_pod raw = {.finished = finished(&status)};

    pg_decode_pod_body(decode, object, &raw.pod);
    read_addresses(decode, &status, &raw.pod);
    if (decode->rejected)
        return;
    raw.id = pg_decode_id(decode, object);
    raw.owner = pg_decode_owner(decode, object);
    raw.pod.name = decode->name;
    raw.pod.loc = raw.id.loc;
    raw.pod.terminating = deletion.node != NULL;
    raw.pod.invalid = decode->invalid;
    raw.pod.not_ready = is_unready(&status);
    pg_vec_push_heap(&decode->loader->pods, raw);
    decode->loader->progress.pods++;
}

/* --- workloads --------------------------------------------------------------------------------- */

static bool is_kind(const struct pg_decode *decode, const char *kind)
{
    return strcmp(decode->kind_name, kind) == 0;
}

/* semantics 2.7: one where it is left out; of the others nobody knows how many run. */
static uint32_t read_replicas(struct pg_decode *decode, const struct pg_at *spec)
{
    struct pg_at at = pg_at_get(spec, "replicas");
    int64_t number;

    if (is_kind(decode, "DaemonSet") || is_kind(decode, "Job") || is_kind(decode, "CronJob"))
        return PG_REPLICAS_UNKNOWN;
    if (!pg_at_number(&at, &number))
        return 1;
    if (number >= 0)
        return (uint32_t)number;
    pg_decode_reject(decode, PG_CODE_OBJ_TYPE, &at, "replicas can't be negative");
    return 1;
}

/* A workload is its template: its own labels and its selector play no part (semantics 2.12). */
static void read_template(struct pg_decode *decode, const struct pg_at *spec, struct pg_pod *out)
{
    struct pg_at job = pg_at_get(spec, "jobTemplate"), job_spec = pg_at_get(&job, "spec");
    struct pg_at pod = pg_at_get(is_kind(decode, "CronJob") ? &job_spec : spec, "template");
    struct pg_at pod_spec = pg_at_get(&pod, "spec");

    if (!pod_spec.raw)
        pg_decode_reject(decode, PG_CODE_OBJ_TYPE, &pod_spec,
                         "this %s has no pod template to tell its pods from", decode->kind_name);
    pg_decode_pod_body(decode, &pod, out);
}

void pg_decode_workload(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec"), suspend = pg_at_get(&spec, "suspend");
    struct pg_raw_workload raw = {0};

    raw.replicas = read_replicas(decode, &spec);
    raw.suspended = pg_at_true(&suspend);
    read_template(decode, &spec, &raw.pod);
    if (decode->rejected)
        return;
    raw.id = pg_decode_id(decode, object);
    raw.id.kind = pg_decode_str(decode, decode->kind_name);
    raw.owner = pg_decode_owner(decode, object);
    raw.pod.loc = raw.id.loc;
    raw.pod.is_virtual = true;
    raw.pod.invalid = decode->invalid;
    pg_vec_push_heap(&decode->loader->workloads, raw);
}

/* Selectors of Cilium's policies (semantics 13.2, 13.6, 13.17). */
#include <string.h>

#include "cilium.h"
#include "syntax.h"

/* Where a label comes from. A key without a source means any. */
enum source {
    SOURCE_ANY,
    SOURCE_K8S,
    SOURCE_RESERVED, /* Cilium's names for what is no pod */
    SOURCE_OTHER,    /* no pod has such labels */
};

/* A selector on its way: the terms, and what was found among them. */
struct split {
    struct pg_decode *decode;
    const struct pg_at *at;
    struct pg_cilium_selector out;
    struct pg_req *namespaces, *pods;
    bool has_namespace; /* a term asks for the namespace by name */
    bool has_reserved;
};

/* --- keys -------------------------------------------------------------------------------------- */

static bool starts(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}

static enum source source_of(const char *key, const char **rest)
{
    const char *colon = strchr(key, ':');

    if (key[0] == '$' || (!colon && starts(key, "reserved."))) {
        *rest = key[0] == '$' ? key + 1 : key + strlen("reserved.");
        return SOURCE_RESERVED;
    }
    *rest = colon ? colon + 1 : key;
    if (!colon || colon == key || starts(key, "any:"))
        return SOURCE_ANY;
    if (starts(key, "k8s:"))
        return SOURCE_K8S;
    return starts(key, "reserved:") ? SOURCE_RESERVED : SOURCE_OTHER;
}

/* Cilium puts the source before the key, with a dot, and then checks it as Kubernetes checks a key. */
bool pg_cilium_key(const char *key)
{
    static const char *const names[] = {
        [SOURCE_ANY] = "any", [SOURCE_K8S] = "k8s", [SOURCE_RESERVED] = "reserved"};
    const char *rest;
    enum source source = source_of(key, &rest);
    struct pg_buf extended = {0};
    bool valid;

    if (source == SOURCE_OTHER)
        pg_buf_add(&extended, key, (size_t)(rest - key - 1));
    else
        pg_buf_puts(&extended, names[source]);
    pg_buf_printf(&extended, ".%s", rest);
    valid = pg_syntax_label_key(pg_buf_text(&extended));
    pg_buf_free(&extended);
    return valid;
}

/* Labels that an agent leaves out of a pod's identity unless it is told otherwise, so that no selector of
   Cilium's sees them. */
static bool is_left_out(const char *key)
{
    static const char *const beginnings[] = {"io.kubernetes",
                                             "kubernetes.io",
                                             "statefulset.kubernetes.io/pod-name",
                                             "apps.kubernetes.io/pod-index",
                                             "batch.kubernetes.io/job-completion-index",
                                             "batch.kubernetes.io/controller-uid",
                                             "k8s.io",
                                             "pod-template-generation",
                                             "pod-template-hash",
                                             "controller-revision-hash",
                                             "controller-uid",
                                             "annotation",
                                             "etcd_node"};

    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (starts(key, beginnings[i]))
            return true;
    return strstr(key, "beta.kubernetes.io") != NULL;
}

/* --- terms ------------------------------------------------------------------------------------- */

static bool has_value(const struct pg_req *req, pg_str value)
{
    for (uint32_t i = 0; i < req->nvalues; i++)
        if (req->values[i] == value)
            return true;
    return false;
}

/* Whether a term holds where its key has a value; PG_STR_NONE: where it is missing. */
static bool holds(const struct pg_req *req, pg_str value)
{
    switch (req->op) {
    case PG_OP_IN: return value && has_value(req, value);
    case PG_OP_NOT_IN: return !value || !has_value(req, value);
    case PG_OP_EXISTS: return value != PG_STR_NONE;
    case PG_OP_DOES_NOT_EXIST: break;
    }
    return value == PG_STR_NONE;
}

static void add_namespace(struct split *split, struct pg_req req, const char *key)
{
    req.key = pg_decode_str(split->decode, key);
    split->namespaces[split->out.namespaces.nreqs++] = req;
}

static void add_pod(struct split *split, struct pg_req req, const char *key)
{
    req.key = pg_decode_str(split->decode, key);
    split->pods[split->out.pods.nreqs++] = req;
}

/* The name of the cluster is not among the objects; it is `default` unless somebody chose another. */
static void add_cluster(struct split *split, const struct pg_req *req)
{
    pg_str usual = pg_decode_str(split->decode, "default");

    if (req->op == PG_OP_IN || req->op == PG_OP_NOT_IN)
        split->out.cluster |= !has_value(req, usual);
    split->out.no_pod |=
        req->op == PG_OP_DOES_NOT_EXIST || (req->op == PG_OP_NOT_IN && has_value(req, usual));
}

static void add_label(struct split *split, const struct pg_req *req, const char *key)
{
    struct pg_decode *decode = split->decode;

    if (strcmp(key, PG_CILIUM_SERVICE_ACCOUNT) == 0)
        pg_cilium_raw(decode->loader)->service_accounts = true;
    else if (is_left_out(key))
        pg_decode_say(
            decode, PG_CODE_CIL_LABEL, split->at,
            "by default Cilium leaves the label %.100s out of what it knows of a pod, and "
            "then this selector does not see it; polgrid takes it as written",
            key);
    add_pod(split, *req, key);
}

static void add_term(struct split *split, const struct pg_req *req)
{
    const char *key = pg_cluster_text(split->decode->loader->cluster, req->key), *rest;
    enum source source = source_of(key, &rest);

    if (source == SOURCE_RESERVED) {
        split->has_reserved = true;
        split->out.no_pod |= !holds(req, PG_STR_NONE);
    } else if (source == SOURCE_OTHER) {
        add_pod(split, *req, key);
    } else if (strcmp(rest, PG_CILIUM_NAMESPACE) == 0) {
        split->has_namespace = true;
        add_namespace(split, *req, PG_NAME_LABEL);
    } else if (starts(rest, PG_CILIUM_NAMESPACE_LABELS)) {
        add_namespace(split, *req, rest + strlen(PG_CILIUM_NAMESPACE_LABELS));
    } else if (strcmp(rest, PG_CILIUM_CLUSTER) == 0) {
        add_cluster(split, req);
    } else {
        add_label(split, req, rest);
    }
}

static struct split begin(struct pg_decode *decode, const struct pg_at *at,
                          const struct pg_selector *raw)
{
    struct pg_arena *arena = decode->loader->cluster->arena;
    struct split split = {.decode = decode, .at = at};

    split.namespaces = pg_arena_array(arena, raw->nreqs, sizeof *split.namespaces);
    split.pods = pg_arena_array(arena, (size_t)raw->nreqs + 1, sizeof *split.pods);
    split.out.namespaces.loc = split.out.pods.loc = raw->loc;
    return split;
}

static struct pg_cilium_selector end(struct split *split)
{
    struct pg_cilium_selector *out = &split->out;

    out->namespaces.reqs = split->namespaces;
    out->namespaces.present = out->namespaces.nreqs > 0;
    out->pods.reqs = split->pods;
    out->pods.present = out->pods.nreqs > 0 || !out->namespaces.present;
    return *out;
}

/* --- what is no pod ---------------------------------------------------------------------------- */

/* Whether all terms hold for something that is known by reserved names only; `second` may be NULL. */
static bool identity_matches(const struct pg_decode *decode, const struct pg_selector *raw,
                             const char *first, const char *second)
{
    for (uint32_t i = 0; i < raw->nreqs; i++) {
        const char *rest, *key = pg_cluster_text(decode->loader->cluster, raw->reqs[i].key);
        enum source source = source_of(key, &rest);
        bool named = strcmp(rest, first) == 0 || (second && strcmp(rest, second) == 0);
        bool has = named && (source == SOURCE_RESERVED || source == SOURCE_ANY);
        if (!holds(&raw->reqs[i], has ? PG_STR_EMPTY : PG_STR_NONE))
            return false;
    }
    return true;
}

/* Nodes and outside addresses may be the API server, too; which are is not known. */
static unsigned entities_of(const struct pg_decode *decode, const struct pg_selector *raw)
{
    static const struct {
        const char *name;
        unsigned entity, maybe;
    } known[] = {
        {"world", PG_ENTITY_WORLD, PG_ENTITY_MAYBE_WORLD},
        {"host", PG_ENTITY_HOST, PG_ENTITY_MAYBE_NODE},
        {"remote-node", PG_ENTITY_REMOTE_NODE, PG_ENTITY_MAYBE_NODE},
    };
    unsigned entities = 0;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        bool plain = identity_matches(decode, raw, known[i].name, NULL);
        bool server = identity_matches(decode, raw, known[i].name, "kube-apiserver");
        if (plain && server)
            entities |= known[i].entity;
        else if (plain || server)
            entities |= known[i].maybe;
    }
    if (identity_matches(decode, raw, "ingress", NULL) ||
        identity_matches(decode, raw, "world-ipv4", NULL) ||
        identity_matches(decode, raw, "world-ipv6", NULL))
        entities |= PG_ENTITY_MAYBE_WORLD;
    return entities & PG_ENTITY_WORLD ? entities & ~(unsigned)PG_ENTITY_MAYBE_WORLD : entities;
}

/* --- selectors ----------------------------------------------------------------------------------- */

struct pg_cilium_selector pg_cilium_peer_selector(struct pg_decode *decode, const struct pg_at *at)
{
    struct pg_selector raw = pg_decode_selector(decode, at);
    struct split split = begin(decode, at, &raw);

    for (uint32_t i = 0; i < raw.nreqs; i++)
        add_term(&split, &raw.reqs[i]);
    if (split.has_reserved)
        split.out.entities = entities_of(decode, &raw);
    else if (split.out.namespaces.nreqs > 0 && !split.has_namespace && decode->ns)
        pg_decode_say(decode, PG_CODE_CIL_NAMESPACE_LABELS, at,
                      "with a label of the namespace in it, this selector means every namespace of "
                      "that label; Cilium documents that for clusterwide policies only");
    split.out.any_namespace = split.has_reserved || !decode->ns;
    return end(&split);
}

/* A term about the namespace in the subject of a namespaced policy. Cilium writes the policy's own
   namespace over a matchLabels pair with k8s: before it; anything else must hold beside it (13.2). */
static bool overruled(struct split *split, const struct pg_req *req)
{
    struct pg_decode *decode = split->decode;
    const char *key = pg_cluster_text(decode->loader->cluster, req->key), *rest;
    struct pg_at labels = pg_at_get(split->at, "matchLabels"), pair = pg_at_get(&labels, key);
    enum source source = source_of(key, &rest);

    if (strcmp(rest, PG_CILIUM_NAMESPACE) != 0 || source == SOURCE_OTHER ||
        source == SOURCE_RESERVED || !decode->ns)
        return false;
    if (holds(req, decode->ns))
        return true;
    if (source == SOURCE_K8S && pair.node && req->op == PG_OP_IN) {
        pg_decode_say(decode, PG_CODE_CIL_NAMESPACE, split->at,
                      "a CiliumNetworkPolicy selects pods of its own namespace only: %.60s is "
                      "overruled",
                      key);
        return true;
    }
    pg_decode_say(decode, PG_CODE_CIL_NAMESPACE, split->at,
                  "a CiliumNetworkPolicy selects pods of its own namespace only: with this %.60s "
                  "it selects none",
                  key);
    split->out.no_pod = true;
    return true;
}

struct pg_cilium_selector pg_cilium_subject(struct pg_decode *decode, const struct pg_at *at)
{
    struct pg_selector raw = pg_decode_selector(decode, at);
    struct split split = begin(decode, at, &raw);

    for (uint32_t i = 0; i < raw.nreqs; i++)
        if (!overruled(&split, &raw.reqs[i]))
            add_term(&split, &raw.reqs[i]);
    if (split.out.no_pod) /* a term that nothing satisfies */
        add_pod(&split, (struct pg_req){.op = PG_OP_IN, .loc = raw.loc}, PG_CILIUM_NAMESPACE);
    return end(&split);
}

struct pg_selector pg_cilium_plain_selector(struct pg_decode *decode, const struct pg_at *at)
{
    struct pg_selector raw = pg_decode_selector(decode, at);
    struct pg_arena *arena = decode->loader->cluster->arena;
    struct pg_req *reqs = pg_arena_array(arena, raw.nreqs, sizeof *reqs);

    for (uint32_t i = 0; i < raw.nreqs; i++) {
        const char *rest, *key = pg_cluster_text(decode->loader->cluster, raw.reqs[i].key);
        reqs[i] = raw.reqs[i];
        if (source_of(key, &rest) != SOURCE_RESERVED)
            reqs[i].key = pg_decode_str(decode, rest);
    }
    raw.reqs = reqs;
    return raw;
}

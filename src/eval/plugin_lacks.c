/*
 * What the network plugins that were seen lack, held against policies and against one question. Verdicts are what the
 * policies say; where a plugin is known to do something else with one that decides, a note says so (semantics 7.4).
 */
#include <assert.h>
#include <string.h>

#include "plugin_internal.h"
#include "why_internal.h"

const char *pg_feature_name(enum pg_feature feature)
{
    static const char *const names[] = {
        [PG_FEATURE_END_PORT] = "endPort",
        [PG_FEATURE_SCTP] = "SCTP",
        [PG_FEATURE_EXCEPT] = "except",
        [PG_FEATURE_NAMED_PORT] = "named ports",
        [PG_FEATURE_INIT_PORT] = "named ports of init containers",
        [PG_FEATURE_NEGATIVE] = "negative selectors",
        [PG_FEATURE_EGRESS] = "egress",
        [PG_FEATURE_IPV6] = "IPv6",
        [PG_FEATURE_ANY_OWNER] = "pods of any owner",
        [PG_FEATURE_NOT_ISOLATED] = "pods open by default",
    };
    return names[feature];
}

const char *pg_plugin_kind_name(unsigned kind)
{
    static const char *const names[] = {
        [PG_POLICY_ADMIN] = "AdminNetworkPolicy",
        [PG_POLICY_BASELINE_ADMIN] = "BaselineAdminNetworkPolicy",
        [PG_POLICY_CLUSTER] = "ClusterNetworkPolicy",
        [PG_POLICY_CILIUM] = "CiliumNetworkPolicy",
        [PG_POLICY_CALICO] = "NetworkPolicy of Calico",
    };
    return kind < sizeof names / sizeof *names ? names[kind] : NULL;
}

/* --- policies ------------------------------------------------------------------------------------- */

static bool is_negative(const struct pg_selector *selector)
{
    for (uint32_t i = 0; i < selector->nreqs; i++)
        if (selector->reqs[i].op == PG_OP_NOT_IN || selector->reqs[i].op == PG_OP_DOES_NOT_EXIST)
            return true;
    return false;
}

static bool port_asks(const struct pg_port *port, enum pg_feature feature)
{
    bool named = port->name != PG_STR_NONE;
    return (feature == PG_FEATURE_END_PORT && port->ranged) ||
           (feature == PG_FEATURE_SCTP && port->protocol == PG_SCTP) ||
           ((feature == PG_FEATURE_NAMED_PORT || feature == PG_FEATURE_INIT_PORT) && named);
}

static bool peer_asks(const struct pg_peer *peer, enum pg_feature feature)
{
    return (feature == PG_FEATURE_EXCEPT && peer->kind == PG_PEER_IPBLOCK && peer->nexcept > 0) ||
           (feature == PG_FEATURE_NEGATIVE &&
            (is_negative(&peer->namespace_selector) || is_negative(&peer->pod_selector)));
}

static bool rule_asks(const struct pg_rule *rule, enum pg_feature feature)
{
    for (uint32_t i = 0; i < rule->nports; i++)
        if (port_asks(&rule->ports[i], feature))
            return true;
    for (uint32_t i = 0; i < rule->npeers; i++)
        if (peer_asks(&rule->peers[i], feature))
            return true;
    return false;
}

bool pg_plugin_relies(const struct pg_policy *policy, enum pg_feature feature)
{
    if (policy->kind != PG_POLICY_NETWORK)
        return false;
    if (feature == PG_FEATURE_EGRESS)
        return policy->has_type[PG_EGRESS];
    if (feature == PG_FEATURE_NEGATIVE && is_negative(&policy->pod_selector))
        return true;
    for (int dir = 0; dir < 2; dir++)
        for (uint32_t i = 0; i < policy->nrules[dir]; i++)
            if (rule_asks(&policy->rules[dir][i], feature))
                return true;
    return false;
}

/* Whether a node runs Windows, as the label says that every kubelet writes. */
static bool is_windows(const struct pg_cluster *cluster, const struct pg_node *node)
{
    for (uint32_t i = 0; i < node->labels.n; i++)
        if (strcmp(pg_cluster_text(cluster, node->labels.v[i].key), "kubernetes.io/os") == 0)
            return strcmp(pg_cluster_text(cluster, node->labels.v[i].value), "windows") == 0;
    return false;
}

static bool has_windows(const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nnodes; i++)
        if (is_windows(cluster, &cluster->nodes[i]))
            return true;
    return false;
}

/* Which names of ports are of init containers, a policy alone does not say. */
uint32_t pg_plugin_count(const struct pg_cluster *cluster, const struct pg_lack *lack,
                         uint32_t *first)
{
    uint32_t n = 0;
    if (lack->feature == PG_FEATURE_INIT_PORT || (lack->windows && !has_windows(cluster)))
        return 0;
    for (uint32_t i = cluster->npolicies; i-- > 0;)
        if (pg_plugin_relies(&cluster->policies[i], lack->feature)) {
            *first = i;
            n++;
        }
    return n;
}

uint32_t pg_plugin_count_unread(const struct pg_cluster *cluster, const struct pg_plugin_seen *seen,
                                uint32_t *first)
{
    uint32_t n = 0;
    for (uint32_t i = cluster->npolicies; i-- > 0;) {
        unsigned kind = (unsigned)cluster->policies[i].kind;
        if (pg_plugin_kind_name(kind) == NULL || cluster->policies[i].staged ||
            ((seen->reads | seen->may_read) & (1u << kind)) != 0)
            continue;
        *first = i;
        n++;
    }
    return n;
}

/* --- a question ----------------------------------------------------------------------------------- */

/* One side of a question, and what of it a plugin may do otherwise. */
struct side {
    struct question *q;
    const struct pg_why *why;
    enum pg_dir dir;
};

static const struct pg_why_side *of(const struct side *side)
{
    return &side->why->sides[side->dir];
}

static const struct pg_pod *pod_of(const struct question *q, const struct pg_end *end)
{
    return end->kind == PG_END_POD ? &q->eval->cluster->pods[end->index] : NULL;
}

/* Whether the pod may be on a node with Windows: so where its node is not known, if there are such nodes. */
static bool may_be_on_windows(const struct question *q, const struct pg_pod *pod)
{
    const struct pg_cluster *cluster = q->eval->cluster;
    return pod->node != PG_NONE ? is_windows(cluster, &cluster->nodes[pod->node])
                                : has_windows(cluster);
}

static bool has_init_names(const struct question *q, const struct pg_end *end)
{
    const struct pg_pod *pod = pod_of(q, end);
    for (uint32_t i = 0; pod != NULL && i < pod->nports; i++)
        if (pod->ports[i].container != PG_CONTAINER && pod->ports[i].name != PG_STR_NONE)
            return true;
    return false;
}

/* Whether some of the question is about a protocol. */
static bool is_about(const struct question *q, enum pg_protocol protocol)
{
    uint32_t n;
    const struct pg_range *ranges = pg_portset_ranges(q->eval->sets, q->ports, &n);
    for (uint32_t i = 0; i < n; i++)
        if (PG_KEY_PROTOCOL(ranges[i].lo) <= protocol && protocol <= PG_KEY_PROTOCOL(ranges[i].hi))
            return true;
    return false;
}

static bool asks(const struct side *side, uint32_t policy, enum pg_feature feature)
{
    return pg_plugin_relies(&side->q->eval->cluster->policies[policy], feature);
}

/* A rule that lets something through, or may, and asks for the feature; its policy, PG_NONE: there is none. */
static uint32_t letting_in(const struct side *side, enum pg_feature feature)
{
    for (uint32_t i = 0; i < of(side)->nreasons; i++) {
        const struct pg_reason *reason = &of(side)->reasons[i];
        const struct pg_policy *policy = &side->q->eval->cluster->policies[reason->policy];
        if ((reason->effect == PG_EFFECT_ALLOW || reason->effect == PG_EFFECT_UNKNOWN) &&
            policy->kind == PG_POLICY_NETWORK && reason->rule != PG_NO_INDEX &&
            reason->position < policy->nrules[side->dir] &&
            rule_asks(&policy->rules[side->dir][reason->position], feature))
            return reason->policy;
    }
    return PG_NONE;
}

/* A policy that applies and asks for it anywhere: the plugin then enforces none of it. */
static uint32_t applying(const struct side *side, enum pg_feature feature)
{
    for (uint32_t i = 0; i < of(side)->npolicies; i++)
        if (asks(side, of(side)->policies[i], feature))
            return of(side)->policies[i];
    return PG_NONE;
}

/* Whether a side hangs on what is lacking; *policy is the one that asks for it, PG_NONE where none does. */
static bool hangs_on(const struct side *side, const struct pg_lack *lack, uint32_t *policy)
{
    const struct question *q = side->q;
    const struct pg_pod *pod = pod_of(q, end_of(q, side->dir));
    bool judged = of(side)->present && of(side)->exempt == PG_EXEMPT_NONE;
    bool some = judged && of(side)->npolicies > 0 && pod != NULL;
    *policy = PG_NONE;
    if (lack->windows) {
        if (some && may_be_on_windows(q, pod))
            *policy = applying(side, lack->feature);
        return *policy != PG_NONE;
    }
    switch (lack->feature) {
    case PG_FEATURE_ANY_OWNER:
        return some && strcmp(pg_cluster_text(q->eval->cluster,
                                              q->eval->cluster->workloads[pod->workload].kind),
                              "Deployment") != 0;
    case PG_FEATURE_NOT_ISOLATED: return judged && pod != NULL && !of(side)->isolated;
    case PG_FEATURE_IPV6: return some && pod->addr[1].family != 0;
    case PG_FEATURE_EGRESS:
        if (some && side->dir == PG_EGRESS)
            *policy = applying(side, lack->feature);
        break;
    case PG_FEATURE_SCTP:
        if (is_about(q, PG_SCTP))
            *policy = letting_in(side, lack->feature);
        break;
    case PG_FEATURE_INIT_PORT:
        if (has_init_names(q, q->to))
            *policy = applying(side, lack->feature);
        break;
    case PG_FEATURE_END_PORT:
    case PG_FEATURE_EXCEPT:
    case PG_FEATURE_NAMED_PORT:
    case PG_FEATURE_NEGATIVE: *policy = letting_in(side, lack->feature); break;
    }
    return *policy != PG_NONE;
}

static void add(const struct side *side, struct pg_buf *text, note_vec *notes)
{
    const char *kept = pg_why_keep(side->q, text);
    for (uint32_t i = 0; i < notes->n; i++)
        if (strcmp(notes->v[i], kept) == 0)
            return; /* of the other side */
    pg_vec_push(side->q->arena, notes, kept);
}

static void note_lacks(const struct side *side, const struct pg_plugin_seen *seen, note_vec *notes)
{
    struct pg_buf text = {0};
    uint32_t policy;
    for (const struct pg_lack *lack = seen->lacks; lack != NULL && lack->text != NULL; lack++) {
        if (!hangs_on(side, lack, &policy))
            continue;
        pg_buf_printf(&text, "%s was found (%s): %s", seen->name, seen->evidence, lack->text);
        if (policy != PG_NONE) {
            pg_buf_puts(&text, "; here ");
            pg_policy_print(&text, side->q->eval->cluster, policy);
            pg_buf_puts(&text, lack->feature == PG_FEATURE_EGRESS ? " isolates for egress"
                                                                  : " asks for that");
        } else if (lack->feature == PG_FEATURE_ANY_OWNER || lack->feature == PG_FEATURE_IPV6) {
            pg_buf_puts(&text, "; here it is about ");
            pg_end_print(&text, side->q->eval, end_of(side->q, side->dir));
        }
        add(side, &text, notes);
    }
    pg_buf_free(&text);
}

/* Policies of kinds that the plugin does not read have no effect there. */
static void note_kinds(const struct side *side, const struct pg_plugin_seen *seen, note_vec *notes)
{
    const struct pg_cluster *cluster = side->q->eval->cluster;
    struct pg_buf text = {0};
    unsigned told = 0;
    for (uint32_t i = 0; i < of(side)->npolicies; i++) {
        unsigned kind = (unsigned)cluster->policies[of(side)->policies[i]].kind;
        unsigned bit = 1u << kind;
        if (pg_plugin_kind_name(kind) == NULL || ((seen->reads | told) & bit) != 0)
            continue;
        told |= bit;
        pg_buf_printf(&text, "%s was found (%s), ", seen->name, seen->evidence);
        pg_buf_puts(&text, (seen->may_read & bit) != 0
                               ? "and not every release or setting of it reads policies of this "
                                 "kind: "
                               : "and is not known to read policies of this kind, which then have "
                                 "no effect: ");
        pg_buf_printf(&text, "%s ", pg_plugin_kind_name(kind));
        pg_policy_print(&text, cluster, of(side)->policies[i]);
        add(side, &text, notes);
    }
    pg_buf_free(&text);
}

void pg_plugin_notes(struct question *q, const struct pg_why *why, note_vec *notes)
{
    const struct pg_plugin *plugin = pg_eval_plugin(q->eval);
    if (q->eval->assume.not_enforced)
        return;
    for (uint32_t i = 0; i < plugin->nseen; i++)
        for (int dir = 0; dir < 2; dir++) {
            struct side side = {q, why, (enum pg_dir)dir};
            if (plugin->seen[i].enforcement == PG_ENFORCEMENT_ABSENT)
                continue;
            note_lacks(&side, &plugin->seen[i], notes);
            note_kinds(&side, &plugin->seen[i], notes);
        }
}

const struct pg_plugin *pg_eval_plugin(struct pg_eval *eval)
{
    if (eval->plugin == NULL) {
        struct pg_plugin *plugin = pg_arena_alloc(eval->arena, sizeof *plugin);
        *plugin = pg_plugin_find(eval->arena, eval->cluster);
        eval->plugin = plugin;
    }
    return eval->plugin;
}

/*
 * Near misses: for each rule that does not let the question through, the peer that came closest, and
 * which of its parts failed (semantics 16.5).
 */
#include <stdlib.h>

#include "why_internal.h"

/* More rules than a reader will look at; the closest are kept. */
#define MOST_MISSES 64
/* Parts of a peer that are said, side by side and one in the other. */
#define MOST_SAID 4u
#define MOST_DEEP 3

static struct pg_labels labels_of_end(const struct pg_eval *eval, const struct pg_end *end)
{
    return eval->cluster->pods[end->index].labels;
}

/* The first term of a selector that labels do not satisfy; NULL if all hold. */
static const struct pg_req *failing(const struct pg_selector *selector, struct pg_labels labels)
{
    for (uint32_t i = 0; i < selector->nreqs; i++) {
        struct pg_selector one = {.reqs = &selector->reqs[i], .nreqs = 1, .present = true};
        if (!pg_selector_matches(&one, labels))
            return &selector->reqs[i];
    }
    return NULL;
}

static void explain_labels(struct question *q, struct pg_miss *miss,
                           const struct pg_selector *selector, struct pg_labels labels)
{
    const struct pg_req *req = failing(selector, labels);
    if (req == NULL) { /* an expression: as a whole */
        miss->wanted = selector->text != NULL ? selector->text : "other labels";
        miss->found = "labels that it does not select";
        return;
    }
    struct pg_buf text = {0};
    struct pg_selector one = {.reqs = req, .nreqs = 1, .present = true};
    pg_selector_print(&text, q->eval->cluster, &one);
    miss->wanted = pg_why_keep(q, &text);
    pg_str value = pg_labels_get(labels, req->key);
    if (value == PG_STR_NONE)
        pg_buf_printf(&text, "no label %s", pg_cluster_text(q->eval->cluster, req->key));
    else
        pg_buf_printf(&text, "%s=%s", pg_cluster_text(q->eval->cluster, req->key),
                      pg_cluster_text(q->eval->cluster, value));
    miss->found = pg_why_keep(q, &text);
    if (req->loc.line != 0)
        miss->loc = req->loc;
    pg_buf_free(&text);
}

static void explain_own_namespace(struct question *q, struct pg_miss *miss, uint32_t ns,
                                  const struct pg_end *other)
{
    const struct pg_cluster *cluster = q->eval->cluster;
    miss->wanted = pg_arena_printf(q->arena, "a pod of namespace %s, the policy's own",
                                   pg_cluster_text(cluster, cluster->namespaces[ns].name));
    uint32_t found = cluster->pods[other->index].ns;
    miss->found = pg_arena_printf(q->arena, "namespace %s",
                                  pg_cluster_text(cluster, cluster->namespaces[found].name));
}

/* What stands at the other end where a selector meets something that is no pod to it (5.7). */
static void explain_no_pod(struct question *q, struct pg_miss *miss, const struct ask *ask)
{
    static const char *const found[] = {
        [PG_CLASS_PODS] = "a pod",
        [PG_CLASS_HOST] = "a pod on the host network, which selectors do not match",
        [PG_CLASS_NODE] = "a node, which selectors do not match",
        [PG_CLASS_OUTSIDE] = "an address outside, which selectors do not match",
    };
    miss->wanted = "a pod";
    miss->found = found[q->eval->classes[ask->other].kind];
}

static void look_at_selectors(struct question *q, const struct ask *ask, const struct policy *policy,
                              const struct peer *peer, struct pg_miss *miss)
{
    const struct pg_class *other = &q->eval->classes[ask->other];
    if (other->kind != PG_CLASS_PODS) {
        miss->parts[PG_PART_POD] = PG_PART_MISS;
        return;
    }
    bool ns = pg_match_namespace(policy, peer, other->ns);
    miss->parts[PG_PART_NAMESPACE] = ns ? PG_PART_MATCH : PG_PART_MISS;
    if (peer->source->pod_selector.present)
        miss->parts[PG_PART_POD] =
            pg_selector_matches(&peer->source->pod_selector,
                                labels_of_end(q->eval, other_end(q, ask->dir)))
                ? PG_PART_MATCH
                : PG_PART_MISS;
}

static enum pg_part_state look_at_ports(struct question *q, const struct policy *policy,
                                        const struct rule *rule, const struct ask *ask)
{
    if (rule->source->any_port && rule->source->nnot_ports == 0)
        return PG_PART_NONE;
    pg_ports sure, possible;
    pg_match_ports(q->eval, policy, rule, ask, &sure, &possible);
    return pg_portset_intersect(q->eval->sets, possible, q->ports) != PG_PORTS_NONE ? PG_PART_MATCH
                                                                                    : PG_PART_MISS;
}

static uint32_t count_parts(const struct pg_miss *miss, enum pg_part_state state)
{
    uint32_t n = 0;
    for (int part = 0; part < PG_NPARTS; part++)
        n += miss->parts[part] == state;
    return n;
}

/* Fewer misses first, then more matches, then the order of the manifest. */
static int compare_misses(const void *a, const void *b)
{
    const struct pg_miss *x = a, *y = b;
    uint32_t fx = count_parts(x, PG_PART_MISS), fy = count_parts(y, PG_PART_MISS);
    if (fx != fy)
        return fx < fy ? -1 : 1;
    if (x->matched != y->matched)
        return x->matched > y->matched ? -1 : 1;
    if (x->policy != y->policy)
        return x->policy < y->policy ? -1 : 1;
    if (x->position != y->position)
        return x->position < y->position ? -1 : 1;
    return x->peer_position < y->peer_position ? -1 : x->peer_position > y->peer_position;
}

static enum pg_part_state state_of(enum match match)
{
    return match == MATCH_NO ? PG_PART_MISS : PG_PART_MATCH;
}

/* Of a conjunction the part that fails, which says more than the whole; it may be one that must not match. */
static const struct peer *telling_part(const struct question *q, const struct ask *ask,
                                       const struct policy *policy, const struct peer *peer)
{
    while (peer->source->kind == PG_PEER_ALL_OF && !peer->source->negate) {
        const struct peer *failing = NULL;
        for (uint32_t i = 0; i < peer->source->nparts && failing == NULL; i++) {
            enum match match = pg_match_peer(q->eval, policy, &peer->parts[i], ask);
            if (match == (peer->parts[i].source->negate ? MATCH_YES : MATCH_NO))
                failing = &peer->parts[i];
        }
        if (failing == NULL)
            return peer;
        peer = failing;
    }
    return peer;
}

static void look_at_one_peer(struct question *q, const struct ask *ask, const struct policy *policy,
                             const struct peer *peer, struct pg_miss *miss)
{
    peer = telling_part(q, ask, policy, peer);
    miss->loc = peer->source->loc;
    if (peer->source->negate) {
        miss->parts[PG_PART_PEER] = PG_PART_MISS;
        return;
    }
    switch (peer->source->kind) {
    case PG_PEER_SELECTOR: look_at_selectors(q, ask, policy, peer, miss); break;
    case PG_PEER_IPBLOCK:
    case PG_PEER_NETWORKS:
    case PG_PEER_OUTSIDE:
        miss->parts[PG_PART_IPBLOCK] = state_of(pg_match_peer(q->eval, policy, peer, ask));
        break;
    default: miss->parts[PG_PART_PEER] = state_of(pg_match_peer(q->eval, policy, peer, ask)); break;
    }
}

/* `i` is the place of the peer in the rule, PG_NO_INDEX where the rule is open to every peer. */
static struct pg_miss look_at_peer(struct question *q, const struct ask *ask, uint32_t index,
                                   uint32_t r, uint32_t i)
{
    const struct policy *policy = &q->eval->policies[index];
    const struct rule *rule = &policy->rules[ask->dir][r];
    struct pg_miss miss = {.policy = index,
                           .rule = rule->source->index,
                           .position = r,
                           .peer = PG_NO_INDEX,
                           .peer_position = i,
                           .loc = rule->source->loc};
    if (i != PG_NO_INDEX) {
        miss.peer = rule->peers[i].source->index;
        look_at_one_peer(q, ask, policy, &rule->peers[i], &miss);
    }
    if (count_parts(&miss, PG_PART_MISS) == 0 &&
        pg_match_rule(q->eval, policy, rule, ask) == MATCH_NO)
        miss.parts[PG_PART_PEER] = PG_PART_MISS; /* what it asks of its own end */
    miss.parts[PG_PART_PORT] = look_at_ports(q, policy, rule, ask);
    miss.matched = count_parts(&miss, PG_PART_MATCH);
    return miss;
}

static void explain_block(struct question *q, struct pg_miss *miss, const struct pg_peer *peer,
                          const struct ask *ask)
{
    struct pg_buf text = {0};
    pg_cidr_print(&text, peer->cidr);
    for (uint32_t i = 0; i < peer->nexcept; i++) {
        pg_buf_puts(&text, i == 0 ? " except " : ", ");
        pg_cidr_print(&text, peer->except[i]);
    }
    miss->wanted = pg_why_keep(q, &text);
    const struct pg_class *other = &q->eval->classes[ask->other];
    const struct pg_end *end = other_end(q, ask->dir);
    struct pg_addr addr = other->addr[FAMILY_INDEX(ask->family)];
    if (end->kind == PG_END_ADDR)
        addr = end->addr;
    else if (end->kind == PG_END_POD && other->addr_known)
        addr = q->eval->cluster->pods[end->index].addr[FAMILY_INDEX(ask->family)];
    if (other->kind == PG_CLASS_PODS && ask->ignore_blocks)
        pg_buf_puts(&text, "a pod, which ipBlocks are taken not to match (ipblock-pods=ignore)");
    else if (addr.family == 0)
        pg_buf_puts(&text, "an address that is not known");
    else
        pg_addr_print(&text, addr);
    miss->found = pg_why_keep(q, &text);
    pg_buf_free(&text);
}

static void print_port(struct question *q, struct pg_buf *text, const struct pg_port *port,
                       uint32_t destination)
{
    if (port->name == PG_STR_NONE) {
        pg_portset_print(text, q->eval->sets, pg_match_port(q->eval, port, destination));
        return;
    }
    pg_buf_printf(text, "%s/%s", pg_cluster_text(q->eval->cluster, port->name),
                  pg_protocol_name(port->protocol));
    pg_ports numbers = pg_match_port(q->eval, port, destination);
    pg_buf_puts(text,
                numbers == PG_PORTS_NONE ? " (a name that no container port has there)" : " (");
    if (numbers == PG_PORTS_NONE)
        return;
    pg_portset_print(text, q->eval->sets, numbers);
    pg_buf_putc(text, ')');
}

static void explain_port(struct question *q, struct pg_miss *miss, const struct rule *rule,
                         const struct ask *ask)
{
    struct pg_buf text = {0};
    if (rule->source->any_port)
        pg_buf_puts(&text, "every port");
    for (uint32_t i = 0; i < rule->source->nports; i++) {
        if (i > 0)
            pg_buf_puts(&text, ", ");
        print_port(q, &text, &rule->source->ports[i], ask_destination(ask));
    }
    for (uint32_t i = 0; i < rule->source->nnot_ports; i++) {
        pg_buf_puts(&text, i > 0 ? ", " : " but ");
        print_port(q, &text, &rule->source->not_ports[i], ask_destination(ask));
    }
    miss->wanted = pg_why_keep(q, &text);
    pg_portset_print(&text, q->eval->sets, q->ports);
    miss->found = pg_why_keep(q, &text);
    if (rule->source->nports > 0)
        miss->loc = rule->source->ports[0].loc;
    pg_buf_free(&text);
}

/* What entities are, in words. */
static const char *entity_words(struct question *q, unsigned entities)
{
    static const struct {
        unsigned bits;
        const char *words;
    } known[] = {
        {PG_ENTITY_PODS, "a pod"},
        {PG_ENTITY_HOST, "the own node"},
        {PG_ENTITY_REMOTE_NODE, "another node"},
        {PG_ENTITY_WORLD | PG_ENTITY_MAYBE_WORLD, "an address outside"},
        {PG_ENTITY_MAYBE_NODE, "the API server"},
    };
    struct pg_buf text = {0};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if ((entities & known[i].bits) != 0)
            pg_buf_printf(&text, "%s%s", text.n > 0 ? " or " : "", known[i].words);
    if (text.n == 0)
        pg_buf_puts(&text, "something that is neither pod, node nor outside address");
    const char *kept = pg_why_keep(q, &text);
    pg_buf_free(&text);
    return kept;
}

/* What a rule must not meet, in words. */
static const char *forbidden_words(struct question *q, const struct pg_peer *peer)
{
    struct pg_buf text = {0};
    pg_buf_puts(&text, "anything but ");
    if (peer->kind == PG_PEER_SELECTOR) {
        pg_buf_puts(&text, "pods ");
        pg_selector_print(&text, q->eval->cluster, &peer->pod_selector);
    } else if (peer->kind == PG_PEER_NETWORKS) {
        pg_cidr_print(&text, peer->cidr);
    } else {
        pg_buf_puts(&text, "what the rule leaves out");
    }
    const char *kept = pg_why_keep(q, &text);
    pg_buf_free(&text);
    return kept;
}

/* Where labels of namespaces could not be read, a selector of namespaces is "what it says of the others, or perhaps of
   these" (load/unread.c): its words are those that were written. */
static const struct pg_peer *as_written(const struct pg_peer *peer)
{
    const struct pg_peer *parts = peer->parts;
    bool doubted = peer->kind == PG_PEER_ANY_OF && peer->nparts == 2 &&
                   parts[0].kind == PG_PEER_ALL_OF && parts[0].nparts == 2 &&
                   parts[1].kind == PG_PEER_ALL_OF && parts[1].nparts == 2 &&
                   parts[1].parts[1].kind == PG_PEER_MAYBE && !parts[1].negate;
    return doubted ? &parts[0].parts[0] : peer;
}

static void say_selector(struct question *q, struct pg_buf *out, const struct pg_peer *peer)
{
    const struct pg_cluster *cluster = q->eval->cluster;
    pg_buf_puts(out, "pods");
    if (peer->pod_selector.nreqs > 0 || peer->pod_selector.expr) {
        pg_buf_putc(out, ' ');
        pg_selector_print(out, cluster, &peer->pod_selector);
    }
    if (peer->namespace_selector.present) {
        pg_buf_puts(out, " of namespaces ");
        pg_selector_print(out, cluster, &peer->namespace_selector);
    }
}

/* What a peer matches, in words. */
static void say_peer(struct question *q, struct pg_buf *out, const struct pg_peer *peer, int depth)
{
    peer = as_written(peer);
    switch (peer->kind) {
    case PG_PEER_SELECTOR: say_selector(q, out, peer); return;
    case PG_PEER_IPBLOCK:
    case PG_PEER_NETWORKS:
    case PG_PEER_OUTSIDE: pg_cidr_print(out, peer->cidr); return;
    case PG_PEER_NODES:
        pg_buf_puts(out, "nodes ");
        pg_selector_print(out, q->eval->cluster, &peer->pod_selector);
        return;
    case PG_PEER_ENTITY: pg_buf_puts(out, entity_words(q, peer->entities)); return;
    case PG_PEER_NAMES: pg_buf_puts(out, "a domain name outside"); return;
    case PG_PEER_MAYBE: pg_buf_puts(out, "something that is not evaluated"); return;
    case PG_PEER_ALL_OF:
    case PG_PEER_ANY_OF: break;
    }
    if (peer->nparts == 0)
        pg_buf_puts(out, peer->kind == PG_PEER_ALL_OF ? "anyone" : "no one");
    for (uint32_t i = 0; i < peer->nparts; i++) {
        pg_buf_puts(out, i == 0 ? "" : peer->kind == PG_PEER_ALL_OF ? " and " : " or ");
        if (i == MOST_SAID || depth == MOST_DEEP) {
            pg_buf_puts(out, "more");
            return;
        }
        pg_buf_puts(out, peer->parts[i].negate ? "not " : "");
        say_peer(q, out, &peer->parts[i], depth + 1);
    }
}

/* A peer of another sort: what it names, against what stands there. */
static void explain_peer(struct question *q, struct pg_miss *miss, const struct peer *peer,
                         const struct ask *ask)
{
    struct pg_buf text = {0};
    const struct policy *policy = &q->eval->policies[miss->policy];
    bool nobody = peer == NULL && policy->rules[ask->dir][miss->position].self == NULL;
    bool own_end = peer == NULL || pg_match_peer(q->eval, policy, peer, ask) != MATCH_NO;
    const struct peer *part = own_end ? peer : telling_part(q, ask, policy, peer);
    if (nobody) {
        miss->wanted = "nobody: the rule has no peer that matches anything";
    } else if (own_end) {
        miss->wanted = "what the rule asks of its own end";
    } else if (part->source->negate) {
        miss->wanted = forbidden_words(q, part->source);
    } else {
        say_peer(q, &text, part->source, 0);
        miss->wanted = pg_why_keep(q, &text);
    }
    pg_end_print(&text, q->eval, other_end(q, ask->dir));
    miss->found = pg_why_keep(q, &text);
    pg_buf_free(&text);
}

static void explain_namespace(struct question *q, const struct ask *ask, struct pg_miss *miss,
                              const struct pg_peer *peer)
{
    const struct pg_end *other = other_end(q, ask->dir);
    uint32_t ns = q->eval->cluster->pods[other->index].ns;
    if (peer->namespace_selector.present)
        explain_labels(q, miss, &peer->namespace_selector, q->eval->cluster->namespaces[ns].labels);
    else
        explain_own_namespace(q, miss, q->eval->cluster->policies[miss->policy].ns, other);
}

static void explain_pod(struct question *q, const struct ask *ask, struct pg_miss *miss,
                        const struct pg_peer *peer)
{
    if (q->eval->classes[ask->other].kind != PG_CLASS_PODS)
        explain_no_pod(q, miss, ask);
    else
        explain_labels(q, miss, &peer->pod_selector, labels_of_end(q->eval, other_end(q, ask->dir)));
}

static void explain_part(struct question *q, const struct ask *ask, struct pg_miss *miss)
{
    const struct rule *rule = &q->eval->policies[miss->policy].rules[ask->dir][miss->position];
    const struct peer *whole =
        miss->peer_position == PG_NO_INDEX ? NULL : &rule->peers[miss->peer_position];
    const struct pg_peer *peer =
        whole == NULL ? NULL : telling_part(q, ask, &q->eval->policies[miss->policy], whole)->source;
    switch (miss->part) {
    case PG_PART_NAMESPACE: explain_namespace(q, ask, miss, peer); break;
    case PG_PART_POD: explain_pod(q, ask, miss, peer); break;
    case PG_PART_IPBLOCK: explain_block(q, miss, peer, ask); break;
    case PG_PART_PEER: explain_peer(q, miss, whole, ask); break;
    case PG_PART_PORT:
    case PG_NPARTS: explain_port(q, miss, rule, ask); break;
    }
}

/* Fills in what each failing part wanted and found. The first of them, which comes last here, is that of the whole. */
static void explain(struct question *q, const struct ask *ask, struct pg_miss *miss)
{
    struct pg_loc loc = miss->loc;
    for (int part = PG_NPARTS - 1; part >= 0; part--) {
        if (miss->parts[part] != PG_PART_MISS)
            continue;
        miss->part = (enum pg_part)part;
        miss->wanted = miss->found = NULL;
        miss->loc = loc;
        explain_part(q, ask, miss);
        miss->wants[part] = miss->wanted;
        miss->finds[part] = miss->found;
    }
}

static struct pg_miss closest_peer(struct question *q, const struct ask *ask, uint32_t policy,
                                   uint32_t r)
{
    const struct pg_rule *rule = q->eval->policies[policy].rules[ask->dir][r].source;
    if (rule->any_peer || rule->npeers == 0)
        return look_at_peer(q, ask, policy, r, PG_NO_INDEX);
    struct pg_miss best = look_at_peer(q, ask, policy, r, 0);
    for (uint32_t i = 1; i < rule->npeers; i++) {
        struct pg_miss miss = look_at_peer(q, ask, policy, r, i);
        if (compare_misses(&miss, &best) < 0)
            best = miss;
    }
    return best;
}

void pg_miss_find(struct question *q, const struct ask *ask, struct pg_why_side *side)
{
    PG_VEC(struct pg_miss) misses = {0};
    for (uint32_t i = 0; i < side->npolicies; i++) {
        const struct policy *policy = &q->eval->policies[side->policies[i]];
        for (uint32_t r = 0; r < policy->source->nrules[ask->dir]; r++) {
            if (pg_cell_unevaluated(q->eval, policy, ask->self) ||
                pg_cell_doubtful(q->eval, policy, ask->self) ||
                policy->rules[ask->dir][r].source->action != PG_ACTION_ALLOW)
                continue;
            struct pg_miss miss = closest_peer(q, ask, side->policies[i], r);
            if (count_parts(&miss, PG_PART_MISS) > 0)
                pg_vec_push(q->arena, &misses, miss);
        }
    }
    if (misses.n > 1)
        qsort(misses.v, misses.n, sizeof *misses.v, compare_misses);
    if (misses.n > MOST_MISSES)
        misses.n = MOST_MISSES;
    for (uint32_t i = 0; i < misses.n; i++)
        explain(q, ask, &misses.v[i]);
    side->misses = misses.v;
    side->nmisses = misses.n;
}

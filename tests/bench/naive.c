/*
 * Pod by pod by policy, as one would write it first, straight on the model: no classes, no port sets. Only
 * the policies that select a pod are looked up beforehand.
 *
 * IPv4 only, as the clusters of the benchmark are.
 */
#include <stdlib.h>
#include <string.h>

#include "matrix.h"

enum { MAX_RANGES = 1024 };

struct subject {
    uint32_t *policies[2]; /* by pg_dir */
    uint32_t n[2];
};

struct naive {
    const struct pg_cluster *cluster;
    struct subject *subjects; /* by pod */
};

enum truth {
    NO,
    MAYBE,
    YES,
};

struct ranges {
    struct pg_range v[MAX_RANGES];
    uint32_t n;
};

/* One side's answer. */
struct ports {
    struct ranges sure, possible;
};

/* --- matching --- */

static pg_str label(struct pg_labels labels, pg_str key)
{
    for (uint32_t i = 0; i < labels.n; i++) {
        if (labels.v[i].key == key)
            return labels.v[i].value;
    }
    return PG_STR_NONE;
}

static bool selects(const struct pg_selector *selector, struct pg_labels labels)
{
    for (uint32_t i = 0; i < selector->nreqs; i++) {
        const struct pg_req *req = &selector->reqs[i];
        pg_str value = label(labels, req->key);
        bool listed = false, there = value != PG_STR_NONE;
        for (uint32_t v = 0; v < req->nvalues; v++)
            listed = listed || (there && req->values[v] == value);
        bool holds = req->op == PG_OP_IN       ? listed
                     : req->op == PG_OP_NOT_IN ? !listed
                     : req->op == PG_OP_EXISTS ? there
                                               : !there;
        if (!holds)
            return false;
    }
    return true;
}

static bool in_block(struct pg_cidr block, struct pg_addr addr)
{
    if (block.base.family != 4)
        return false;
    uint32_t mask = block.bits == 0 ? 0 : UINT32_MAX << (32 - block.bits);
    return ((uint32_t)addr.lo & mask) == (uint32_t)block.base.lo;
}

static enum truth peer_has(const struct pg_cluster *cluster, const struct pg_policy *policy,
                           const struct pg_peer *peer, const struct pg_pod *pod)
{
    if (peer->kind == PG_PEER_SELECTOR) {
        const struct pg_namespace *ns = &cluster->namespaces[pod->ns];
        if (peer->namespace_selector.present ? !selects(&peer->namespace_selector, ns->labels)
                                             : pod->ns != policy->ns)
            return NO;
        return selects(&peer->pod_selector, pod->labels) ? YES : NO;
    }
    if (!pod->addr_known) {
        bool all = peer->cidr.base.family == 4 && peer->cidr.bits == 0 && peer->nexcept == 0;
        return peer->cidr.base.family != 4 ? NO : all ? YES : MAYBE;
    }
    if (!in_block(peer->cidr, pod->addr[0]))
        return NO;
    for (uint32_t i = 0; i < peer->nexcept; i++) {
        if (in_block(peer->except[i], pod->addr[0]))
            return NO;
    }
    return YES;
}

static enum truth rule_has(const struct pg_cluster *cluster, const struct pg_policy *policy,
                           const struct pg_rule *rule, const struct pg_pod *pod)
{
    enum truth best = rule->npeers == 0 ? YES : NO;
    for (uint32_t i = 0; i < rule->npeers && best != YES; i++) {
        enum truth truth = peer_has(cluster, policy, &rule->peers[i], pod);
        best = truth > best ? truth : best;
    }
    return best;
}

/* --- ports --- */

static void add(struct ranges *ranges, uint8_t protocol, uint32_t from, uint32_t to)
{
    if (ranges->n == MAX_RANGES)
        abort();
    ranges->v[ranges->n++] =
        (struct pg_range){PG_PORT_KEY(protocol, from), PG_PORT_KEY(protocol, to)};
}

static void add_all(struct ranges *ranges)
{
    ranges->n = 0;
    for (uint8_t protocol = PG_TCP; protocol <= PG_SCTP; protocol++)
        add(ranges, protocol, 1, 65535);
}

static void add_rule(struct ranges *ranges, const struct pg_rule *rule, const struct pg_pod *to)
{
    if (rule->nports == 0)
        add_all(ranges);
    for (uint32_t i = 0; i < rule->nports; i++) {
        const struct pg_port *port = &rule->ports[i];
        if (port->name == PG_STR_NONE) {
            add(ranges, port->protocol, port->from, port->to);
            continue;
        }
        for (uint32_t p = 0; p < to->nports; p++) {
            if (to->ports[p].name == port->name && to->ports[p].protocol == port->protocol &&
                to->ports[p].container != PG_CONTAINER_INIT)
                add(ranges, port->protocol, to->ports[p].number, to->ports[p].number);
        }
    }
}

static int by_lo(const void *a, const void *b)
{
    uint32_t x = ((const struct pg_range *)a)->lo, y = ((const struct pg_range *)b)->lo;
    return x < y ? -1 : x > y;
}

/* Sorted, and joined where they touch within a protocol. */
static void settle(struct ranges *ranges)
{
    uint32_t n = 0;
    qsort(ranges->v, ranges->n, sizeof *ranges->v, by_lo);
    for (uint32_t i = 0; i < ranges->n; i++) {
        struct pg_range next = ranges->v[i], *last = n > 0 ? &ranges->v[n - 1] : NULL;
        if (last != NULL && last->lo >> 16 == next.lo >> 16 && next.lo <= last->hi + 1)
            last->hi = next.hi > last->hi ? next.hi : last->hi;
        else
            ranges->v[n++] = next;
    }
    ranges->n = n;
}

static void intersect(const struct ranges *a, const struct ranges *b, struct ranges *out)
{
    out->n = 0;
    for (uint32_t i = 0, k = 0; i < a->n && k < b->n;) {
        uint32_t lo = a->v[i].lo > b->v[k].lo ? a->v[i].lo : b->v[k].lo;
        uint32_t hi = a->v[i].hi < b->v[k].hi ? a->v[i].hi : b->v[k].hi;
        if (lo <= hi)
            out->v[out->n++] = (struct pg_range){lo, hi};
        if (a->v[i].hi < b->v[k].hi)
            i++;
        else
            k++;
    }
}

/* --- pairs --- */

static void ask(const struct naive *naive, enum pg_dir dir, uint32_t from, uint32_t to,
                struct ports *out)
{
    const struct pg_cluster *cluster = naive->cluster;
    const struct subject *subject = &naive->subjects[dir == PG_EGRESS ? from : to];
    const struct pg_pod *other = &cluster->pods[dir == PG_EGRESS ? to : from];
    out->sure.n = out->possible.n = 0;
    if (subject->n[dir] == 0) {
        add_all(&out->sure);
        add_all(&out->possible);
        return;
    }
    for (uint32_t i = 0; i < subject->n[dir]; i++) {
        const struct pg_policy *policy = &cluster->policies[subject->policies[dir][i]];
        for (uint32_t r = 0; r < policy->nrules[dir]; r++) {
            const struct pg_rule *rule = &policy->rules[dir][r];
            enum truth truth = rule_has(cluster, policy, rule, other);
            if (truth == YES)
                add_rule(&out->sure, rule, &cluster->pods[to]);
            if (truth != NO)
                add_rule(&out->possible, rule, &cluster->pods[to]);
        }
    }
    settle(&out->sure);
    settle(&out->possible);
}

/* A pod to itself is no pair; a virtual pod of several replicas is two (semantics 2.8). */
static bool is_pair(const struct pg_cluster *cluster, uint32_t from, uint32_t to)
{
    const struct pg_pod *pod = &cluster->pods[from];
    return from != to || (pod->is_virtual && cluster->workloads[pod->workload].replicas != 1);
}

uint64_t matrix_row_by_pod(struct naive *naive, uint32_t from)
{
    struct ports egress, ingress;
    struct ranges sure, possible;
    uint64_t sum = 0;
    for (uint32_t to = 0; to < naive->cluster->npods; to++) {
        if (!is_pair(naive->cluster, from, to))
            continue;
        ask(naive, PG_EGRESS, from, to, &egress);
        ask(naive, PG_INGRESS, from, to, &ingress);
        intersect(&egress.sure, &ingress.sure, &sure);
        intersect(&egress.possible, &ingress.possible, &possible);
        sum += matrix_hash(sure.v, sure.n, possible.v, possible.n);
    }
    return sum;
}

uint64_t matrix_by_pod(struct naive *naive)
{
    uint64_t sum = 0;
    for (uint32_t from = 0; from < naive->cluster->npods; from++)
        sum += matrix_row_by_pod(naive, from);
    return sum;
}

/* --- what is looked up beforehand --- */

static void *allocate(size_t n, size_t size)
{
    void *memory = calloc(n + 1, size);
    if (memory == NULL)
        abort();
    return memory;
}

static void find_policies(const struct pg_cluster *cluster, uint32_t pod, struct subject *subject)
{
    const struct pg_namespace *ns = &cluster->namespaces[cluster->pods[pod].ns];
    for (int dir = 0; dir < 2; dir++) {
        subject->policies[dir] = allocate(ns->npolicies, sizeof *subject->policies[dir]);
        for (uint32_t i = 0; i < ns->npolicies; i++) {
            uint32_t index = ns->first_policy + i;
            const struct pg_policy *policy = &cluster->policies[index];
            if (policy->has_type[dir] && selects(&policy->pod_selector, cluster->pods[pod].labels))
                subject->policies[dir][subject->n[dir]++] = index;
        }
    }
}

struct naive *naive_new(const struct pg_cluster *cluster)
{
    struct naive *naive = allocate(1, sizeof *naive);
    naive->cluster = cluster;
    naive->subjects = allocate(cluster->npods, sizeof *naive->subjects);
    for (uint32_t pod = 0; pod < cluster->npods; pod++)
        find_policies(cluster, pod, &naive->subjects[pod]);
    return naive;
}

void naive_free(struct naive *naive)
{
    for (uint32_t pod = 0; pod < naive->cluster->npods; pod++) {
        for (int dir = 0; dir < 2; dir++)
            free(naive->subjects[pod].policies[dir]);
    }
    free(naive->subjects);
    free(naive);
}

/*
 * Compiling policies: what matching needs beside each rule, computed once.
 */
#include "eval_internal.h"

#include <string.h>

#include "polgrid/buf.h"
#include "polgrid/vec.h"

void pg_compile_selector_key(struct pg_buf *key, const struct pg_selector *selector)
{
    if (selector->expr != NULL)
        pg_buf_add(key, (const char *)&selector->expr, sizeof selector->expr);
    for (uint32_t i = 0; i < selector->nreqs; i++) {
        const struct pg_req *req = &selector->reqs[i];
        uint32_t head[3] = {req->key, (uint32_t)req->op, req->nvalues};
        pg_buf_add(key, (const char *)head, sizeof head);
        pg_buf_add(key, (const char *)req->values, req->nvalues * sizeof *req->values);
    }
}

static const uint64_t *namespace_bits(struct pg_eval *eval, struct selector_bits *seen,
                                      const struct pg_selector *selector)
{
    const struct pg_cluster *cluster = eval->cluster;
    struct pg_buf *key = &seen->key;
    pg_buf_clear(key);
    pg_compile_selector_key(key, selector);
    /* The empty selector is the empty string, which a string table has from the start. */
    pg_str id = pg_strs_put(seen->keys, key->n > 0 ? key->p : "", key->n);
    while (seen->all.n <= id)
        *pg_vec_add(eval->arena, &seen->all) = (struct selected_namespaces){0};
    struct selected_namespaces *found = &seen->all.v[id];
    if (found->bits != NULL)
        return found->bits;
    found->selector = selector;
    found->bits = pg_arena_array(eval->arena, seen->words, sizeof *found->bits);
    for (uint32_t ns = 0; ns < cluster->nnamespaces; ns++)
        if (pg_selector_matches(selector, cluster->namespaces[ns].labels))
            found->bits[ns / 64] |= UINT64_C(1) << (ns % 64);
    return found->bits;
}

/* Peers are nested by what one object of the API can say: a level or two. */
static const struct peer *compile_peers(struct pg_eval *eval, struct selector_bits *seen,
                                        const struct pg_peer *source, uint32_t n)
{
    struct peer *peers = pg_arena_array(eval->arena, n, sizeof *peers);
    for (uint32_t i = 0; i < n; i++) {
        peers[i].source = &source[i];
        if (source[i].kind == PG_PEER_SELECTOR && source[i].namespace_selector.present)
            peers[i].namespaces = namespace_bits(eval, seen, &source[i].namespace_selector);
        if (source[i].kind == PG_PEER_ALL_OF || source[i].kind == PG_PEER_ANY_OF)
            peers[i].parts = compile_peers(eval, seen, source[i].parts, source[i].nparts);
    }
    return peers;
}

/* The ports that a rule gives by number; what is given by name waits for a destination. */
static pg_ports numeric_ports(struct pg_eval *eval, const struct pg_rule *source, bool *named)
{
    /* What NetworkPolicy leaves undefined is taken off again in match.c. */
    pg_ports all = source->any_port ? PG_PORTS_EVERY : PG_PORTS_NONE;
    for (uint32_t i = 0; i < source->nports; i++) {
        *named |= source->ports[i].name != PG_STR_NONE;
        if (source->ports[i].name == PG_STR_NONE)
            all = pg_portset_union(eval->sets, all, pg_match_port(eval, &source->ports[i], 0));
    }
    for (uint32_t i = 0; i < source->nnot_ports; i++) {
        *named |= source->not_ports[i].name != PG_STR_NONE;
        if (source->not_ports[i].name == PG_STR_NONE)
            all = pg_portset_minus(eval->sets, all, pg_match_port(eval, &source->not_ports[i], 0));
    }
    return all;
}

static struct rule compile_rule(struct pg_eval *eval, struct selector_bits *seen,
                                const struct pg_rule *source)
{
    struct rule rule = {.source = source, .id = seen->next_rule++};
    rule.peers = compile_peers(eval, seen, source->peers, source->npeers);
    if (source->self != NULL)
        rule.self = compile_peers(eval, seen, source->self, 1);
    rule.numeric = numeric_ports(eval, source, &rule.named);
    return rule;
}

static bool looks_at_addresses(const struct pg_peer *peers, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        switch (peers[i].kind) {
        case PG_PEER_IPBLOCK:
        case PG_PEER_NETWORKS:
        case PG_PEER_OUTSIDE: return true;
        case PG_PEER_ALL_OF:
        case PG_PEER_ANY_OF:
            if (looks_at_addresses(peers[i].parts, peers[i].nparts))
                return true;
            break;
        default: break;
        }
    return false;
}

static bool has_block(const struct pg_policy *policy, int dir)
{
    for (uint32_t r = 0; r < policy->nrules[dir]; r++) {
        const struct pg_rule *rule = &policy->rules[dir][r];
        if (looks_at_addresses(rule->peers, rule->npeers) ||
            (rule->self != NULL && looks_at_addresses(rule->self, 1)))
            return true;
    }
    return false;
}

void pg_compile_policy(struct pg_eval *eval, struct selector_bits *seen, uint32_t p)
{
    struct policy *policy = &eval->policies[p];
    policy->source = &eval->cluster->policies[p];
    if (policy->source->namespace_selector.present)
        policy->namespaces = namespace_bits(eval, seen, &policy->source->namespace_selector);
    for (int dir = 0; dir < 2; dir++) {
        uint32_t n = policy->source->nrules[dir];
        struct rule *rules = pg_arena_array(eval->arena, n, sizeof *rules);
        for (uint32_t r = 0; r < n; r++)
            rules[r] = compile_rule(eval, seen, &policy->source->rules[dir][r]);
        policy->rules[dir] = rules;
        policy->has_block[dir] = has_block(policy->source, dir);
    }
}

void pg_compile_policies(struct pg_eval *eval)
{
    const struct pg_cluster *cluster = eval->cluster;
    struct selector_bits seen = {.keys = pg_strs_new(), .words = cluster->nnamespaces / 64 + 1};
    eval->policies = pg_arena_array(eval->arena, cluster->npolicies, sizeof *eval->policies);
    for (uint32_t p = 0; p < cluster->npolicies; p++)
        pg_compile_policy(eval, &seen, p);
    pg_buf_free(&seen.key);
    pg_strs_free(seen.keys);
}

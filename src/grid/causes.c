/*
 * Why cells are unknown, said once for the whole grid. The evaluator is the judge: a cause counts only
 * the pods for which it leaves some cell open. How many cells are tried has a cap; a count that hit it
 * is a lower bound, and says so.
 */
#include <stdlib.h>
#include <string.h>

#include "inner.h"

/* Cells tried for each cause. */
#define PG_TRIES 100000u

struct search {
    struct pg_arena *scratch;
    struct pg_eval *eval;
    const struct pg_cluster *cluster;
    uint32_t nclasses; /* of pods: those of nodes and outside come after */
    uint32_t tries;
};

static const struct pg_class *class_at(const struct search *search, uint32_t class)
{
    return pg_eval_class(search->eval, class);
}

static uint32_t count_pod_classes(struct pg_eval *eval)
{
    uint32_t n = 0;
    while (n < pg_eval_nclasses(eval) && (pg_eval_class(eval, n)->kind == PG_CLASS_PODS ||
                                          pg_eval_class(eval, n)->kind == PG_CLASS_HOST))
        n++;
    return n;
}

static const char *at_least(const struct search *search)
{
    return search->tries == 0 ? "at least " : "";
}

static const char *plural(uint64_t n, const char *one, const char *many)
{
    return n == 1 ? one : many;
}

static bool has_unevaluated(const struct search *search, uint32_t class, enum pg_dir dir)
{
    uint32_t n;
    const uint32_t *policies = pg_eval_policies(search->eval, class, dir, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (search->cluster->policies[policies[i]].kind == PG_POLICY_UNEVALUATED)
            return true;
    }
    return false;
}

/* --- addresses that are not known (semantics 5.12) ------------------------------------------------ */

static bool peer_asks_addresses(const struct pg_peer *peer)
{
    if (peer->kind == PG_PEER_IPBLOCK || peer->kind == PG_PEER_NETWORKS)
        return true;
    for (uint32_t i = 0; i < peer->nparts; i++) {
        if (peer_asks_addresses(&peer->parts[i]))
            return true;
    }
    return false;
}

static bool asks_addresses(const struct pg_policy *policy, enum pg_dir dir)
{
    for (uint32_t i = 0; i < policy->nrules[dir]; i++) {
        const struct pg_rule *rule = &policy->rules[dir][i];
        for (uint32_t j = 0; j < rule->npeers; j++) {
            if (peer_asks_addresses(&rule->peers[j]))
                return true;
        }
    }
    return false;
}

/* Whether blocks are among what decides for a class, and nothing else makes it unknown. */
static bool class_asks_addresses(const struct search *search, uint32_t class, enum pg_dir dir)
{
    if (has_unevaluated(search, class, dir))
        return false;
    uint32_t n;
    const uint32_t *policies = pg_eval_policies(search->eval, class, dir, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (asks_addresses(&search->cluster->policies[policies[i]], dir))
            return true;
    }
    return false;
}

static bool side_is_open(struct search *search, uint32_t subject, enum pg_dir dir, uint32_t peer,
                         enum pg_near near)
{
    uint32_t from = dir == PG_EGRESS ? subject : peer, to = dir == PG_EGRESS ? peer : subject;
    struct pg_cell cell = pg_eval_cell(search->eval, from, to, near, 0);
    if (search->tries > 0)
        search->tries--;
    /* What the other side denies anyway is no matter; and of protocols without ports nothing is ever
       sure (7.14), but the grid does not show them. */
    struct pg_portsets *sets = pg_eval_portsets(search->eval);
    return cell.sure != cell.possible &&
           pg_portset_intersect(sets, cell.sides[dir].sure, PG_PORTS_ALL) !=
               pg_portset_intersect(sets, cell.sides[dir].possible, PG_PORTS_ALL);
}

/* Sets aside the classes that this subject can't decide about; returns how many are left. */
static uint32_t try_subject(struct search *search, uint32_t subject, enum pg_dir dir,
                            uint32_t *peers, uint32_t n, uint32_t *npods)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (search->tries > 0 && side_is_open(search, subject, dir, peers[i], PG_NEAR_OTHER))
            *npods += class_at(search, peers[i])->npods;
        else
            peers[left++] = peers[i];
    }
    return left;
}

static bool addresses_cause(struct search *search, struct pg_arena *arena, struct pg_cause *cause)
{
    uint32_t *peers = pg_arena_array(search->scratch, search->nclasses, sizeof *peers);
    uint32_t n = 0, npods = 0;
    for (uint32_t i = 0; i < search->nclasses; i++) {
        if (class_at(search, i)->kind == PG_CLASS_PODS && !class_at(search, i)->addr_known)
            peers[n++] = i;
    }
    for (uint32_t i = 0; i < search->nclasses && n > 0 && search->tries > 0; i++) {
        for (int dir = PG_EGRESS; dir <= PG_INGRESS; dir++) {
            if (class_asks_addresses(search, i, (enum pg_dir)dir))
                n = try_subject(search, i, (enum pg_dir)dir, peers, n, &npods);
        }
    }
    if (npods == 0)
        return false;
    *cause = (struct pg_cause){
        .what = pg_arena_printf(arena, "the %s of %s%u %s not known, and an ipBlock asks for %s",
                                plural(npods, "address", "addresses"), at_least(search),
                                (unsigned)npods, plural(npods, "pod is", "pods are"),
                                plural(npods, "it", "them")),
        .option = "--assume pod-cidr=CIDR",
        .prompt = "pod-cidr=",
        .npods = npods,
    };
    return true;
}

/* --- pods that may or may not run on the node that asks (semantics 8.3) -------------------------- */

/* The classes on the host network; those whose node is not known come first. */
struct hosts {
    uint32_t *v;
    uint32_t n, nlost;
};

static struct hosts list_hosts(struct search *search)
{
    struct hosts hosts = {
        .v = pg_arena_array(search->scratch, search->nclasses, sizeof *hosts.v),
    };
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < search->nclasses; i++) {
            const struct pg_class *class = class_at(search, i);
            if (class->kind == PG_CLASS_HOST && (class->node_name == PG_STR_NONE) == (pass == 0))
                hosts.v[hosts.n++] = i;
        }
        if (pass == 0)
            hosts.nlost = hosts.n;
    }
    return hosts;
}

static uint32_t count_placeless(const struct search *search, const struct pg_class *class)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < class->npods; i++)
        n += search->cluster->pods[class->pods[i]].node_name == PG_STR_NONE;
    return n;
}

/* The most pods of `class` that some host-network pods leave open. */
static uint32_t count_unplaced(struct search *search, uint32_t class, const struct hosts *hosts)
{
    uint32_t placeless = count_placeless(search, class_at(search, class)), most = 0;
    uint32_t end = placeless > 0 ? hosts->n : hosts->nlost;
    for (uint32_t i = 0; i < end && search->tries > 0; i++) {
        uint32_t n = i < hosts->nlost ? class_at(search, class)->npods : placeless;
        if (n > most && side_is_open(search, class, PG_INGRESS, hosts->v[i], PG_NEAR_UNKNOWN) &&
            !side_is_open(search, class, PG_INGRESS, hosts->v[i], PG_NEAR_SAME))
            most = n;
    }
    return most;
}

static bool placement_cause(struct search *search, struct pg_arena *arena, struct pg_cause *cause)
{
    struct hosts hosts = list_hosts(search);
    uint32_t npods = 0;
    for (uint32_t i = 0; i < search->nclasses && hosts.n > 0 && search->tries > 0; i++) {
        const struct pg_class *class = class_at(search, i);
        if (class->kind == PG_CLASS_PODS && class->isolated[PG_INGRESS])
            npods += count_unplaced(search, i, &hosts);
    }
    if (npods == 0)
        return false;
    *cause = (struct pg_cause){
        .what = pg_arena_printf(arena,
                                "%s%u %s may run on the node of a pod on the host network, and a "
                                "node may always enter its own pods",
                                at_least(search), (unsigned)npods, plural(npods, "pod", "pods")),
        .option = "--assume ingress-own-node=policy",
        .prompt = "ingress-own-node=policy",
        .npods = npods,
    };
    return true;
}

/* --- policies of other kinds --------------------------------------------------------------------- */

/* The kinds, each once, in the order of the policies: "CiliumNetworkPolicy, AdminNetworkPolicy". */
static const char *list_kinds(const struct search *search, struct pg_arena *arena)
{
    pg_str seen[8];
    uint32_t n = 0;
    struct pg_buf buf = {0};
    for (uint32_t i = 0; i < search->cluster->npolicies; i++) {
        const struct pg_policy *policy = &search->cluster->policies[i];
        bool known = policy->kind != PG_POLICY_UNEVALUATED;
        for (uint32_t j = 0; j < n && !known; j++)
            known = seen[j] == policy->kind_name;
        if (known)
            continue;
        if (n == sizeof seen / sizeof seen[0]) {
            pg_buf_puts(&buf, ", ...");
            break;
        }
        pg_buf_puts(&buf, n > 0 ? ", " : "");
        pg_buf_puts(&buf, pg_cluster_text(search->cluster, policy->kind_name));
        seen[n++] = policy->kind_name;
    }
    const char *text = pg_arena_strdup(arena, pg_buf_text(&buf));
    pg_buf_free(&buf);
    return text;
}

static bool unevaluated_cause(struct search *search, struct pg_arena *arena, struct pg_cause *cause)
{
    uint32_t npods = 0, npolicies = search->cluster->nunevaluated;
    for (uint32_t i = 0; i < search->nclasses && npolicies > 0; i++) {
        if (has_unevaluated(search, i, PG_EGRESS) || has_unevaluated(search, i, PG_INGRESS))
            npods += class_at(search, i)->npods;
    }
    if (npods == 0)
        return false;
    *cause = (struct pg_cause){
        .what = pg_arena_printf(arena, "%u %s of a kind that is not evaluated (%s) may touch %u %s",
                                (unsigned)npolicies, plural(npolicies, "policy", "policies"),
                                list_kinds(search, arena), (unsigned)npods,
                                plural(npods, "pod", "pods")),
        .npods = npods,
    };
    return true;
}

/* --- all of them --------------------------------------------------------------------------------- */

static int compare_causes(const void *left, const void *right)
{
    const struct pg_cause *a = left, *b = right;
    if (a->npods != b->npods)
        return a->npods > b->npods ? -1 : 1;
    return strcmp(a->what, b->what);
}

typedef bool cause_fn(struct search *search, struct pg_arena *arena, struct pg_cause *cause);

uint32_t pg_grid_causes(struct pg_arena *arena, struct pg_eval *eval, struct pg_cause *causes,
                        uint32_t cap)
{
    static cause_fn *const all[] = {addresses_cause, placement_cause, unevaluated_cause};
    struct pg_cause found[sizeof all / sizeof all[0]];
    uint32_t n = 0;
    struct search search = {
        .scratch = pg_arena_new(),
        .eval = eval,
        .cluster = pg_eval_cluster(eval),
        .nclasses = count_pod_classes(eval),
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        search.tries = PG_TRIES;
        n += all[i](&search, arena, &found[n]);
    }
    pg_arena_free(search.scratch);
    qsort(found, n, sizeof found[0], compare_causes);
    if (n > cap)
        n = cap;
    for (uint32_t i = 0; i < n; i++)
        causes[i] = found[i];
    return n;
}

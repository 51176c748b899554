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
        if (pg_eval_unevaluated(search->eval, policies[i]))
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

static bool family_is_open(struct search *search, uint32_t subject, enum pg_dir dir, uint32_t peer,
                           enum pg_near near, int family)
{
    uint32_t from = dir == PG_EGRESS ? subject : peer, to = dir == PG_EGRESS ? peer : subject;
    struct pg_cell cell = pg_eval_cell(search->eval, from, to, near, family);
    if (search->tries > 0)
        search->tries--;
    /* What the other side denies anyway is no matter; and of protocols without ports nothing is ever
       sure (7.14), but the grid does not show them. */
    struct pg_portsets *sets = pg_eval_portsets(search->eval);
    return cell.sure != cell.possible &&
           pg_portset_intersect(sets, cell.sides[dir].sure, PG_PORTS_ALL) !=
               pg_portset_intersect(sets, cell.sides[dir].possible, PG_PORTS_ALL);
}

static bool side_is_open(struct search *search, uint32_t subject, enum pg_dir dir, uint32_t peer,
                         enum pg_near near)
{
    return family_is_open(search, subject, dir, peer, near, pg_eval_assume(search->eval)->family);
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
        bool known = !pg_eval_unevaluated(search->eval, i);
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

/* What chooses between policies that can't be evaluated beside each other; NULL where nothing does. */
static const char *choice(const struct search *search)
{
    const char *found = NULL;
    for (uint32_t i = 0; i < search->cluster->npolicies; i++) {
        enum pg_policy_kind kind = search->cluster->policies[i].kind;
        if (!pg_eval_unevaluated(search->eval, i))
            continue;
        if (kind == PG_POLICY_CILIUM || kind == PG_POLICY_CALICO)
            return "engine=";
        if (kind == PG_POLICY_ADMIN || kind == PG_POLICY_BASELINE_ADMIN || kind == PG_POLICY_CLUSTER)
            found = "admin-api=";
    }
    return found;
}

/* "2 policies that are not evaluated", "policies that could not be read": of the latter nobody knows how many. */
static const char *say_unevaluated(const struct search *search, struct pg_arena *arena,
                                   uint32_t npolicies)
{
    uint32_t unread = pg_eval_nunread(search->eval), n = npolicies - unread;
    if (n == 0)
        return "policies that could not be read";
    return pg_arena_printf(arena, "%u %s that %s not evaluated%s", (unsigned)n,
                           plural(n, "policy", "policies"), plural(n, "is", "are"),
                           unread > 0 ? " and others that could not be read" : "");
}

static bool unevaluated_cause(struct search *search, struct pg_arena *arena, struct pg_cause *cause)
{
    uint32_t npods = 0, npolicies = pg_eval_nunevaluated(search->eval);
    for (uint32_t i = 0; i < search->nclasses && npolicies > 0; i++) {
        if (has_unevaluated(search, i, PG_EGRESS) || has_unevaluated(search, i, PG_INGRESS))
            npods += class_at(search, i)->npods;
    }
    if (npods == 0)
        return false;
    const char *prompt = choice(search);
    *cause = (struct pg_cause){
        .what = pg_arena_printf(arena, "%s (%s) may touch %u %s",
                                say_unevaluated(search, arena, npolicies), list_kinds(search, arena),
                                (unsigned)npods, plural(npods, "pod", "pods")),
        .option = !prompt                          ? NULL
                  : strcmp(prompt, "engine=") == 0 ? "--assume engine=k8s|cilium|calico"
                                                   : "--assume admin-api=v1alpha1|v1alpha2",
        .prompt = prompt,
        .npods = npods,
    };
    return true;
}

/* --- address families (semantics 5.13) ----------------------------------------------------------- */

static bool is_dual(const struct search *search, uint32_t class)
{
    const struct pg_class *it = class_at(search, class);
    return it->has_family[0] && it->has_family[1];
}

/* Only addresses tell families apart. */
static bool any_asks_addresses(const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->npolicies; i++) {
        if (asks_addresses(&cluster->policies[i], PG_EGRESS) ||
            asks_addresses(&cluster->policies[i], PG_INGRESS))
            return true;
    }
    return false;
}

static bool has_mixed(struct search *search, uint32_t class)
{
    for (uint32_t i = 0; i < search->nclasses && search->tries > 1; i++) {
        if (!is_dual(search, i))
            continue;
        search->tries -= 2;
        if (pg_eval_cell(search->eval, class, i, PG_NEAR_OTHER, 0).mixed ||
            pg_eval_cell(search->eval, i, class, PG_NEAR_OTHER, 0).mixed)
            return true;
    }
    return false;
}

static bool families_cause(struct search *search, struct pg_arena *arena, struct pg_cause *cause)
{
    uint32_t npods = 0;
    if (pg_eval_assume(search->eval)->family != 0 || !any_asks_addresses(search->cluster))
        return false;
    for (uint32_t i = 0; i < search->nclasses; i++) {
        if (is_dual(search, i) && has_mixed(search, i))
            npods += class_at(search, i)->npods;
    }
    if (npods == 0)
        return false;
    if (search->tries <= 1)
        search->tries = 0;
    *cause = (struct pg_cause){
        .what = pg_arena_printf(arena, "IPv4 and IPv6 answer differently for %s%u %s",
                                at_least(search), (unsigned)npods, plural(npods, "pod", "pods")),
        .option = "--assume family=4|6",
        .prompt = "family=",
        .npods = npods,
    };
    return true;
}

/* --- what rules ask for that is not evaluated ---------------------------------------------------- */

/* Different things of that sort; more are not told apart. */
#define PG_DOUBTS 16u

struct doubt {
    const char *detail;
    uint32_t npods;
    bool here; /* the class at hand is under it */
};

struct doubts {
    struct doubt v[PG_DOUBTS];
    uint32_t n;
};

static void doubt(struct doubts *doubts, const char *detail)
{
    detail = detail ? detail : "what they ask for is not evaluated";
    uint32_t i = 0;
    while (i < doubts->n && strcmp(doubts->v[i].detail, detail) != 0)
        i++;
    if (i == PG_DOUBTS)
        i = PG_DOUBTS - 1;
    if (i == doubts->n)
        doubts->v[doubts->n++] = (struct doubt){.detail = detail};
    doubts->v[i].here = true;
}

static void doubt_peer(struct doubts *doubts, const struct pg_cluster *cluster,
                       const struct pg_peer *peer)
{
    const unsigned maybe = PG_ENTITY_MAYBE_NODE | PG_ENTITY_MAYBE_WORLD;
    if (peer->kind == PG_PEER_NAMES) /* its detail names the name */
        doubt(doubts, "which addresses a domain name has is not known");
    else if (peer->kind == PG_PEER_MAYBE)
        doubt(doubts, peer->detail);
    else if (peer->kind == PG_PEER_ENTITY && peer->entities & maybe)
        doubt(doubts, peer->detail ? peer->detail : "which addresses an entity has is not known");
    else if (peer->kind == PG_PEER_NODES && cluster->nnodes == 0)
        doubt(doubts, "no nodes were read, and rules choose nodes by label");
    for (uint32_t i = 0; i < peer->nparts; i++)
        doubt_peer(doubts, cluster, &peer->parts[i]);
}

static void doubt_rules(struct doubts *doubts, const struct pg_cluster *cluster,
                        const struct pg_policy *policy, enum pg_dir dir)
{
    for (uint32_t i = 0; i < policy->nrules[dir]; i++) {
        const struct pg_rule *rule = &policy->rules[dir][i];
        if (rule->maybe_field)
            doubt(doubts, rule->maybe_detail);
        for (uint32_t j = 0; j < rule->npeers; j++)
            doubt_peer(doubts, cluster, &rule->peers[j]);
        if (rule->self)
            doubt_peer(doubts, cluster, rule->self);
    }
}

/* Rules of one rank that both match: which acts is not defined (semantics 11.5). */
static bool are_tied(const struct pg_policy *a, const struct pg_policy *b)
{
    return a->kind == b->kind && (a->kind == PG_POLICY_ADMIN || a->kind == PG_POLICY_CLUSTER) &&
           a->tier.name == b->tier.name && !(a->order < b->order) && !(a->order > b->order);
}

/* Marks what the policies of a class hang on; false where there is nothing. */
static bool doubt_class(const struct search *search, struct doubts *doubts, uint32_t class,
                        enum pg_dir dir)
{
    const struct pg_cluster *cluster = search->cluster;
    const struct pg_pod *pod = &cluster->pods[class_at(search, class)->pods[0]];
    uint32_t n;
    const uint32_t *policies = pg_eval_policies(search->eval, class, dir, &n);
    for (uint32_t i = 0; i < doubts->n; i++)
        doubts->v[i].here = false;
    for (uint32_t i = 0; i < n; i++) {
        const struct pg_policy *policy = &cluster->policies[policies[i]];
        if (policy->maybe_selector.present &&
            !pg_selector_matches(&policy->pod_selector, pod->labels))
            doubt(doubts, policy->maybe_detail);
        if (i > 0 && are_tied(&cluster->policies[policies[i - 1]], policy))
            doubt(doubts, "which of several policies of one priority acts first is not defined");
        doubt_rules(doubts, cluster, policy, dir);
    }
    for (uint32_t i = 0; i < doubts->n; i++) {
        if (doubts->v[i].here)
            return true;
    }
    return false;
}

/* Whether some cell of a class is open for another reason than an address that is not known, or families that
   differ. */
static bool class_is_open(struct search *search, uint32_t class, enum pg_dir dir)
{
    bool asks = class_asks_addresses(search, class, dir);
    int assumed = pg_eval_assume(search->eval)->family;
    for (uint32_t i = 0; i < pg_eval_nclasses(search->eval); i++) {
        const struct pg_class *peer = class_at(search, i);
        if (asks && peer->kind == PG_CLASS_PODS && !peer->addr_known)
            continue;
        for (int family = 4; family <= 6 && search->tries > 0; family += 2) {
            if ((assumed == 0 || assumed == family) && peer->has_family[family == 6] &&
                family_is_open(search, class, dir, i, PG_NEAR_OTHER, family))
                return true;
        }
    }
    return false;
}

static uint32_t doubt_causes(struct search *search, struct pg_arena *arena, struct pg_cause *causes)
{
    struct doubts doubts = {.n = 0};
    for (uint32_t i = 0; i < search->nclasses; i++) {
        for (int dir = PG_EGRESS; dir <= PG_INGRESS; dir++) {
            if (class_at(search, i)->kind != PG_CLASS_PODS ||
                has_unevaluated(search, i, (enum pg_dir)dir) ||
                !doubt_class(search, &doubts, i, (enum pg_dir)dir) ||
                !class_is_open(search, i, (enum pg_dir)dir))
                continue;
            for (uint32_t k = 0; k < doubts.n; k++)
                doubts.v[k].npods += doubts.v[k].here ? class_at(search, i)->npods : 0;
        }
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < doubts.n; i++) {
        uint32_t npods = doubts.v[i].npods;
        if (npods == 0)
            continue;
        causes[n++] = (struct pg_cause){
            .what = pg_arena_printf(arena, "rules for %s%u %s hang on what is not evaluated: %s",
                                    at_least(search), (unsigned)npods, plural(npods, "pod", "pods"),
                                    doubts.v[i].detail),
            .npods = npods,
        };
    }
    return n;
}

/* Host endpoints (semantics 14.16, 13.15): the network of a node under policies. */
static bool hosts_cause(struct search *search, struct pg_arena *arena, struct pg_cause *cause)
{
    uint32_t npods = 0;
    for (uint32_t i = 0; i < search->nclasses; i++) {
        uint32_t out, in;
        pg_eval_policies(search->eval, i, PG_EGRESS, &out);
        pg_eval_policies(search->eval, i, PG_INGRESS, &in);
        if (class_at(search, i)->kind == PG_CLASS_HOST && out + in > 0 &&
            !has_unevaluated(search, i, PG_EGRESS) && !has_unevaluated(search, i, PG_INGRESS))
            npods += class_at(search, i)->npods;
    }
    if (npods == 0)
        return false;
    *cause = (struct pg_cause){
        .what =
            pg_arena_printf(arena,
                            "%u %s on the host network of nodes that policies protect, which is "
                            "not evaluated",
                            (unsigned)npods, plural(npods, "pod is", "pods are")),
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
    static cause_fn *const all[] = {addresses_cause, placement_cause, unevaluated_cause,
                                    families_cause, hosts_cause};
    struct pg_cause found[sizeof all / sizeof all[0] + PG_DOUBTS];
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
    search.tries = PG_TRIES;
    n += doubt_causes(&search, arena, &found[n]);
    pg_arena_free(search.scratch);
    qsort(found, n, sizeof found[0], compare_causes);
    if (n > cap)
        n = cap;
    for (uint32_t i = 0; i < n; i++)
        causes[i] = found[i];
    return n;
}

/* Namespaces found to be alike: swapping two of them must change no cell of the grid, but for those with pods on the
   host network, where it counts who runs beside them. Few are alike by chance, so the world is drawn again with a
   twin of its first namespace, some of them not quite the same. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "gen.h"
#include "render.h"

enum {
    ORIGINAL,
    TWIN,
};

/* --- a world with twins --- */

/* The same addresses but for the last byte, which must be the pod's own. */
static void twin_addresses(struct w_pod *pod, int slot)
{
    for (int f = 0; f < 2; f++)
        if (pod->addr[f].family != 0 && !pod->host_network)
            pod->addr[f].bytes[f == 0 ? 3 : 15] = (uint8_t)(100 + slot);
}

/* What is the twin's is dropped, what is its original's is there twice. Pods on the host network are left to other
   namespaces: else no twin would be alike. */
static void twin_pods(struct world *world, const struct world *old)
{
    static const char *const names[W_PODS] = {"t0", "t1", "t2", "t3", "t4",  "t5",
                                              "t6", "t7", "t8", "t9", "t10", "t11"};
    int n = 0, own = 0;
    for (int i = 0; i < old->npods; i++) {
        bool is_own = old->pods[i].ns == ORIGINAL;
        if (old->pods[i].ns == TWIN || (is_own && old->pods[i].host_network) ||
            n + own + 1 + is_own > W_PODS)
            continue;
        world->pods[n++] = old->pods[i];
        own += is_own;
    }
    for (int i = 0, kept = n; i < kept; i++) {
        if (world->pods[i].ns != ORIGINAL)
            continue;
        world->pods[n] = world->pods[i];
        world->pods[n].ns = TWIN;
        world->pods[n].name = names[n];
        twin_addresses(&world->pods[n], n);
        n++;
    }
    world->npods = n;
}

static bool is_namespaced(const struct w_policy *policy)
{
    return !policy->cluster_wide && policy->kind != W_ADMIN && policy->kind != W_BASELINE_ADMIN &&
           policy->kind != W_CLUSTER;
}

/* Policies likewise, of which the original gets most; what the kinds beside NetworkPolicy say is shared. */
static void twin_policies(struct world *world, const struct world *old, struct w_random *random)
{
    int n = 0, own = 0;
    for (int i = 0; i < old->npolicies; i++) {
        struct w_policy *policy = &world->policies[n];
        *policy = old->policies[i];
        bool moves =
            is_namespaced(policy) && policy->kind != W_CILIUM; /* may be one object of two */
        if (moves && (policy->ns == TWIN || w_random_chance(random, 60)))
            policy->ns = ORIGINAL;
        bool is_own = policy->ns == ORIGINAL && is_namespaced(policy);
        if ((is_namespaced(policy) && policy->ns == TWIN) || n + own + 1 + is_own > W_POLICIES)
            continue;
        n++;
        own += is_own;
    }
    for (int i = 0, kept = n; i < kept; i++)
        if (world->policies[i].ns == ORIGINAL && is_namespaced(&world->policies[i])) {
            world->policies[n] = world->policies[i];
            world->policies[n++].ns = TWIN;
        }
    world->npolicies = n;
}

/* The last pod and the last policy are the twin's, if it has any. */
static void change_pod(struct world *world, struct w_random *random)
{
    struct w_pod *pod = &world->pods[world->npods - 1];
    const struct w_pod *other = &world->pods[w_random_below(random, (uint32_t)world->npods)];
    int f = pod->addr[0].family == 0;
    switch (w_random_below(random, 4)) {
    case 0: pod->labels = other->labels; break;
    case 1: pod->node = world->nodes[w_random_below(random, W_NODES)].name; break;
    case 2:
        if (pod->addr[f].family != 0 && !pod->host_network)
            pod->addr[f].bytes[f == 0 ? 2 : 7] = (uint8_t)w_random_below(random, 4);
        break;
    default: world->npods--;
    }
}

static void change_policy(struct world *world, struct w_random *random)
{
    struct w_policy *policy = &world->policies[world->npolicies - 1];
    enum w_dir dir = (enum w_dir)w_random_below(random, 2);
    struct w_rule *rule = &policy->rules[dir][0];
    uint32_t which = w_random_below(random, 4);
    if (policy->nrules[dir] == 0)
        return;
    if (which == 0)
        policy->nrules[dir]--;
    else if (which == 1 && rule->nports > 0)
        rule->nports--;
    else if (rule->npeers > 0 && !rule->peers[0].is_block)
        rule->peers[0].namespaces = gen_selector(random, true);
}

/* In two of three worlds the twin is changed a little. */
static void make_twin(struct world *world, const struct world *old, struct w_random *random)
{
    *world = *old;
    struct w_namespace *twin = &world->namespaces[TWIN];
    *twin = world->namespaces[ORIGINAL];
    twin->name = old->namespaces[TWIN].name;
    twin_pods(world, old);
    twin_policies(world, old, random);
    uint32_t which = w_random_below(random, 6);
    if (which == 0)
        twin->labels = old->namespaces[TWIN].labels;
    else if (which == 1 && world->npods > 0 && world->pods[world->npods - 1].ns == TWIN)
        change_pod(world, random);
    else if (which < 4 && world->npolicies > 0 && world->policies[world->npolicies - 1].ns == TWIN)
        change_policy(world, random);
}

/* --- swapping --- */

static uint32_t swapped(uint32_t item, uint32_t a, uint32_t b)
{
    return item == a ? b : item == b ? a : item;
}

static bool equal(const struct pg_count *a, const struct pg_count *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* Pods on the host network are near to some pods and not to others: folded cells sum that up. */
static bool has_hosts(const struct check *check, const struct pg_item *item)
{
    for (uint32_t i = 0; i < item->nshares; i++)
        if (pg_eval_class(check->eval, item->shares[i].class)->kind == PG_CLASS_HOST)
            return true;
    return false;
}

static void check_swap(struct check *check, struct pg_grid *grid, uint32_t a, uint32_t b)
{
    for (uint32_t row = 0; row < pg_grid_nrows(grid); row++)
        for (uint32_t column = 0; column < pg_grid_ncolumns(grid); column++) {
            uint32_t to_row = swapped(row, a, b), to_column = swapped(column, a, b);
            if (has_hosts(check, pg_grid_row(grid, row)) ||
                has_hosts(check, pg_grid_column(grid, column)))
                continue;
            check->ncompared++;
            if (!equal(pg_grid_cell(grid, row, column), pg_grid_cell(grid, to_row, to_column)))
                check_differs(check, "%s and %s are not alike: %s -> %s",
                              pg_grid_row(grid, a)->full, pg_grid_row(grid, b)->full,
                              pg_grid_row(grid, row)->full, pg_grid_column(grid, column)->full);
        }
}

/* Rows of namespaces are numbered as the namespaces are where those without pods are among them. */
static void check_world(struct check *check)
{
    const uint32_t *leader = pg_eval_alike(check->eval)->like;
    struct pg_axis axis = {.level = PG_LEVEL_NAMESPACE,
                           .ns = PG_NONE,
                           .workload = PG_NONE,
                           .outside = true,
                           .empty = true};
    uint64_t lens;
    struct pg_grid *grid = pg_grid_new(check->eval, &axis, &axis, check_lens(check, &lens));
    for (uint32_t ns = 0; ns < check->cluster->nnamespaces; ns++) {
        if (leader[ns] == ns)
            continue;
        check->nalike += check->cluster->namespaces[ns].npods > 0;
        check_swap(check, grid, leader[ns], ns);
    }
    pg_grid_free(grid);
}

void check_alike(struct check *check)
{
    struct w_random random = {check->world->seed ^ 0x7f4a7c15};
    check_world(check);
    if (check->world->nnamespaces <= TWIN)
        return;
    struct world *world = malloc(sizeof *world);
    struct check *twin = malloc(sizeof *twin);
    if (world == NULL || twin == NULL)
        abort();
    size_t length;
    make_twin(world, check->world, &random);
    char *text = render_world(world, &length);
    check_begin(twin, world, text, length);
    if (twin->ndifferences == 0)
        check_world(twin);
    check->ndifferences += twin->ndifferences;
    check->ncompared += twin->ncompared;
    check->nalike += twin->nalike;
    check_end(twin);
    free(text);
    free(twin);
    free(world);
}

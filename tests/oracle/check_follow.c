/*
 * The follower against the slow evaluator: a world changes step by step, the follower is told what changed, and
 * after each step every cell of it is compared, and now and then of the cluster that it freezes.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "polgrid/follow.h"
#include "render.h"

struct play {
    struct check *old, *new;
    struct world *worlds[2], *donor;
    struct pg_follow *follow;
    struct w_random random;
    int step;
};

/* --- telling --- */

/* The cells between all pods of a follower, and their classes. */
struct picture {
    uint32_t n, class[2 * W_PODS];
    pg_ports sure[2 * W_PODS][2 * W_PODS], possible[2 * W_PODS][2 * W_PODS];
};

static void take_picture(struct pg_follow *follow, struct picture *picture)
{
    struct pg_eval *eval = pg_follow_eval(follow);
    picture->n = 0;
    if (pg_follow_stale(follow) != PG_STALE_NOT || pg_follow_npods(follow) > 2 * W_PODS)
        return;
    picture->n = pg_follow_npods(follow);
    for (uint32_t i = 0; i < picture->n; i++)
        picture->class[i] =
            pg_follow_pod(follow, i) != NULL ? pg_eval_class_of_pod(eval, i) : PG_NONE;
    for (uint32_t i = 0; i < picture->n; i++) {
        for (uint32_t k = 0; k < picture->n; k++) {
            struct pg_end from = {.kind = PG_END_POD, .index = i}, to = from;
            to.index = k;
            if (picture->class[i] == PG_NONE || picture->class[k] == PG_NONE)
                continue;
            struct pg_cell cell = pg_eval_pair(eval, &from, &to);
            picture->sure[i][k] = cell.sure;
            picture->possible[i][k] = cell.possible;
        }
    }
}

static bool is_touched(const struct pg_follow *follow, uint32_t class)
{
    uint32_t n;
    const uint32_t *touched = pg_follow_touched(follow, &n);
    for (uint32_t i = 0; i < n; i++) {
        if (touched[i] == class)
            return true;
    }
    return class == PG_NONE;
}

/* Between classes that an event did not touch nothing may have changed. */
static void compare_pictures(struct play *play, const struct picture *a, const struct picture *b)
{
    for (uint32_t i = 0; i < a->n && i < b->n; i++) {
        if (is_touched(play->follow, a->class[i]) || is_touched(play->follow, b->class[i]))
            continue;
        for (uint32_t k = 0; k < a->n && k < b->n; k++) {
            if (is_touched(play->follow, a->class[k]) || is_touched(play->follow, b->class[k]))
                continue;
            if (a->class[i] != b->class[i] || a->sure[i][k] != b->sure[i][k] ||
                a->possible[i][k] != b->possible[i][k])
                check_differs(play->new, "step %d: a cell that was not touched has changed",
                              play->step);
        }
    }
}

static void tell(struct play *play, const struct pg_change *change)
{
    struct check *check = play->new;
    struct picture before_it, after_it;
    take_picture(play->follow, &before_it);
    enum pg_stale before = pg_follow_stale(play->follow);
    uint64_t applied = pg_follow_count(play->follow, PG_STALE_NOT);
    enum pg_follow_result result = pg_follow_apply(play->follow, change);
    enum pg_stale stale = pg_follow_stale(play->follow);
    take_picture(play->follow, &after_it);
    compare_pictures(play, &before_it, &after_it);
    if ((result == PG_FOLLOW_STALE) != (stale != PG_STALE_NOT) ||
        (before != PG_STALE_NOT && stale != before))
        check_differs(check, "step %d: result %d, stale %d after %d", play->step, (int)result,
                      (int)stale, (int)before);
    if ((pg_follow_count(play->follow, PG_STALE_NOT) != applied) != (stale == PG_STALE_NOT))
        check_differs(check, "step %d: an event is not counted", play->step);
}

static uint32_t find_pod(const struct check *check, const char *ns, const char *name)
{
    uint32_t in = pg_cluster_find_namespace(check->cluster, ns);
    return in == PG_NONE ? PG_NONE : pg_cluster_find_pod(check->cluster, in, name);
}

static void tell_pod(struct play *play, const struct world *world, const struct w_pod *pod)
{
    const struct pg_cluster *cluster = play->new->cluster;
    char name[64];
    render_pod_name(pod, name);
    const char *ns = world->namespaces[pod->ns].name;
    uint32_t index = find_pod(play->new, ns, name);
    struct pg_change change = {
        .kind = PG_CHANGE_POD, .removed = index == PG_NONE, .ns = ns, .name = name};
    if (index != PG_NONE) {
        change.strs = cluster->strs;
        change.pod = &cluster->pods[index];
        change.workload = &cluster->workloads[change.pod->workload];
    }
    tell(play, &change);
}

/* Every pod that was or is there, or only those that have their node's address. */
static void tell_pods(struct play *play, bool hosts)
{
    for (int w = 0; w < 2; w++)
        for (int i = 0; i < play->worlds[w]->npods; i++)
            if (!hosts || play->worlds[w]->pods[i].host_network)
                tell_pod(play, play->worlds[w], &play->worlds[w]->pods[i]);
}

static void tell_policy(struct play *play, const struct world *world, const struct w_policy *policy)
{
    const struct pg_cluster *cluster = play->new->cluster;
    struct pg_change change = {.kind = PG_CHANGE_POLICY,
                               .removed = true,
                               .ns = world->namespaces[policy->ns].name,
                               .name = policy->name,
                               .policy_group = "networking.k8s.io",
                               .policy_kind = "NetworkPolicy"};
    for (uint32_t i = 0; i < cluster->npolicies; i++) {
        const struct pg_policy *found = &cluster->policies[i];
        if (found->ns != PG_NONE && found->kind == PG_POLICY_NETWORK &&
            strcmp(pg_cluster_text(cluster, cluster->namespaces[found->ns].name), change.ns) == 0 &&
            strcmp(pg_cluster_text(cluster, found->name), change.name) == 0) {
            change.removed = false;
            change.policy = found;
            change.strs = cluster->strs;
        }
    }
    tell(play, &change);
}

static void tell_namespace(struct play *play, int i)
{
    const struct pg_cluster *cluster = play->new->cluster;
    struct pg_change change = {.kind = PG_CHANGE_NAMESPACE,
                               .removed = !play->worlds[1]->namespaces[i].defined,
                               .name = play->worlds[1]->namespaces[i].name,
                               .strs = cluster->strs};
    if (!change.removed)
        change.namespace = &cluster->namespaces[pg_cluster_find_namespace(cluster, change.name)];
    tell(play, &change);
}

static void tell_node(struct play *play, const char *name)
{
    const struct pg_cluster *cluster = play->new->cluster;
    uint32_t index = pg_cluster_find_node(cluster, name);
    struct pg_change change = {
        .kind = PG_CHANGE_NODE, .removed = index == PG_NONE, .name = name, .strs = cluster->strs};
    if (index != PG_NONE)
        change.node = &cluster->nodes[index];
    tell(play, &change);
}

/* --- changing the world --- */

static void change_pod(struct world *world, const struct w_pod *donor, struct w_random *random,
                       const char **name)
{
    int at = 0;
    *name = donor->name;
    while (at < world->npods && strcmp(world->pods[at].name, donor->name) != 0)
        at++;
    if (at < world->npods && w_random_chance(random, 40)) {
        memmove(&world->pods[at], &world->pods[at + 1],
                (size_t)(--world->npods - at) * sizeof *world->pods);
        return;
    }
    bool same = at < world->npods && w_random_chance(random, 50);
    int ns = same ? world->pods[at].ns : donor->ns % world->nnamespaces;
    world->pods[at] = *donor;
    world->pods[at].ns = ns;
    world->npods += at == world->npods;
}

static void change_policy(struct world *world, const struct w_policy *donor,
                          struct w_random *random, const char **name)
{
    int at = 0;
    *name = donor->name;
    while (at < world->npolicies && strcmp(world->policies[at].name, donor->name) != 0)
        at++;
    if (at < world->npolicies && world->policies[at].kind != W_NETWORK)
        return; /* those stay as they are */
    if (at < world->npolicies && w_random_chance(random, 30)) {
        memmove(&world->policies[at], &world->policies[at + 1],
                (size_t)(--world->npolicies - at) * sizeof *world->policies);
        return;
    }
    bool same = at < world->npolicies && w_random_chance(random, 60);
    int ns = same ? world->policies[at].ns : donor->ns % world->nnamespaces;
    world->policies[at] = *donor;
    world->policies[at].ns = ns;
    world->npolicies += at == world->npolicies;
}

static void tell_named_pods(struct play *play, const char *name)
{
    for (int w = 0; w < 2; w++)
        for (int i = 0; i < play->worlds[w]->npods; i++)
            if (strcmp(play->worlds[w]->pods[i].name, name) == 0)
                tell_pod(play, play->worlds[w], &play->worlds[w]->pods[i]);
}

static void tell_named_policies(struct play *play, const char *name)
{
    for (int w = 0; w < 2; w++)
        for (int i = 0; i < play->worlds[w]->npolicies; i++)
            if (strcmp(play->worlds[w]->policies[i].name, name) == 0)
                tell_policy(play, play->worlds[w], &play->worlds[w]->policies[i]);
}

static char *load(struct check *check, const struct world *world)
{
    size_t length;
    char *text = render_world(world, &length);
    check_begin(check, world, text, length);
    return text;
}

enum what {
    POD,
    POLICY,
    NAMESPACE,
    NODE,
};

/* Changes one object of play->worlds[1]; returns its kind, and its name or number. */
static enum what change_world(struct play *play, const char **name, int *number)
{
    struct world *world = play->worlds[1];
    struct w_random *random = &play->random;
    uint32_t which = w_random_below(random, 10);
    do
        gen_world(play->donor, 4 * (1 + (uint64_t)w_random_below(random, 1000000)));
    while (play->donor->npolicies == 0 || play->donor->policies[0].kind != W_NETWORK);
    if (which < 4) {
        uint32_t i = w_random_below(random, (uint32_t)play->donor->npods);
        change_pod(world, &play->donor->pods[i], random, name);
        return POD;
    }
    if (which < 7) {
        change_policy(world, &play->donor->policies[0], random, name);
        return POLICY;
    }
    if (which < 9) {
        *number = (int)w_random_below(random, (uint32_t)world->nnamespaces);
        const char *old = world->namespaces[*number].name;
        world->namespaces[*number] = play->donor->namespaces[0];
        world->namespaces[*number].name = old;
        return NAMESPACE;
    }
    if (world->nnodes > 0 && w_random_chance(random, 40)) {
        *name = world->nodes[--world->nnodes].name;
        return NODE;
    }
    int at = (int)w_random_below(random, W_NODES);
    at = at < world->nnodes ? at : world->nnodes;
    if (at >= play->donor->nnodes)
        at = play->donor->nnodes - 1;
    *name = play->worlds[1]->nodes[0].name;
    if (at < 0)
        return NAMESPACE; /* nothing changed: namespace 0 is told again */
    world->nodes[at] = play->donor->nodes[at];
    world->nnodes += at == world->nnodes;
    *name = world->nodes[at].name;
    return NODE;
}

static void tell_change(struct play *play, enum what what, const char *name, int number)
{
    switch (what) {
    case POD: tell_named_pods(play, name); break;
    case POLICY: tell_named_policies(play, name); break;
    case NAMESPACE: tell_namespace(play, number); break;
    case NODE:
        tell_node(play, name);
        tell_pods(play, true);
        break;
    }
}

/* --- comparing --- */

static void end_names(const struct check *check, int end, const char **ns, char name[64])
{
    const struct slow_end *slow = &check->ends[end];
    name[0] = '\0';
    if (slow->kind == SLOW_POD) {
        const struct w_pod *pod = &check->world->pods[slow->index];
        *ns = check->world->namespaces[pod->ns].name;
        render_pod_name(pod, name);
    } else if (slow->kind == SLOW_NODE) {
        snprintf(name, 64, "%s", check->world->nodes[slow->index].name);
    }
}

/* The lists that reasons are told from are those of the cluster compiled anew, in order. */
static void compare_lists(struct play *play, uint32_t slot, uint32_t pod)
{
    struct check *check = play->new;
    struct pg_eval *eval = pg_follow_eval(play->follow);
    const struct pg_cluster *own = pg_eval_cluster(eval), *anew = check->cluster;
    uint32_t a = pg_eval_class_of_pod(eval, slot), b = pg_eval_class_of_pod(check->eval, pod);
    const struct pg_class *x = pg_eval_class(eval, a), *y = pg_eval_class(check->eval, b);
    uint32_t members = 0;
    for (uint32_t i = pg_follow_first_pod(play->follow, a); i != PG_NONE;
         i = pg_follow_next_pod(play->follow, i))
        members += pg_eval_class_of_pod(eval, i) == a;
    if (x->kind != y->kind || x->npods != members)
        check_differs(check, "step %d: a class of %d pods lists %d", play->step, (int)x->npods,
                      (int)members);
    for (int dir = 0; dir < 2; dir++) {
        uint32_t n, m;
        const uint32_t *p = pg_eval_policies(eval, a, (enum pg_dir)dir, &n);
        const uint32_t *q = pg_eval_policies(check->eval, b, (enum pg_dir)dir, &m);
        bool same = n == m && x->isolated[dir] == y->isolated[dir];
        for (uint32_t i = 0; i < n && same; i++)
            same = strcmp(pg_cluster_text(own, own->policies[p[i]].name),
                          pg_cluster_text(anew, anew->policies[q[i]].name)) == 0 &&
                   pg_eval_selected(eval, p[i]) == pg_eval_selected(check->eval, q[i]);
        if (!same)
            check_differs(check, "step %d: %d policies select a pod, not %d", play->step, (int)n,
                          (int)m);
    }
}

/* Asks all pairs of another compiled state in the place of the check's own. */
static void compare_with(struct check *check, struct pg_eval *eval, const struct pg_end *ends)
{
    struct pg_eval *own = check->eval;
    struct pg_end kept[W_ENDS];
    memcpy(kept, check->program_ends, sizeof kept);
    memcpy(check->program_ends, ends, sizeof kept);
    memset(check->mask_known, 0, sizeof check->mask_known);
    check->eval = eval;
    check_pairs(check);
    check->eval = own;
    memcpy(check->program_ends, kept, sizeof kept);
    memset(check->mask_known, 0, sizeof check->mask_known);
}

static void compare_follower(struct play *play)
{
    struct check *check = play->new;
    struct pg_end ends[W_ENDS];
    memcpy(ends, check->program_ends, sizeof ends);
    for (int i = 0; i < check->nends; i++) {
        const char *ns = "";
        char name[64];
        end_names(check, i, &ns, name);
        if (ends[i].kind == PG_END_ADDR)
            continue;
        bool is_pod = ends[i].kind == PG_END_POD;
        ends[i].index = is_pod ? pg_follow_find_pod(play->follow, ns, name)
                               : pg_follow_find_node(play->follow, name);
        if (ends[i].index == PG_NONE) {
            check_differs(check, "step %d: the follower has no %s", play->step, name);
            return;
        }
        if (is_pod)
            compare_lists(play, ends[i].index, check->program_ends[i].index);
    }
    compare_with(check, pg_follow_eval(play->follow), ends);
}

static void compare_frozen(struct play *play)
{
    struct check *check = play->new;
    struct pg_cluster *frozen = pg_follow_cluster(play->follow);
    const struct pg_cluster *wanted = check->cluster;
    struct pg_end ends[W_ENDS];
    memcpy(ends, check->program_ends, sizeof ends);
    if (frozen->npods != wanted->npods || frozen->nnodes != wanted->nnodes ||
        frozen->npolicies != wanted->npolicies)
        check_differs(check, "step %d: frozen: %d pods, %d nodes, %d policies, not %d, %d, %d",
                      play->step, (int)frozen->npods, (int)frozen->nnodes, (int)frozen->npolicies,
                      (int)wanted->npods, (int)wanted->nnodes, (int)wanted->npolicies);
    for (int i = 0; i < check->nends && check->ndifferences == 0; i++) {
        const char *ns = "";
        char name[64];
        end_names(check, i, &ns, name);
        if (ends[i].kind == PG_END_POD) /* both are sorted alike */
            ends[i].index = pg_cluster_find_pod(frozen, pg_cluster_find_namespace(frozen, ns), name);
        if (ends[i].kind != PG_END_ADDR && ends[i].index != check->program_ends[i].index)
            check_differs(check, "step %d: %s is not in its place in the frozen cluster",
                          play->step, name);
    }
    struct pg_eval *eval = pg_eval_new(frozen, pg_eval_assume(check->eval));
    if (check->ndifferences == 0)
        compare_with(check, eval, ends);
    pg_eval_free(eval);
    pg_cluster_free(frozen);
}

/* --- */

static void take_step(struct play *play)
{
    const char *name = NULL;
    int number = 0;
    *play->worlds[1] = *play->worlds[0];
    enum what what = change_world(play, &name, &number);
    char *text = load(play->new, play->worlds[1]);
    if (play->new->ndifferences == 0)
        tell_change(play, what, name, number);
    bool stale = pg_follow_stale(play->follow) != PG_STALE_NOT;
    play->old->nstale += stale;
    play->old->nfollowed += !stale;
    if (play->new->ndifferences == 0 && (stale || play->step % 8 == 0))
        compare_frozen(play);
    if (stale)
        play->follow = pg_follow_renew(play->follow);
    if (play->new->ndifferences == 0 && pg_follow_stale(play->follow) == PG_STALE_NOT)
        compare_follower(play);
    play->old->ncompared += play->new->ncompared;
    play->old->ndifferences += play->new->ndifferences;
    check_end(play->new);
    free(text);
    *play->worlds[0] = *play->worlds[1];
}

void check_follow(struct check *check, int steps)
{
    struct play play = {.old = check, .random = {check->world->seed ^ 0x9e3779b9}};
    if (check->world->family != W_PLAIN)
        return;
    play.new = malloc(sizeof *play.new);
    play.worlds[0] = malloc(sizeof *play.worlds[0]);
    play.worlds[1] = malloc(sizeof *play.worlds[1]);
    play.donor = malloc(sizeof *play.donor);
    if (play.new == NULL || play.worlds[0] == NULL || play.worlds[1] == NULL || play.donor == NULL)
        abort();
    *play.worlds[0] = *check->world;
    play.follow = pg_follow_new(check->cluster, pg_eval_assume(check->eval));
    for (play.step = 1; play.step <= steps && check->ndifferences == 0; play.step++)
        take_step(&play);
    pg_follow_free(play.follow);
    free(play.new);
    free(play.worlds[0]);
    free(play.worlds[1]);
    free(play.donor);
}

/* Classes, cells and pairs: every end of a world against every other. */
#include <string.h>

#include "check.h"

/* --- classes --- */

static uint32_t class_of(const struct check *check, int end)
{
    return pg_eval_class_of(check->eval, &check->program_ends[end]);
}

/* The policies that apply to a pod in a direction, as bits of the world's. */
static unsigned slow_policies(const struct check *check, int pod, enum w_dir dir)
{
    unsigned bits = 0;
    for (int p = 0; p < check->world->npolicies; p++) {
        const struct w_policy *policy = &check->world->policies[p];
        if (slow_selects(check->world, policy, pod) != NO && slow_applies(check->world, policy, dir))
            bits |= 1u << p;
    }
    return bits;
}

static bool isolates(const struct check *check, unsigned policies, enum w_dir dir)
{
    for (int p = 0; p < check->world->npolicies; p++) {
        const struct w_policy *policy = &check->world->policies[p];
        if ((policies >> p & 1) != 0 &&
            (!slow_is_evaluated(check->world, policy) || slow_isolates(check->world, policy, dir)))
            return true;
    }
    return false;
}

static unsigned program_policies(const struct check *check, uint32_t class, enum pg_dir dir)
{
    unsigned bits = 0;
    uint32_t n;
    const uint32_t *list = pg_eval_policies(check->eval, class, dir, &n);
    for (uint32_t i = 0; i < n; i++)
        bits |= 1u << check->policy_of[list[i]];
    return bits;
}

static bool class_has_pod(const struct pg_class *class, uint32_t pod)
{
    for (uint32_t i = 0; i < class->npods; i++) {
        if (class->pods[i] == pod)
            return true;
    }
    return false;
}

static bool class_has_addr(const struct pg_class *class, struct pg_addr addr)
{
    for (uint32_t i = 0; i < class->nranges; i++) {
        if (pg_addr_compare(class->ranges[i].first, addr) <= 0 &&
            pg_addr_compare(addr, class->ranges[i].last) <= 0)
            return true;
    }
    return false;
}

static void check_class_of_pod(struct check *check, int end)
{
    uint32_t index = class_of(check, end), pod = check->program_ends[end].index;
    const struct pg_class *class = pg_eval_class(check->eval, index);
    const struct world *world = check->world;
    int slow_pod = check->ends[end].index;
    bool host = world->pods[slow_pod].host_network && !world->options.host_network_pod;
    if (class->kind != (host ? PG_CLASS_HOST : PG_CLASS_PODS) || !class_has_pod(class, pod))
        check_differs(check, "pod %s is not in its class", world->pods[slow_pod].name);
    uint32_t n, first = pg_eval_classes_of_namespace(check->eval, check->cluster->pods[pod].ns, &n);
    if (index < first || index >= first + n)
        check_differs(check, "pod %s: its class is not its namespace's", world->pods[slow_pod].name);
    for (int dir = 0; dir < 2; dir++) {
        unsigned slow = slow_policies(check, slow_pod, (enum w_dir)dir);
        unsigned program = program_policies(check, index, (enum pg_dir)dir);
        if (slow != program || class->isolated[dir] != isolates(check, slow, (enum w_dir)dir))
            check_differs(check, "pod %s: policies for %s are %x, not %x",
                          world->pods[slow_pod].name, dir == 0 ? "egress" : "ingress", program,
                          slow);
    }
}

static void check_selected(struct check *check)
{
    const struct world *world = check->world;
    for (int p = 0; p < world->npolicies; p++) {
        if (check->policy_index[p] == PG_NONE)
            continue;
        uint32_t n = 0;
        for (int i = 0; i < world->npods; i++)
            n += slow_is_endpoint(world, i) && slow_selects(world, &world->policies[p], i) != NO;
        uint32_t program = pg_eval_selected(check->eval, check->policy_index[p]);
        if (n != program)
            check_differs(check, "policy %s selects %d pods, not %d", world->policies[p].name,
                          (int)program, (int)n);
    }
}

/* Every pod is in one class, and the classes of pods have no others. */
static void check_members(struct check *check)
{
    uint32_t members = 0;
    for (uint32_t i = 0; i < pg_eval_nclasses(check->eval); i++)
        members += pg_eval_class(check->eval, i)->npods;
    if (members != check->cluster->npods)
        check_differs(check, "classes have %d pods of %d", (int)members, (int)check->cluster->npods);
}

void check_classes(struct check *check)
{
    check_members(check);
    check_selected(check);
    for (int end = 0; end < check->nends; end++) {
        const struct pg_class *class = pg_eval_class(check->eval, class_of(check, end));
        if (check->ends[end].kind == SLOW_POD)
            check_class_of_pod(check, end);
        else if (check->ends[end].kind == SLOW_NODE && class->kind != PG_CLASS_NODE)
            check_differs(check, "a node is in a class of kind %d", (int)class->kind);
        else if (check->ends[end].kind == SLOW_OUTSIDE &&
                 (class->kind != PG_CLASS_OUTSIDE ||
                  !class_has_addr(class, check->program_ends[end].addr)))
            check_differs(check, "an outside address is not in its class");
    }
}

/* --- cells --- */

static void compare_side(struct check *check, const char *where, const struct slow_cell *slow,
                         const struct pg_side *side, int dir)
{
    const struct slow_side *wanted = &slow->side[dir];
    const char *name = dir == W_EGRESS ? "egress" : "ingress";
    if (side->present != wanted->present)
        check_differs(check, "%s: %s present %d, not %d", where, name, side->present,
                      wanted->present);
    if (!wanted->present)
        return;
    if ((int)side->exempt != (int)wanted->exempt)
        check_differs(check, "%s: %s exempt %d, not %d", where, name, (int)side->exempt,
                      (int)wanted->exempt);
    /* Between ends that share no family, which rules would decide means nothing. */
    if (side->isolated != slow->isolated[dir] && !(slow->no_route && !wanted->plain))
        check_differs(check, "%s: %s isolated %d, not %d", where, name, side->isolated,
                      slow->isolated[dir]);
    if (slow->no_route)
        return;
    char what[32];
    snprintf(what, sizeof what, "%s surely", name);
    check_masks(check, where, what, slow->sides[dir].sure, check_mask(check, side->sure));
    snprintf(what, sizeof what, "%s possibly", name);
    check_masks(check, where, what, slow->sides[dir].possible, check_mask(check, side->possible));
}

static void compare_cell(struct check *check, const char *where, const struct slow_cell *slow,
                         const struct pg_cell *cell)
{
    if (cell->no_route != slow->no_route)
        check_differs(check, "%s: no_route %d, not %d", where, cell->no_route, slow->no_route);
    if (cell->mixed != slow->mixed)
        check_differs(check, "%s: mixed %d, not %d", where, cell->mixed, slow->mixed);
    check_masks(check, where, "surely", slow->both.sure, check_mask(check, cell->sure));
    check_masks(check, where, "possibly", slow->both.possible, check_mask(check, cell->possible));
    for (int dir = 0; dir < 2; dir++)
        compare_side(check, where, slow, &cell->sides[dir], dir);
}

static enum pg_near near_of(struct check *check, int from, int to)
{
    static const enum pg_near nears[] = {
        [NO] = PG_NEAR_OTHER, [MAYBE] = PG_NEAR_UNKNOWN, [YES] = PG_NEAR_SAME};
    return nears[slow_on_one_node(check->world, check->ends[from], check->ends[to])];
}

/* The cell of the classes of two ends answers for these two. */
static void check_cell(struct check *check, int from, int to, int family,
                       const struct slow_cell *slow)
{
    char where[256], pair[200];
    struct pg_cell cell = pg_eval_cell(check->eval, class_of(check, from), class_of(check, to),
                                       near_of(check, from, to), family);
    snprintf(where, sizeof where, "cell %s", check_pair_name(check, from, to, family, pair));
    compare_cell(check, where, slow, &cell);
}

static void check_family(struct check *check, int from, int to, int family)
{
    struct slow_cell slow = check_slow_cell(check, from, to, true, family);
    check_cell(check, from, to, family, &slow);
}

/* What a pair to itself gets if nothing exempts it is that of a cell; the families don't count. */
static void to_self(const struct check *check, struct slow_cell *slow)
{
    struct masks every = {check->all | check->other, check->all | check->other};
    slow->no_route = slow->mixed = false;
    slow->sides[0] = slow->sides[1] = every;
    slow->both = (struct masks){check->all, check->all};
}

static void check_pair(struct check *check, int from, int to)
{
    const struct pg_end *a = &check->program_ends[from], *b = &check->program_ends[to];
    char where[256], pair[200];
    struct slow_cell slow = check_slow_cell(check, from, to, false, 0);
    if (from !=
        to) /* an end and itself are meant as two that are alike: those are asked about below */
        check_cell(check, from, to, 0, &slow);
    bool self = slow_is_self(check->world, check->ends[from], check->ends[to]);
    if (self && !check->world->options.self_policy)
        to_self(check, &slow);
    struct pg_cell cell = pg_eval_pair(check->eval, a, b);
    snprintf(where, sizeof where, "pair %s", check_pair_name(check, from, to, 0, pair));
    compare_cell(check, where, &slow, &cell);
    if (pg_eval_is_self(check->eval, a, b) != self)
        check_differs(check, "%s: is_self is not %d", where, self);
}

void check_pairs(struct check *check)
{
    for (int from = 0; from < check->nends; from++) {
        for (int to = 0; to < check->nends; to++) {
            if (check->ends[from].kind == SLOW_OUTSIDE && check->ends[to].kind == SLOW_OUTSIDE)
                continue; /* nobody has an answer */
            check_pair(check, from, to);
            bool common[2];
            slow_families(check->world, check->ends[from], check->ends[to], common);
            if (common[0] && common[1]) {
                check_family(check, from, to, 4);
                check_family(check, from, to, 6);
            } else if (from != to) {
                check_family(check, from, to, common[1] ? 4 : 6);
            }
            if (from == to)
                check_family(check, from, to, 0);
        }
    }
}

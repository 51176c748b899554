/*
 * The rows: which pairs of classes some rule singles out, and what they have.
 *
 * A rule of the source names its destinations. To find who names the source, the peer sets are turned over once:
 * from a class to the sets that it is in, from a set to the ingress rules that use it, from a rule's policy to its
 * subjects. What a pair has is its background and the ports of these rules; where that is not all (a match that
 * is not sure, both families, a node's own pods) its cell is asked for.
 */
#include "sweep.h"

#include <stdlib.h>
#include <string.h>

/* --- indexes ------------------------------------------------------------------------------------- */

struct lists pg_sweep_begin_lists(struct pg_arena *arena, uint32_t *first, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        first[i + 2] += first[i + 1];
    return (struct lists){first, pg_arena_array(arena, first[n + 1], sizeof(uint32_t))};
}

static uint32_t *new_counts(struct sweep *sweep, uint32_t n)
{
    return pg_arena_array(sweep->scratch, (size_t)n + 2, sizeof(uint32_t));
}

/* The members of a set that the rows go through. */
static uint32_t row_members(const struct sweep *sweep, uint32_t set)
{
    return sweep->large_of[set] != 0 ? 0 : sweep->sets.sets[set].n;
}

static void index_members(struct sweep *sweep)
{
    uint32_t n = sweep->eval->first_node, *first = new_counts(sweep, n);
    for (uint32_t s = 0; s < sweep->sets.nsets; s++)
        for (uint32_t i = 0; i < row_members(sweep, s); i++)
            first[sweep->sets.sets[s].members[i] + 2]++;
    sweep->sets_with = pg_sweep_begin_lists(sweep->scratch, first, n);
    for (uint32_t s = 0; s < sweep->sets.nsets; s++) {
        const struct peer_set *set = &sweep->sets.sets[s];
        for (uint32_t i = 0; i < row_members(sweep, s); i++)
            sweep->sets_with.v[first[set->members[i] + 1]++] = MEMBERSHIP(s, i < set->nsure);
    }
}

static struct use new_use(struct sweep *sweep, const struct rule *rule, uint32_t policy)
{
    pg_ports ports = pg_portset_intersect(sweep->eval->sets, rule->numeric, PG_PORTS_ALL);
    return (struct use){rule, policy, PG_NONE, ports};
}

static void index_users(struct sweep *sweep)
{
    const struct pg_eval *eval = sweep->eval;
    const struct peer_sets *sets = &sweep->sets;
    uint32_t *first = new_counts(sweep, sets->nsets);
    sweep->uses = pg_arena_array(sweep->scratch, sets->nrules, sizeof *sweep->uses);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t p = 0; p < eval->cluster->npolicies; p++) {
            const struct policy *policy = &eval->policies[p];
            for (uint32_t r = 0; r < policy->source->nrules[PG_INGRESS]; r++) {
                const struct rule *rule = &policy->rules[PG_INGRESS][r];
                if (pass == 0)
                    sweep->uses[rule->id] = new_use(sweep, rule, p);
                for (uint32_t i = sets->first[rule->id]; i < sets->first[rule->id + 1]; i++) {
                    if (pass == 0)
                        first[sets->of_rule[i] + 2]++;
                    else
                        sweep->users.v[first[sets->of_rule[i] + 1]++] = rule->id;
                }
            }
        }
        if (pass == 0)
            sweep->users = pg_sweep_begin_lists(sweep->scratch, first, sets->nsets);
    }
}

static void index_subjects(struct sweep *sweep)
{
    const struct pg_eval *eval = sweep->eval;
    uint32_t n = eval->cluster->npolicies, *first = new_counts(sweep, n);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t c = 0; c < eval->first_node; c++)
            for (uint32_t i = 0; i < eval->data[c].npolicies[PG_INGRESS]; i++) {
                uint32_t policy = eval->data[c].policies[PG_INGRESS][i];
                if (!odd_asks_rules(sweep, c, PG_INGRESS))
                    break;
                if (pass == 0)
                    first[policy + 2]++;
                else
                    sweep->subjects.v[first[policy + 1]++] = c;
            }
        if (pass == 0)
            sweep->subjects = pg_sweep_begin_lists(sweep->scratch, first, n);
    }
}

static int compare_hosts(const void *a, const void *b)
{
    const struct host *x = a, *y = b;
    if (x->node != y->node)
        return x->node < y->node ? -1 : 1;
    return x->class < y->class ? -1 : x->class > y->class;
}

/* The classes whose ingress side takes an own node for something else. */
static void index_guests(struct sweep *sweep)
{
    const struct pg_eval *eval = sweep->eval;
    for (uint32_t c = 0; c < eval->first_node; c++) {
        if (eval->classes[c].kind != PG_CLASS_PODS || eval->data[c].npolicies[PG_INGRESS] == 0 ||
            (eval->assume.ingress_own_node_policy && sweep->odd[PG_INGRESS][c] == 0))
            continue;
        const pg_str *nodes = pg_sweep_nodes(sweep, c);
        for (uint32_t i = 0; i < eval->classes[c].npods; i++)
            if (i == 0 || nodes[i] != nodes[i - 1])
                pg_vec_push(sweep->scratch, &sweep->guests, ((struct host){nodes[i], c}));
    }
    if (sweep->guests.n > 1)
        qsort(sweep->guests.v, sweep->guests.n, sizeof *sweep->guests.v, compare_hosts);
}

static void index_classes(struct sweep *sweep)
{
    const struct pg_eval *eval = sweep->eval;
    for (uint32_t c = 0; c < eval->first_node; c++) {
        const struct pg_class *class = &eval->classes[c];
        if (eval->data[c].nports > 0)
            pg_vec_push(sweep->scratch, &sweep->named, c);
        if (class->kind == PG_CLASS_HOST)
            pg_vec_push(sweep->scratch, &sweep->hosts, ((struct host){class->node_name, c}));
    }
    if (sweep->hosts.n > 1)
        qsort(sweep->hosts.v, sweep->hosts.n, sizeof *sweep->hosts.v, compare_hosts);
}

static void make_room(struct sweep *sweep)
{
    struct pg_arena *arena = sweep->scratch;
    size_t squares = SMALL_SETS * SMALL_SETS;
    sweep->slots = pg_arena_array(arena, sweep->eval->first_node, sizeof *sweep->slots);
    sweep->beginnings =
        pg_arena_array(arena, sweep->crowds[PG_INGRESS].n, sizeof *sweep->beginnings);
    sweep->npods = pg_arena_array(arena, sweep->eval->first_node, sizeof(uint32_t));
    for (uint32_t c = 0; c < sweep->eval->first_node; c++)
        sweep->npods[c] = sweep->eval->classes[c].npods;
    sweep->small.unions = pg_arena_array(arena, squares, sizeof *sweep->small.unions);
    sweep->small.pairs = pg_arena_array(arena, squares, sizeof *sweep->small.pairs);
    sweep->taken_row = pg_arena_array(arena, sweep->crowds[PG_INGRESS].n, sizeof(uint64_t));
}

/* --- small sets ---------------------------------------------------------------------------------- */

/* Nearly all port sets have small numbers: their unions are in a table, and so are the pairs counted by
   the port sets of both sides. */

static pg_ports join(struct sweep *sweep, pg_ports a, pg_ports b)
{
    if (a == b)
        return a;
    if (a >= SMALL_SETS || b >= SMALL_SETS)
        return pg_portset_union(sweep->eval->sets, a, b);
    pg_ports *known = &sweep->small.unions[a * SMALL_SETS + b];
    if (*known == PG_PORTS_NONE) /* of two different sets that is no union */
        *known = pg_portset_union(sweep->eval->sets, a, b);
    return *known;
}

static void count_sides(struct sweep *sweep, pg_ports out, pg_ports in, uint64_t pairs)
{
    pg_ports both = pg_portset_intersect(sweep->eval->sets, out, in);
    pg_sweep_count(sweep, &(struct pg_total){.sure = both,
                                             .possible = both,
                                             .out = pg_sweep_lets(sweep, out),
                                             .in = pg_sweep_lets(sweep, in),
                                             .pairs = pairs});
}

static void tally(struct sweep *sweep, pg_ports out, pg_ports in, uint64_t pairs)
{
    if (out >= SMALL_SETS || in >= SMALL_SETS)
        count_sides(sweep, out, in, pairs);
    else
        sweep->small.pairs[out * SMALL_SETS + in] += pairs;
}

static void count_small(struct sweep *sweep)
{
    for (uint32_t i = 0; i < SMALL_SETS * SMALL_SETS; i++)
        if (sweep->small.pairs[i] > 0)
            count_sides(sweep, i / SMALL_SETS, i % SMALL_SETS, sweep->small.pairs[i]);
}

/* --- one row ------------------------------------------------------------------------------------- */

/* The family in which a cell of two crowds is decided, as an index; -1 where they have none or both in
   common. */
static int one_family(const struct crowd *a, const struct crowd *b)
{
    bool four = a->has_family[0] && b->has_family[0], six = a->has_family[1] && b->has_family[1];
    return four == six ? -1 : six;
}

/* What a side lets through anyway, to or from a crowd; false where the families differ in that. */
static bool background_to(struct sweep *sweep, const struct crowd *self, const struct crowd *other,
                          int family, pg_ports *ports)
{
    const pg_ports *by_family = self->background.ports[other->sort];
    *ports = pg_sweep_add_large(sweep, self, other, by_family[family < 0 ? 0 : family]);
    return family >= 0 || by_family[0] == by_family[1];
}

static uint16_t slot_of(pg_ports ports)
{
    return ports < SLOT_ASK ? (uint16_t)ports : SLOT_ASK;
}

/* Whether what a side has can be told by ports that add up. Those of an odd side begin with none. */
static bool can_add(const struct crowd *crowd)
{
    return crowd->odd == 0 || crowd->sums;
}

/* What a pair of crowds has before any rule is looked at. `line` is the crowd of the row, from 1. */
static const struct slot *beginning(struct sweep *sweep, uint32_t row, uint32_t column)
{
    struct slot *slot = &sweep->beginnings[column];
    if (slot->line == row + 1)
        return slot;
    const struct crowd *from = &sweep->crowds[PG_EGRESS].v[row];
    const struct crowd *to = &sweep->crowds[PG_INGRESS].v[column];
    int family = one_family(from, to);
    pg_ports out, in;
    bool simple = sweep->eval->assume.family == 0;
    simple &= family >= 0 || (from->has_family[0] && to->has_family[0]);
    simple &= background_to(sweep, from, to, family, &out);
    simple &= background_to(sweep, to, from, family, &in);
    *slot = (struct slot){row + 1, simple && can_add(from) ? slot_of(out) : SLOT_ASK,
                          simple && can_add(to) ? slot_of(in) : SLOT_ASK};
    return slot;
}

/* The slot of a class in the row, or column, of `line`; begun with the background when it is touched first.
   This is where the time goes, so it reads as little as can be. */
static inline struct slot *touch(struct sweep *sweep, uint32_t line, uint32_t class)
{
    struct slot *slot = &sweep->slots[class];
    if (slot->line == line + 1)
        return slot;
    *slot = *beginning(sweep, sweep->row_crowd, sweep->crowd_of[PG_INGRESS][class]);
    slot->line = line + 1;
    pg_vec_push(sweep->scratch, &sweep->touched, class);
    return slot;
}

/* Adds ports to what a side of a slot has. */
static inline void add_to(struct sweep *sweep, uint16_t *side, pg_ports ports)
{
    if (*side != SLOT_ASK && *side != ports)
        *side = slot_of(join(sweep, *side, ports));
}

static pg_ports ports_at(struct sweep *sweep, uint32_t policy, const struct rule *rule,
                         uint32_t destination)
{
    struct pg_eval *eval = sweep->eval;
    pg_ports sure, possible;
    struct ask ask = {.self = destination, .other = destination, .dir = PG_INGRESS};
    pg_match_ports(eval, &eval->policies[policy], rule, &ask, &sure, &possible);
    return pg_portset_intersect(eval->sets, sure, PG_PORTS_ALL);
}

/* Of policies that are not plain, it counts only whom a rule singles out. */
static void touch_members(struct sweep *sweep, uint32_t from, const struct rule *rule)
{
    for (uint32_t s = sweep->sets.first[rule->id]; s < sweep->sets.first[rule->id + 1]; s++) {
        const struct peer_set *set = &sweep->sets.sets[sweep->sets.of_rule[s]];
        for (uint32_t i = 0; i < row_members(sweep, sweep->sets.of_rule[s]); i++)
            touch(sweep, from, set->members[i])->out = SLOT_ASK;
    }
}

static void add_egress_rule(struct sweep *sweep, uint32_t from, uint32_t policy,
                            const struct rule *rule)
{
    pg_ports ports = pg_portset_intersect(sweep->eval->sets, rule->numeric, PG_PORTS_ALL);
    bool some = pg_sweep_every(sweep, rule) != 0;
    for (uint32_t s = sweep->sets.first[rule->id]; s < sweep->sets.first[rule->id + 1]; s++) {
        const struct peer_set *set = &sweep->sets.sets[sweep->sets.of_rule[s]];
        bool large = sweep->large_of[sweep->sets.of_rule[s]] != 0;
        some |= large;
        for (uint32_t i = 0; i < set->n && !large; i++) {
            struct slot *slot = touch(sweep, from, set->members[i]);
            if (i >= set->nsure)
                slot->out = SLOT_ASK;
            else if (rule->named)
                ports = ports_at(sweep, policy, rule, set->members[i]);
            add_to(sweep, &slot->out, ports);
        }
    }
    /* A name means another number at each destination (semantics 7.6). That of an odd side is in its text. */
    if (rule->named && some && sweep->odd[PG_EGRESS][from] == 0)
        for (uint32_t i = 0; i < sweep->named.n; i++)
            touch(sweep, from, sweep->named.v[i])->out = SLOT_ASK;
}

/* What the rules of the source single out. */
static void touch_by_egress(struct sweep *sweep, uint32_t from)
{
    const struct pg_eval *eval = sweep->eval;
    const struct class_data *data = &eval->data[from];
    for (uint32_t i = 0; i < data->npolicies[PG_EGRESS]; i++) {
        uint32_t p = data->policies[PG_EGRESS][i];
        const struct policy *policy = &eval->policies[p];
        if (!odd_asks_rules(sweep, from, PG_EGRESS))
            break;
        for (uint32_t r = 0; r < policy->source->nrules[PG_EGRESS]; r++)
            if (sweep->plain[PG_EGRESS][p] == 0)
                touch_members(sweep, from, &policy->rules[PG_EGRESS][r]);
            else
                add_egress_rule(sweep, from, p, &policy->rules[PG_EGRESS][r]);
    }
}

static void add_ingress_rule(struct sweep *sweep, uint32_t from, struct use *use, bool sure)
{
    uint32_t end = sweep->subjects.first[use->policy + 1];
    sure &= sweep->plain[PG_INGRESS][use->policy] != 0;
    for (uint32_t s = sweep->subjects.first[use->policy]; s < end; s++) {
        uint32_t to = sweep->subjects.v[s];
        uint32_t signature = sweep->eval->data[to].port_signature;
        struct slot *slot = touch(sweep, from, to);
        if (!sure)
            slot->in = SLOT_ASK;
        if (slot->in == SLOT_ASK)
            continue;
        if (use->rule->named && use->signature != signature) {
            use->ports = ports_at(sweep, use->policy, use->rule, to);
            use->signature = signature;
        }
        add_to(sweep, &slot->in, use->ports);
    }
}

/* Whose rules single out the source. */
static void touch_by_ingress(struct sweep *sweep, uint32_t from)
{
    for (uint32_t i = sweep->sets_with.first[from]; i < sweep->sets_with.first[from + 1]; i++) {
        uint32_t set = sweep->sets_with.v[i] / 2;
        bool sure = sweep->sets_with.v[i] % 2;
        for (uint32_t u = sweep->users.first[set]; u < sweep->users.first[set + 1]; u++)
            add_ingress_rule(sweep, from, &sweep->uses[sweep->users.v[u]], sure);
    }
}

/* Those of a list that are on a node; where it is not known, or theirs is not, all of these. */
static void touch_on_node(struct sweep *sweep, uint32_t class, const struct host *hosts, uint32_t n,
                          pg_str node)
{
    uint32_t lo = 0, hi = n;
    for (uint32_t i = 0; i < n; i++) {
        if (node != PG_STR_NONE && hosts[i].node != PG_STR_NONE)
            break; /* unknown ones sort first */
        touch(sweep, class, hosts[i].class)->out = SLOT_ASK;
    }
    while (lo < hi) {
        uint32_t middle = lo + (hi - lo) / 2;
        if (hosts[middle].node < node)
            lo = middle + 1;
        else
            hi = middle;
    }
    for (; lo < n && hosts[lo].node == node; lo++)
        touch(sweep, class, hosts[lo].class)->out = SLOT_ASK;
}

static void touch_own_nodes(struct sweep *sweep, uint32_t class)
{
    const pg_str *nodes = pg_sweep_nodes(sweep, class);
    for (uint32_t i = 0; i < sweep->eval->classes[class].npods; i++)
        if (i == 0 || nodes[i] != nodes[i - 1])
            touch_on_node(sweep, class, sweep->hosts.v, sweep->hosts.n, nodes[i]);
}

/* Takes pairs of the row at hand off the background. */
static void take(struct sweep *sweep, uint32_t to, uint64_t pairs)
{
    uint32_t crowd = sweep->crowd_of[PG_INGRESS][to];
    if (sweep->taken_row[crowd] == 0)
        pg_vec_push(sweep->scratch, &sweep->taken_crowds, crowd);
    sweep->taken_row[crowd] += pairs;
}

/* What is singled out from a class, be it by the rules of the one end or of the other. */
static void touch_all(struct sweep *sweep, uint32_t from)
{
    const struct pg_class *class = &sweep->eval->classes[from];
    sweep->touched.n = 0;
    sweep->row_crowd = sweep->crowd_of[PG_EGRESS][from];
    touch_by_egress(sweep, from);
    touch_by_ingress(sweep, from);
    if (class->kind == PG_CLASS_HOST)
        touch_on_node(sweep, from, sweep->guests.v, sweep->guests.n, class->node_name);
    else if (sweep->eval->assume.egress_own_node_allow || sweep->odd[PG_EGRESS][from] != 0)
        touch_own_nodes(sweep, from);
}

/* A pair with an odd side, where ports are all that the rules add: the same of one crowd as of the other pairs with
   these ports, so that one of them is asked for. */
static void recall(struct sweep *sweep, uint32_t from, uint32_t to, uint64_t pairs)
{
    const struct slot *slot = &sweep->slots[to];
    uint64_t key =
        PG_MAP_PAIR(sweep->crowd_of[PG_INGRESS][to], (uint32_t)slot->out << 16 | slot->in);
    const uint32_t *known = pg_map_get(&sweep->recalled, key);
    if (known != NULL) {
        sweep->answers.v[*known].pairs += pairs;
        return;
    }
    struct pg_total total = pg_sweep_cell(sweep, from, to, PG_NEAR_OTHER);
    total.pairs = pairs;
    pg_map_put(&sweep->recalled, key, sweep->answers.n);
    pg_vec_push(sweep->scratch, &sweep->answers, total);
}

static void count_recalled(struct sweep *sweep)
{
    for (uint32_t i = 0; i < sweep->answers.n; i++)
        pg_sweep_count(sweep, &sweep->answers.v[i]);
    sweep->answers.n = 0;
    pg_map_free(&sweep->recalled);
    sweep->recalled = (struct pg_map){0};
}

/* From a class to all others. */
static void sweep_row(struct sweep *sweep, uint32_t from)
{
    const struct pg_eval *eval = sweep->eval;
    bool host = eval->classes[from].kind == PG_CLASS_HOST;
    touch_all(sweep, from);
    for (uint32_t i = 0; i < sweep->touched.n; i++) {
        uint32_t to = sweep->touched.v[i];
        const struct slot *slot = &sweep->slots[to];
        uint64_t pairs = (uint64_t)sweep->npods[from] * sweep->npods[to];
        if (from == to)
            pairs -= pg_sweep_selves(&eval->classes[from]);
        take(sweep, to, pairs);
        bool odd = sweep->mixed && (sweep->crowds[PG_EGRESS].v[sweep->row_crowd].odd != 0 ||
                                    sweep->odd[PG_INGRESS][to] != 0);
        if (host || slot->out == SLOT_ASK || slot->in == SLOT_ASK ||
            (odd && eval->classes[to].kind == PG_CLASS_HOST))
            pg_sweep_ask(sweep, from, to);
        else if (odd)
            recall(sweep, from, to, pairs);
        else
            tally(sweep, slot->out, slot->in, pairs);
    }
}

/* Hands the pairs that the row took off the background on to the crowds. */
static void end_row(struct sweep *sweep, uint32_t from)
{
    uint32_t crowd = sweep->crowd_of[PG_EGRESS][from];
    take(sweep, from, pg_sweep_selves(&sweep->eval->classes[from]));
    for (uint32_t i = 0; i < sweep->taken_crowds.n; i++) {
        uint64_t *row = &sweep->taken_row[sweep->taken_crowds.v[i]];
        if (*row > 0) /* it may stand there twice */
            *pg_sweep_taken(sweep, crowd, sweep->taken_crowds.v[i]) += *row;
        *row = 0;
    }
    sweep->taken_crowds.n = 0;
}

/* From the pods on the host network to a class of pods, which their rules single out or whose node it is. */
static void sweep_hosts(struct sweep *sweep, uint32_t to)
{
    const struct pg_eval *eval = sweep->eval;
    sweep->touched.n = 0;
    if (!eval->assume.ingress_own_node_policy)
        touch_own_nodes(sweep, to);
    for (uint32_t i = 0; i < eval->data[to].npolicies[PG_INGRESS]; i++) {
        const struct policy *policy = &eval->policies[eval->data[to].policies[PG_INGRESS][i]];
        for (uint32_t r = 0; r < policy->source->nrules[PG_INGRESS]; r++) {
            uint32_t id = policy->rules[PG_INGRESS][r].id;
            for (uint32_t s = sweep->sets.first[id]; s < sweep->sets.first[id + 1]; s++) {
                const struct peer_set *set = &sweep->sets.sets[sweep->sets.of_rule[s]];
                for (uint32_t m = 0; m < row_members(sweep, sweep->sets.of_rule[s]); m++)
                    if (eval->classes[set->members[m]].kind == PG_CLASS_HOST)
                        touch(sweep, to, set->members[m]);
            }
        }
    }
    for (uint32_t i = 0; i < sweep->touched.n; i++) {
        uint32_t from = sweep->touched.v[i];
        *pg_sweep_taken(sweep, sweep->crowd_of[PG_EGRESS][from], sweep->crowd_of[PG_INGRESS][to]) +=
            pg_sweep_pairs(eval, from, to);
        pg_sweep_ask(sweep, from, to);
    }
}

/* By crowd of the source, so that samples are kept of one crowd at a time. */
static void sweep_crowds(struct sweep *sweep)
{
    const struct lists *members = &sweep->members[PG_EGRESS];
    index_guests(sweep);
    pg_samples_index(sweep);
    for (uint32_t crowd = 0; crowd < sweep->crowds[PG_EGRESS].n; crowd++) {
        pg_samples_begin(sweep, crowd);
        for (uint32_t i = members->first[crowd]; i < members->first[crowd + 1]; i++) {
            sweep_row(sweep, members->v[i]);
            pg_samples_look(sweep, members->v[i], members->v[i] + 1);
            end_row(sweep, members->v[i]);
        }
        count_recalled(sweep);
        pg_sweep_background(sweep, crowd);
    }
    count_small(sweep);
}

void pg_sweep_rows(struct sweep *sweep)
{
    const struct pg_eval *eval = sweep->eval;
    make_room(sweep);
    index_members(sweep);
    index_users(sweep);
    index_subjects(sweep);
    index_classes(sweep);
    if (sweep->mixed) {
        sweep_crowds(sweep);
        return;
    }
    for (uint32_t c = 0; c < eval->first_node; c++) {
        if (eval->classes[c].kind == PG_CLASS_PODS)
            sweep_row(sweep, c);
        end_row(sweep, c);
    }
    count_small(sweep);
    memset(sweep->slots, 0, eval->first_node * sizeof *sweep->slots);
    for (uint32_t c = 0; sweep->hosts.n > 0 && c < eval->first_node; c++)
        if (eval->data[c].npolicies[PG_INGRESS] > 0 && eval->classes[c].kind == PG_CLASS_PODS)
            sweep_hosts(sweep, c);
}

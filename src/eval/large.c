/*
 * Large sets. "From every namespace with env=prod", in a policy of each of ten thousand namespaces, singles out half
 * of all pairs. So a few sets that would be gone through most often are kept out of the rows: being in one is a
 * property of a crowd, and so is what a class lets through to its members.
 */
#include <stdlib.h>

#include "sweep.h"

/* What a step costs that an odd side takes, against one that adds ports: where a cell is asked for, and where it is
   looked up. */
#define ASK_STEP    64u
#define RECALL_STEP 8u

struct burden {
    uint64_t cost;
    uint32_t set;
};

static int compare_burdens(const void *a, const void *b)
{
    const struct burden *x = a, *y = b;
    if (x->cost != y->cost)
        return x->cost > y->cost ? -1 : 1;
    return x->set < y->set ? -1 : x->set > y->set;
}

/* How often each set would be gone through, in steps: once for each class under a rule that names it. `plain` is set where some
   of these are plain sides. */
static uint64_t *count_uses(struct sweep *sweep, uint8_t *plain)
{
    const struct pg_eval *eval = sweep->eval;
    const struct peer_sets *sets = &sweep->sets;
    uint64_t *uses = pg_arena_array(sweep->scratch, sets->nsets, sizeof *uses);
    for (uint32_t i = 0; i < eval->first_node * 2; i++) {
        uint32_t c = i / 2, dir = i % 2;
        for (uint32_t k = 0; k < eval->data[c].npolicies[dir]; k++) {
            uint32_t p = eval->data[c].policies[dir][k];
            const struct policy *policy = &eval->policies[p];
            if (!odd_asks_rules(sweep, c, (int)dir))
                break;
            uint32_t cost = sweep->odd[dir][c] == 0     ? 1
                            : sweep->plain[dir][p] != 0 ? RECALL_STEP
                                                        : ASK_STEP;
            for (uint32_t r = 0; r < policy->source->nrules[dir]; r++) {
                uint32_t id = policy->rules[dir][r].id;
                for (uint32_t s = sets->first[id]; s < sets->first[id + 1]; s++) {
                    uses[sets->of_rule[s]] += cost;
                    plain[sets->of_rule[s]] |= sweep->odd[dir][c] == 0;
                }
            }
        }
    }
    return uses;
}

/* Being a member must tell all: to a plain side, that the class is surely matched; to an odd one, how it is. */
static bool may_be_large(const struct peer_set *set, bool plain)
{
    return set->nsure == set->n || (set->uniform && !plain);
}

/* The sets that may be large, the heaviest first; *steps is what all sets together take. */
static struct burden *weigh(struct sweep *sweep, uint32_t *n, uint64_t *steps)
{
    const struct peer_sets *sets = &sweep->sets;
    uint8_t *plain = pg_arena_array(sweep->scratch, sets->nsets, 1);
    const uint64_t *uses = count_uses(sweep, plain);
    PG_VEC(struct burden) burdens = {0};
    *steps = 0;
    for (uint32_t s = 0; s < sets->nsets; s++) {
        uint64_t cost = sets->sets[s].n * uses[s];
        *steps += cost;
        if (cost > 0 && may_be_large(&sets->sets[s], plain[s] != 0))
            pg_vec_push(sweep->scratch, &burdens, ((struct burden){cost, s}));
    }
    if (burdens.n > 1)
        qsort(burdens.v, burdens.n, sizeof *burdens.v, compare_burdens);
    *n = burdens.n;
    return burdens.v;
}

/* No more of them than are needed: each of them splits crowds. */
uint32_t pg_sweep_choose_large(struct sweep *sweep, uint32_t most)
{
    const struct peer_sets *sets = &sweep->sets;
    uint64_t steps;
    uint32_t n, chosen = 0;
    const struct burden *burdens = weigh(sweep, &n, &steps);
    sweep->large_of = pg_arena_array(sweep->scratch, sets->nsets, 1);
    sweep->in_large = pg_arena_array(sweep->scratch, sweep->eval->first_node, sizeof(uint64_t));
    for (; chosen < n && chosen < most && steps > sweep->budget; chosen++) {
        const struct peer_set *set = &sets->sets[burdens[chosen].set];
        steps -= burdens[chosen].cost;
        sweep->large_of[burdens[chosen].set] = (uint8_t)(chosen + 1);
        for (uint32_t m = 0; m < set->n; m++)
            sweep->in_large[set->members[m]] |= UINT64_C(1) << chosen;
    }
    return chosen;
}

const struct large_ports *pg_sweep_large_ports(struct sweep *sweep, uint32_t class, int dir,
                                               uint32_t *n)
{
    struct pg_eval *eval = sweep->eval;
    const struct class_data *data = &eval->data[class];
    pg_ports found[PG_MOST_LARGE] = {PG_PORTS_NONE};
    uint32_t count = 0;
    for (uint32_t i = 0; i < data->npolicies[dir]; i++) {
        const struct policy *policy = &eval->policies[data->policies[dir][i]];
        for (uint32_t r = 0; r < policy->source->nrules[dir]; r++) {
            const struct rule *rule = &policy->rules[dir][r];
            for (uint32_t s = sweep->sets.first[rule->id]; s < sweep->sets.first[rule->id + 1]; s++) {
                uint32_t large = sweep->large_of[sweep->sets.of_rule[s]];
                if (large == 0)
                    continue;
                pg_ports ports = pg_sweep_rule_ports(sweep, policy, rule, class, dir);
                count += found[large - 1] == PG_PORTS_NONE;
                found[large - 1] = pg_portset_union(eval->sets, found[large - 1], ports);
            }
        }
    }
    struct large_ports *list = pg_arena_array(sweep->scratch, count, sizeof *list);
    *n = 0;
    for (uint32_t i = 0; i < PG_MOST_LARGE; i++)
        if (found[i] != PG_PORTS_NONE)
            list[(*n)++] = (struct large_ports){i, found[i]};
    return list;
}

pg_ports pg_sweep_add_large(struct sweep *sweep, const struct crowd *self,
                            const struct crowd *other, pg_ports ports)
{
    for (uint32_t i = 0; i < self->nlarge; i++)
        if ((other->in_large >> self->large[i].large & 1) != 0)
            ports = pg_portset_union(sweep->eval->sets, ports, self->large[i].ports);
    return ports;
}

/* Tiers against every world that they allow. Random small sets of ordered policies, some of whose rules only
   possibly match and some of which have one priority: each such rule is tried both ways, each order of equal
   policies is tried, and the port is surely allowed where all of these worlds let it in, possibly where one
   does (semantics 0.4, 11.5, 16.3). Nothing here is shared with the evaluator. */
#include "unit.h"

#include <stdio.h>
#include <stdlib.h>

#include "world.h"

#define CLUSTERS 600
#define PORTS    3
#define POLICIES 3 /* of a tier */
#define RULES    3 /* of a policy */
#define MAYBES   7 /* in a cluster */

enum action { ACCEPT, DENY, PASS };
enum match { NO, MAYBE, YES };

struct rule {
    enum action action;
    enum match match;
    unsigned ports; /* bits; 0: all */
    int maybe;      /* its number among those that possibly match */
};

struct policy {
    int priority, nrules;
    struct rule rules[RULES];
};

struct tier {
    int npolicies;
    struct policy policies[POLICIES];
};

/* One cluster. The NetworkPolicy isolates, and allows some ports. */
struct random_world {
    struct tier admin, baseline;
    bool isolated;
    unsigned allowed;
    int nmaybes;
};

static const int orders[][POLICIES] = {{0, 1, 2}, {0, 2, 1}, {1, 0, 2},
                                       {1, 2, 0}, {2, 0, 1}, {2, 1, 0}};

/* --- making one ---------------------------------------------------------------------------------- */

static int pick(unsigned *seed, int n)
{
    return rand_r(seed) % n;
}

static struct rule random_rule(unsigned *seed, struct random_world *world)
{
    struct rule rule = {.action = (enum action)pick(seed, 3), .match = YES, .maybe = -1};
    int kind = pick(seed, 5);

    if (pick(seed, 3) > 0)
        rule.ports = 1u + (unsigned)pick(seed, (1 << PORTS) - 1);
    if (kind == 0)
        rule.match = NO;
    if (kind > 2 && world->nmaybes < MAYBES) {
        rule.match = MAYBE;
        rule.maybe = world->nmaybes++;
    }
    return rule;
}

static void random_tier(unsigned *seed, struct random_world *world, struct tier *tier)
{
    tier->npolicies = pick(seed, POLICIES + 1);
    for (int i = 0; i < tier->npolicies; i++) {
        struct policy *policy = &tier->policies[i];
        policy->priority = pick(seed, 2);
        policy->nrules = 1 + pick(seed, RULES);
        for (int r = 0; r < policy->nrules; r++)
            policy->rules[r] = random_rule(seed, world);
    }
}

static struct random_world random_world(unsigned seed)
{
    struct random_world world = {0};

    random_tier(&seed, &world, &world.admin);
    random_tier(&seed, &world, &world.baseline);
    world.isolated = pick(&seed, 2);
    world.allowed = (unsigned)pick(&seed, 1 << PORTS);
    return world;
}

/* --- as a manifest --------------------------------------------------------------------------------- */

static void write_rule(struct pg_buf *out, const struct rule *rule)
{
    static const char *const actions[] = {"Accept", "Deny", "Pass"};
    static const char *const peers[] = {"{matchLabels: {ns: none}}", "{sameLabels: [x]}", "{}"};

    pg_buf_printf(out, "{action: %s, from: [{namespaces: %s}]", actions[rule->action],
                  peers[rule->match]);
    pg_buf_puts(out, rule->ports ? ", protocols: [" : "");
    for (int port = 0; port < PORTS; port++)
        if (rule->ports >> port & 1)
            pg_buf_printf(out, "{tcp: {destinationPort: {number: %d}}}, ", port + 1);
    pg_buf_puts(out, rule->ports ? "]}, " : "}, ");
}

static void write_tier(struct pg_buf *out, const char *name, const struct tier *tier)
{
    for (int i = 0; i < tier->npolicies; i++) {
        const struct policy *policy = &tier->policies[i];
        pg_buf_printf(out,
                      "---\napiVersion: policy.networking.k8s.io/v1alpha2\n"
                      "kind: ClusterNetworkPolicy\nmetadata: {name: %c%d}\n"
                      "spec: {tier: %s, priority: %d, subject: {namespaces: {}}, ingress: [",
                      name[0] + 'a' - 'A', i, name, policy->priority);
        for (int r = 0; r < policy->nrules; r++)
            write_rule(out, &policy->rules[r]);
        pg_buf_puts(out, "]}\n");
    }
}

static void write_world(struct pg_buf *out, const struct random_world *world)
{
    pg_buf_puts(out, "{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: x}}\n---\n"
                     "{apiVersion: v1, kind: Pod, metadata: {name: b, namespace: x}}\n");
    write_tier(out, "Admin", &world->admin);
    write_tier(out, "Baseline", &world->baseline);
    if (!world->isolated)
        return;
    pg_buf_puts(out, "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
                     "metadata: {name: np, namespace: x}\nspec: {podSelector: {}, ingress: [");
    for (int port = 0; port < PORTS; port++)
        if (world->allowed >> port & 1)
            pg_buf_printf(out, "{ports: [{port: %d}]}, ", port + 1);
    pg_buf_puts(out, "]}\n");
}

/* --- what it says -------------------------------------------------------------------------------- */

/* The rule of a policy that acts, NULL for none. Bit i of `truths`: what possibly matches as number i does. */
static const struct rule *acting_rule(const struct policy *policy, int port, unsigned truths)
{
    for (int r = 0; r < policy->nrules; r++) {
        const struct rule *rule = &policy->rules[r];
        bool match = rule->match == YES || (rule->match == MAYBE && truths >> rule->maybe & 1);
        if (match && (rule->ports == 0 || rule->ports >> port & 1))
            return rule;
    }
    return NULL;
}

/* The action of a tier; PASS where no rule acts. */
static enum action tier_acts(const struct tier *tier, const int *order, int port, unsigned truths)
{
    for (int priority = 0; priority < 2; priority++)
        for (int i = 0; i < POLICIES; i++) {
            const struct policy *policy = &tier->policies[order[i]];
            const struct rule *rule = NULL;
            if (order[i] < tier->npolicies && policy->priority == priority)
                rule = acting_rule(policy, port, truths);
            if (rule)
                return rule->action;
        }
    return PASS;
}

static bool lets_in(const struct random_world *world, const int *admin, const int *baseline,
                    int port, unsigned truths)
{
    enum action action = tier_acts(&world->admin, admin, port, truths);

    if (action == PASS && world->isolated)
        return world->allowed >> port & 1;
    if (action == PASS)
        action = tier_acts(&world->baseline, baseline, port, truths);
    return action != DENY;
}

static void try_all(const struct random_world *world, int port, bool *sure, bool *possible)
{
    *sure = true;
    *possible = false;
    for (unsigned truths = 0; truths < 1u << world->nmaybes; truths++)
        for (size_t a = 0; a < PG_COUNT(orders); a++)
            for (size_t b = 0; b < PG_COUNT(orders); b++) {
                bool in = lets_in(world, orders[a], orders[b], port, truths);
                *sure = *sure && in;
                *possible = *possible || in;
            }
}

static void compare(const struct random_world *random, const char *text)
{
    struct world world = world_open(text, NULL);
    struct pg_portsets *sets = pg_eval_portsets(world.eval);
    uint32_t from = pg_eval_class_of_pod(world.eval, 0), to = pg_eval_class_of_pod(world.eval, 1);
    struct pg_cell cell = pg_eval_cell(world.eval, from, to, PG_NEAR_OTHER, 4);

    assert_int_equal(world.cluster->npods, 2);
    assert_int_equal(world.cluster->npolicies,
                     random->admin.npolicies + random->baseline.npolicies + random->isolated);
    for (int port = 0; port < PORTS; port++) {
        bool sure, possible;
        try_all(random, port, &sure, &possible);
        uint32_t key = PG_PORT_KEY(PG_TCP, port + 1);
        if (pg_portset_has(sets, cell.sure, key) != sure ||
            pg_portset_has(sets, cell.possible, key) != possible)
            fail_msg("port %d is %s, possibly %s, of\n%s", port + 1, sure ? "in" : "out",
                     possible ? "in" : "out", text);
    }
    world_close(&world);
}

static void tiers_answer_for_every_world(void **state)
{
    struct pg_buf text = {0};

    (void)state;
    for (unsigned seed = 1; seed <= CLUSTERS; seed++) {
        struct random_world world = random_world(seed);
        pg_buf_clear(&text);
        write_world(&text, &world);
        compare(&world, pg_buf_text(&text));
    }
    pg_buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tiers_answer_for_every_world),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

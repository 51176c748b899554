/*
 * Odd sides: of pods under policies of which some are more than NetworkPolicies that allow. The order of such policies
 * matters, and what they refuse, pass on or possibly match; cell.c walks through that. Here a side is only written
 * down, so that equal texts have equal walks: tier by tier and group by group, what each rule does to whom no rule
 * singles out, and to members of large sets. What does nothing to these is left out, but for isolating.
 *
 * Plain policies do nothing but add ports to what their group allows. The text tells which group that is: so a side
 * also answers alike where only their rules single out the other end, and the ports of these come to the same.
 *
 * It is written down by what it does and not by its name: ten thousand namespaces with the same policies of their own
 * are one crowd. Only TCP, UDP and SCTP count here.
 */
#include <stdlib.h>
#include <string.h>

#include "sweep.h"

/* --- which sides ---------------------------------------------------------------------------------- */

static bool is_plain_rule(const struct pg_rule *rule)
{
    for (uint32_t i = 0; i < rule->npeers; i++)
        if (rule->peers[i].kind != PG_PEER_SELECTOR && rule->peers[i].kind != PG_PEER_IPBLOCK)
            return false;
    return rule->self == NULL && rule->maybe_field == NULL && rule->action == PG_ACTION_ALLOW;
}

static bool is_plain(const struct pg_policy *policy, int dir)
{
    if (policy->kind != PG_POLICY_NETWORK || policy->maybe_selector.present)
        return false;
    for (uint32_t r = 0; r < policy->nrules[dir]; r++)
        if (!is_plain_rule(&policy->rules[dir][r]))
            return false;
    return true;
}

void pg_odd_find(struct sweep *sweep)
{
    const struct pg_eval *eval = sweep->eval;
    uint32_t npolicies = eval->cluster->npolicies;
    for (int dir = 0; dir < 2; dir++) {
        uint8_t *plain = sweep->plain[dir] = pg_arena_array(sweep->scratch, npolicies, 1);
        for (uint32_t p = 0; p < npolicies; p++)
            plain[p] = is_plain(eval->policies[p].source, dir);
        sweep->used[dir] = pg_arena_array(sweep->scratch, npolicies, 1);
        sweep->odd[dir] = pg_arena_array(sweep->scratch, eval->first_node, 1);
        for (uint32_t c = 0; c < eval->first_node; c++) {
            const struct class_data *data = &eval->data[c];
            bool odd = data->unevaluated[dir];
            for (uint32_t i = 0; i < data->npolicies[dir] && odd_asks_rules(sweep, c, dir); i++) {
                sweep->used[dir][data->policies[dir][i]] = 1;
                odd |= plain[data->policies[dir][i]] == 0;
            }
            sweep->odd[dir][c] = odd;
            sweep->mixed |= odd;
        }
    }
}

/* --- what a rule does ----------------------------------------------------------------------------- */

/* A side as it is written down. */
struct text {
    struct sweep *sweep;
    uint32_t class;
    int dir;
    struct pg_buf side, tier, ordered; /* the tier and the ordered policies of the group at hand */
    enum match isolates;               /* the tier at hand */
    bool plain;                        /* the group at hand has plain policies */
    uint32_t nplain;                   /* groups that have */
};

static void add_number(struct pg_buf *buf, uint64_t number)
{
    pg_buf_add(buf, (const char *)&number, sizeof number);
}

static void add_ports(struct pg_buf *buf, const struct pg_port *ports, uint32_t n)
{
    add_number(buf, n);
    for (uint32_t i = 0; i < n; i++) {
        add_number(buf, ports[i].protocol);
        add_number(buf, (uint64_t)ports[i].from << 16 | ports[i].to);
        add_number(buf, ports[i].name);
    }
}

/* The ports of a rule, and where they hang on the names that the other end has, all that they hang on. */
static void set_ports(struct text *text, const struct policy *policy, const struct rule *rule,
                      struct deed *deed)
{
    struct sweep *sweep = text->sweep;
    struct pg_buf buf = {0};
    deed->ports = pg_sweep_rule_ports(sweep, policy, rule, text->class, text->dir);
    if (!rule->named || text->dir == PG_INGRESS)
        return;
    sweep->names_count = true;
    add_ports(&buf, rule->source->ports, rule->source->nports);
    add_ports(&buf, rule->source->not_ports, rule->source->nnot_ports);
    deed->named = pg_strs_put(sweep->sides, pg_buf_text(&buf), buf.n);
    pg_buf_free(&buf);
}

static enum match least(enum match a, enum match b)
{
    return a < b ? a : b;
}

/* What the rule asks of its own end and of what is not evaluated: it matches at most so, by family. */
static void set_most(const struct text *text, const struct policy *policy, const struct rule *rule,
                     enum match most[2])
{
    const struct pg_eval *eval = text->sweep->eval;
    struct ask ask = {.self = text->class,
                      .other = text->class,
                      .dir = (enum pg_dir)text->dir,
                      .near = PG_NEAR_OTHER,
                      .ignore_blocks = eval->assume.ipblock_pods_ignore};
    for (int f = 0; f < 2; f++) {
        ask.family = f == 0 ? 4 : 6;
        most[f] = rule->self != NULL ? pg_match_peer(eval, policy, rule->self, &ask) : MATCH_YES;
        if (rule->source->maybe_field != NULL)
            most[f] = least(most[f], MATCH_MAYBE);
    }
}

/* How a rule matches whom none of its sets has as a member. */
static void set_usual(const struct sweep *sweep, const struct rule *rule, const enum match most[2],
                      struct deed *deed)
{
    for (int i = 0; i < NSORTS * 2; i++) {
        enum match best = rule->source->any_peer ? MATCH_YES : MATCH_NO;
        for (uint32_t s = sweep->sets.first[rule->id]; s < sweep->sets.first[rule->id + 1]; s++) {
            uint32_t set = sweep->sets.of_rule[s];
            enum match usual = peer_set_usual(&sweep->sets.sets[set], i / 2, i % 2);
            if (sweep->large_of[set] == 0 && usual > best)
                best = usual;
        }
        deed->match[i / 2][i % 2] = (uint8_t)least(best, most[i % 2]);
    }
}

static bool does_nothing(const struct deed *deed)
{
    return deed->match[0][0] + deed->match[0][1] + deed->match[1][0] + deed->match[1][1] ==
               MATCH_NO ||
           (deed->ports == PG_PORTS_NONE && deed->named == PG_STR_NONE);
}

/* --- groups --------------------------------------------------------------------------------------- */

/* Side by side, ports under which the same is done add up. */
static void join_deed(struct sweep *sweep, struct deed deed)
{
    for (uint32_t i = 0; i < sweep->deeds.n; i++) {
        struct deed *other = &sweep->deeds.v[i], same = *other;
        same.ports = deed.ports;
        if (memcmp(&same, &deed, sizeof deed) == 0 && deed.named == PG_STR_NONE) {
            other->ports = pg_portset_union(sweep->eval->sets, other->ports, deed.ports);
            return;
        }
    }
    pg_vec_push(sweep->scratch, &sweep->deeds, deed);
}

/* In an unordered policy each end is on its own, so that it does not count which rules they come from. */
static void add_unordered(struct text *text, const struct deed *usual)
{
    for (int i = 0; i < NSORTS * 2; i++) {
        struct deed one = *usual;
        memset(one.match, 0, sizeof one.match);
        one.match[i / 2][i % 2] = usual->match[i / 2][i % 2];
        if (!does_nothing(&one))
            join_deed(text->sweep, one);
    }
}

static void add_ordered(struct text *text, const struct deed *deed)
{
    pg_buf_add(&text->ordered, (const char *)deed, sizeof *deed);
}

static void add_rule(struct text *text, const struct policy *policy, const struct rule *rule,
                     bool ordered)
{
    const struct sweep *sweep = text->sweep;
    enum match most[2];
    struct deed deed;
    bool some = false;
    memset(&deed, 0, sizeof deed); /* it is compared as bytes */
    deed.action = (uint8_t)rule->source->action;
    deed.refuses = rule->source->may_refuse;
    set_most(text, policy, rule, most);
    set_usual(sweep, rule, most, &deed);
    for (uint32_t s = sweep->sets.first[rule->id]; s < sweep->sets.first[rule->id + 1]; s++)
        some |= sweep->large_of[sweep->sets.of_rule[s]] != 0;
    for (int i = 0; i < NSORTS * 2; i++)
        some |= deed.match[i / 2][i % 2] != MATCH_NO;
    if (!some)
        return;
    set_ports(text, policy, rule, &deed);
    if (ordered)
        add_ordered(text, &deed); /* in any case: a rule begins here */
    else
        add_unordered(text, &deed);
    memset(deed.match, 0, sizeof deed.match);
    deed.match[0][0] = (uint8_t)most[0];
    deed.match[0][1] = (uint8_t)most[1];
    for (uint32_t s = sweep->sets.first[rule->id]; s < sweep->sets.first[rule->id + 1]; s++) {
        deed.large = sweep->large_of[sweep->sets.of_rule[s]];
        if (deed.large == 0 || does_nothing(&deed))
            continue;
        if (ordered)
            add_ordered(text, &deed);
        else
            join_deed(text->sweep, deed);
    }
}

static void add_entry(struct text *text, const struct entry *entry)
{
    const struct sweep *sweep = text->sweep;
    const struct pg_eval *eval = sweep->eval;
    const struct policy *policy = &eval->policies[entry->policy];
    bool doubtful = pg_cell_doubtful(eval, policy, text->class);
    bool ordered = doubtful || !entry->unordered;
    struct pg_buf *buf = &text->ordered;
    size_t before = buf->n, head;
    if (eval->tiers[entry->tier].denies && policy_isolates(policy->source, text->dir) &&
        text->isolates != MATCH_YES)
        text->isolates = doubtful ? MATCH_MAYBE : MATCH_YES;
    text->plain |= sweep->plain[text->dir][entry->policy] != 0;
    if (ordered) {
        pg_buf_putc(buf, 'p');
        pg_buf_putc(buf, doubtful ? '?' : '!');
        pg_buf_putc(buf, entry->unordered ? '+' : ',');
    }
    head = buf->n;
    for (uint32_t r = 0; r < policy->source->nrules[text->dir]; r++)
        if (entry_has(entry, &policy->source->rules[text->dir][r]))
            add_rule(text, policy, &policy->rules[text->dir][r], ordered);
    if (buf->n == head && !doubtful)
        buf->n = before; /* it says nothing of anybody here */
}

static int compare_deeds(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct deed));
}

static void end_group(struct text *text)
{
    struct sweep *sweep = text->sweep;
    if (sweep->deeds.n > 1)
        qsort(sweep->deeds.v, sweep->deeds.n, sizeof *sweep->deeds.v, compare_deeds);
    if (sweep->deeds.n > 0 || text->ordered.n > 0 || text->plain) {
        add_number(&text->tier, (uint64_t)sweep->deeds.n << 1 | text->plain);
        pg_buf_add(&text->tier, (const char *)sweep->deeds.v,
                   sweep->deeds.n * sizeof *sweep->deeds.v);
        add_number(&text->tier, text->ordered.n);
        pg_buf_add(&text->tier, pg_buf_text(&text->ordered), text->ordered.n);
    }
    sweep->deeds.n = 0;
    text->nplain += text->plain;
    text->plain = false;
    pg_buf_clear(&text->ordered);
}

static void end_tier(struct text *text)
{
    end_group(text);
    if (text->tier.n > 0 || text->isolates != MATCH_NO) {
        add_number(&text->side, text->isolates);
        add_number(&text->side, text->tier.n);
        pg_buf_add(&text->side, pg_buf_text(&text->tier), text->tier.n);
    }
    text->isolates = MATCH_NO;
    pg_buf_clear(&text->tier);
}

uint32_t pg_odd_side(struct sweep *sweep, uint32_t class, int dir, bool *sums)
{
    const struct pg_eval *eval = sweep->eval;
    const struct class_data *data = &eval->data[class];
    struct text text = {.sweep = sweep, .class = class, .dir = dir};
    const struct entry *last = NULL;
    if (!odd_asks_rules(sweep, class, dir))
        pg_buf_puts(&text.side, "unknown");
    for (uint32_t i = 0; i < data->nentries[dir] && odd_asks_rules(sweep, class, dir); i++) {
        const struct entry *entry = &eval->entries[data->entries[dir][i]];
        if (last != NULL && entry->tier != last->tier)
            end_tier(&text);
        else if (last != NULL && entry->group != last->group)
            end_group(&text);
        add_entry(&text, entry);
        last = entry;
    }
    end_tier(&text);
    *sums = text.nplain <= 1;
    pg_str number = pg_strs_put(sweep->sides, pg_buf_text(&text.side), text.side.n);
    pg_buf_free(&text.side);
    pg_buf_free(&text.tier);
    pg_buf_free(&text.ordered);
    return number;
}

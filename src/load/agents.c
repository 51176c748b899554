#include "agents.h"

#include <string.h>

#include "polgrid/cluster.h"

#define MOST_FLAGS  3
#define MOST_VALUES 3

/* A flag of a container, its values that matter, and what each tells. */
struct flag {
    const char *name; /* without dashes; NULL: no more */
    const char *values[MOST_VALUES];
    unsigned marks[MOST_VALUES];
    unsigned absent; /* what it tells that the flag is not among the arguments */
    bool truth;      /* alone it means the first of its values, and no word of its own follows it */
};

#define TRUTH(name, yes, no, absent)                                \
    {                                                               \
        name, {"true", "false", NULL}, {yes, no, 0}, (absent), true \
    }
#define WORD(name, a, b, c, a_marks, b_marks, c_marks)         \
    {                                                          \
        name, {a, b, c}, {a_marks, b_marks, c_marks}, 0, false \
    }

static const struct agent {
    const char *container;
    unsigned marks; /* what it tells that the container is there */
    bool decided;   /* its arguments say whether it enforces */
    struct flag flags[MOST_FLAGS];
} AGENTS[] = {
    {"kube-network-policies",
     PG_AGENT_ENFORCES,
     false,
     {TRUTH("admin-network-policy", PG_AGENT_ADMIN, PG_AGENT_NO_ADMIN, PG_AGENT_NO_ADMIN),
      TRUTH("baseline-admin-network-policy", PG_AGENT_BASELINE, PG_AGENT_NO_BASELINE,
            PG_AGENT_NO_BASELINE)}},
    {"weave-npc", PG_AGENT_ENFORCES, false, {{0}}},
    {"aws-eks-nodeagent",
     0,
     true,
     {TRUTH("enable-network-policy", PG_AGENT_ON, PG_AGENT_OFF, PG_AGENT_OFF)}},
    {"aws-network-policy-agent",
     0,
     true,
     {TRUTH("enable-network-policy", PG_AGENT_ON, PG_AGENT_OFF, PG_AGENT_OFF)}},
    {"kube-router", 0, true, {TRUTH("run-firewall", PG_AGENT_ON, PG_AGENT_OFF, PG_AGENT_ON)}},
    /* What its ConfigMap says is not read: that a flag is not there tells nothing. */
    {"cilium-agent",
     0,
     false,
     {WORD("enable-policy", "default", "always", "never", 0, PG_AGENT_ALWAYS, PG_AGENT_OFF),
      TRUTH("enable-k8s-networkpolicy", 0, PG_AGENT_NO_K8S, 0),
      WORD("allow-localhost", "auto", "always", "policy", 0, 0, PG_AGENT_LOCALHOST)}},
};

#define NAGENTS (sizeof AGENTS / sizeof *AGENTS)

/* What was found of a flag: the last that is given counts, as in the programs. */
enum { GIVEN_NOT, GIVEN_ODD, GIVEN }; /* GIVEN + i: value i */

struct reading {
    const struct agent *agent;
    bool any; /* there are arguments at all */
    unsigned given[MOST_FLAGS];
    uint32_t follows; /* the flag whose value the next word is, else MOST_FLAGS */
};

bool pg_agents_live_in(const char *ns)
{
    static const char *const namespaces[] = {"kube-system", "kube-flannel", "calico-system",
                                             "cilium"};

    for (size_t i = 0; i < sizeof namespaces / sizeof *namespaces; i++)
        if (strcmp(ns, namespaces[i]) == 0)
            return true;
    return false;
}

static const struct agent *find_agent(const struct pg_tree *container)
{
    const char *name = pg_tree_string(pg_tree_get(container, "name"));

    for (size_t i = 0; name && i < NAGENTS; i++)
        if (strcmp(AGENTS[i].container, name) == 0)
            return &AGENTS[i];
    return NULL;
}

/* As Go reads a truth: strconv.ParseBool. NULL where it refuses. */
static const char *truth_of(const char *text)
{
    static const char *const words[] = {"1", "t", "T", "true",  "TRUE",  "True",
                                        "0", "f", "F", "false", "FALSE", "False"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(text, words[i]) == 0)
            return i < 6 ? "true" : "false";
    return NULL;
}

static unsigned value_of(const struct flag *flag, const char *text)
{
    text = flag->truth ? truth_of(text) : text;
    for (unsigned i = 0; text && i < MOST_VALUES && flag->values[i]; i++)
        if (strcmp(flag->values[i], text) == 0)
            return GIVEN + i;
    return GIVEN_ODD;
}

/* A word that names the flag in a way that is not understood, a line for a shell say, may set it. */
static void take_flag(struct reading *reading, uint32_t i, const char *word)
{
    const struct flag *flag = &reading->agent->flags[i];
    const char *at = strstr(word, flag->name);
    size_t dashes = strspn(word, "-");

    if (!at)
        return;
    if (at != word + dashes || dashes < 1 || dashes > 2) {
        /* Of a longer flag that ends in this name nothing is said. */
        bool longer = dashes > 0 && dashes < 3 && at > word + dashes && at[-1] == '-' &&
                      !strpbrk(word, " \t\n;");
        reading->given[i] = longer ? reading->given[i] : GIVEN_ODD;
        return;
    }
    at += strlen(flag->name);
    if (*at == '=')
        reading->given[i] = value_of(flag, at + 1);
    else if (*at == '\0' && flag->truth)
        reading->given[i] = GIVEN;
    else if (*at == '\0')
        reading->follows = i;
    else if (*at != '-') /* a longer flag goes on with a dash */
        reading->given[i] = GIVEN_ODD;
}

static void take_word(struct reading *reading, const char *word)
{
    uint32_t follows = reading->follows;

    reading->follows = MOST_FLAGS;
    if (follows < MOST_FLAGS) {
        reading->given[follows] = value_of(&reading->agent->flags[follows], word);
        return;
    }
    for (uint32_t i = 0; i < MOST_FLAGS && reading->agent->flags[i].name; i++)
        take_flag(reading, i, word);
}

static void take_words(struct reading *reading, const struct pg_tree *list)
{
    if (!list || list->kind != PG_TREE_SEQ)
        return;
    reading->any = true;
    for (uint32_t i = 0; i < list->n; i++)
        if (list->items[i]->kind == PG_TREE_SCALAR)
            take_word(reading, list->items[i]->text);
}

static struct reading read_args(const struct pg_tree *container)
{
    struct reading reading = {.agent = find_agent(container), .follows = MOST_FLAGS};

    if (!reading.agent)
        return reading;
    take_words(&reading, pg_tree_get(container, "command"));
    take_words(&reading, pg_tree_get(container, "args"));
    if (reading.follows < MOST_FLAGS) /* its value is missing */
        reading.given[reading.follows] = GIVEN_ODD;
    return reading;
}

unsigned pg_agent_marks(const struct pg_tree *container)
{
    struct reading reading = read_args(container);
    unsigned marks;

    if (!reading.agent)
        return 0;
    marks = reading.agent->marks;
    if (!reading.any) /* nor does a snapshot have any that was taken before they were kept */
        return marks | (reading.agent->decided ? PG_AGENT_ODD : 0u);
    for (uint32_t i = 0; i < MOST_FLAGS && reading.agent->flags[i].name; i++) {
        const struct flag *flag = &reading.agent->flags[i];
        if (reading.given[i] == GIVEN_NOT)
            marks |= flag->absent;
        else
            marks |= reading.given[i] == GIVEN_ODD ? (unsigned)PG_AGENT_ODD
                                                   : flag->marks[reading.given[i] - GIVEN];
    }
    return marks;
}

bool pg_agent_print_args(struct pg_buf *out, const struct pg_tree *container)
{
    struct reading reading = read_args(container);
    bool some = false;

    if (!reading.agent || !reading.any)
        return false;
    pg_buf_putc(out, '[');
    for (uint32_t i = 0; i < MOST_FLAGS && reading.agent->flags[i].name; i++) {
        const struct flag *flag = &reading.agent->flags[i];
        if (reading.given[i] == GIVEN_NOT)
            continue;
        pg_buf_printf(out, "%s\"--%s=%s\"", some ? "," : "", flag->name,
                      reading.given[i] == GIVEN_ODD ? "?" : flag->values[reading.given[i] - GIVEN]);
        some = true;
    }
    pg_buf_putc(out, ']');
    return true;
}

/* Calico's policies, staged ones too (semantics 14). What the API server would refuse is refused here; a
   selector that can't be read makes the policy unevaluated instead (14.6). */
#include <math.h>
#include <string.h>

#include "calico.h"

/* --- words --------------------------------------------------------------------------------------- */

/* semantics 14.3: without `types` it depends on which rules there are. */
static void default_types(struct pg_calico_policy *policy)
{
    bool *has_type = policy->raw.policy.has_type;

    has_type[PG_EGRESS] = policy->nrules[PG_EGRESS] > 0;
    has_type[PG_INGRESS] = policy->nrules[PG_INGRESS] > 0 || !has_type[PG_EGRESS];
}

static void read_types(struct pg_decode *decode, const struct pg_at *list,
                       struct pg_calico_policy *policy)
{
    uint32_t n = pg_at_items(list);
    bool *has_type = policy->raw.policy.has_type;

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(list, i);
        const char *text = pg_at_text(&at);
        bool egress = text && strcmp(text, "Egress") == 0;
        if (!text)
            continue;
        if (!egress && strcmp(text, "Ingress") != 0)
            pg_decode_say(decode, PG_CODE_CAL_WORD, &at,
                          "types takes Ingress and Egress, with a capital; found \"%.60s\"", text);
        else if (has_type[egress ? PG_EGRESS : PG_INGRESS])
            pg_decode_say(decode, PG_CODE_CAL_WORD, &at, "%s stands here twice", text);
        else
            has_type[egress ? PG_EGRESS : PG_INGRESS] = true;
    }
    if (n == 0)
        default_types(policy);
}

static void warn_unused(struct pg_decode *decode, const struct pg_at *rules, enum pg_dir dir,
                        const struct pg_calico_policy *policy)
{
    const char *type = dir == PG_INGRESS ? "Ingress" : "Egress";

    if (policy->nrules[dir] > 0 && !policy->raw.policy.has_type[dir] && !decode->rejected)
        pg_decode_say(
            decode, PG_CODE_CAL_RULES_UNUSED, rules,
            "types leaves %s out, so these rules do nothing; add %s to it or take them away", type,
            type);
}

/* --- host endpoints ------------------------------------------------------------------------------ */

/* The fields for which a policy is one of host endpoints (semantics 14.16), and what goes together. */
static void read_host_fields(struct pg_decode *decode, const struct pg_at *spec,
                             struct pg_calico_policy *policy)
{
    static const char *const names[] = {"applyOnForward", "preDNAT", "doNotTrack"};
    bool given[3];

    for (int i = 0; i < 3; i++) {
        struct pg_at at = pg_at_get(spec, names[i]);
        given[i] = pg_at_true(&at);
        if (given[i])
            policy->hosts_only = pg_calico_path(decode, &at);
    }
    struct pg_at forward = pg_at_get(spec, names[0]), before = pg_at_get(spec, names[1]);
    struct pg_at egress = pg_at_get(spec, "egress");
    if ((given[1] || given[2]) && !given[0])
        pg_decode_say(decode, PG_CODE_CAL_MIX, &forward,
                      "preDNAT and doNotTrack need applyOnForward: true");
    if (given[1] && given[2])
        pg_decode_say(decode, PG_CODE_CAL_MIX, &before, "preDNAT and doNotTrack can't both be true");
    if (given[1] && policy->raw.policy.has_type[PG_EGRESS])
        pg_decode_say(decode, PG_CODE_CAL_MIX, pg_at_items(&egress) > 0 ? &egress : &before,
                      "a preDNAT policy has a say in ingress only");
}

/* --- policies ------------------------------------------------------------------------------------ */

struct pg_calico *pg_calico_of(struct pg_loader *loader)
{
    if (!loader->calico)
        loader->calico = pg_arena_alloc(loader->work, sizeof *loader->calico);
    return loader->calico;
}

const char *pg_calico_path(const struct pg_decode *decode, const struct pg_at *at)
{
    struct pg_buf path = {0};
    const char *kept;

    pg_at_path(&path, at);
    kept = pg_arena_strdup(decode->loader->cluster->arena, pg_buf_text(&path));
    pg_buf_free(&path);
    return kept;
}

static void read_spec(struct pg_decode *decode, const struct pg_at *spec,
                      struct pg_calico_policy *policy)
{
    struct pg_at ingress = pg_at_get(spec, "ingress"), egress = pg_at_get(spec, "egress");
    struct pg_at types = pg_at_get(spec, "types"), order = pg_at_get(spec, "order");
    const char **broken = &policy->broken;

    policy->raw.policy.order = INFINITY;
    pg_calico_read_number(decode, &order, &policy->raw.policy.order);
    policy->tier = pg_decode_field(decode, spec, "tier");
    if (!policy->tier)
        policy->tier = pg_decode_str(decode, "default");
    policy->selector =
        pg_calico_read_selector(decode, spec, "selector", PG_CALICO_OF_ENDPOINTS, broken);
    policy->namespaces =
        pg_calico_read_selector(decode, spec, "namespaceSelector", PG_CALICO_OF_NAMESPACES, broken);
    policy->accounts = pg_calico_read_selector(decode, spec, "serviceAccountSelector",
                                               PG_CALICO_OF_ENDPOINTS, broken);
    policy->rules[PG_INGRESS] =
        pg_calico_read_rules(decode, &ingress, PG_INGRESS, broken, &policy->nrules[PG_INGRESS]);
    policy->rules[PG_EGRESS] =
        pg_calico_read_rules(decode, &egress, PG_EGRESS, broken, &policy->nrules[PG_EGRESS]);
    read_types(decode, &types, policy);
    warn_unused(decode, &ingress, PG_INGRESS, policy);
    warn_unused(decode, &egress, PG_EGRESS, policy);
    read_host_fields(decode, spec, policy);
}

static void add_policy(struct pg_decode *decode, const struct pg_at *object,
                       struct pg_calico_policy *policy)
{
    struct pg_loader *loader = decode->loader;
    struct pg_raw_policy *raw = &policy->raw;

    if (decode->rejected)
        return;
    raw->id = pg_decode_id(decode, object);
    raw->id.group = pg_decode_str(decode, PG_CALICO_GROUP);
    raw->id.kind = pg_decode_str(decode, decode->kind_name);
    raw->policy.kind = PG_POLICY_CALICO;
    raw->policy.loc = raw->id.loc;
    raw->policy.end = pg_decode_end(decode, object);
    pg_vec_push(loader->work, &pg_calico_of(loader)->policies, *policy);
    loader->progress.policies++;
}

/* semantics 14.15. Its rules were checked and are forgotten: they must not even tell pods apart. */
static void read_staged(struct pg_decode *decode, const struct pg_at *spec,
                        struct pg_calico_policy *policy)
{
    static const char *const actions[] = {"Set", "Delete", "Learn", "Ignore"};
    struct pg_at at = pg_at_get(spec, "stagedAction");
    const char *text = pg_at_string(&at);
    bool known = !text || !*text;

    for (size_t i = 0; text && i < sizeof actions / sizeof *actions; i++)
        known = known || strcmp(text, actions[i]) == 0;
    if (!known)
        pg_decode_say(decode, PG_CODE_CAL_WORD, &at,
                      "stagedAction is Set, Delete, Learn or Ignore; found \"%.60s\"", text);
    policy->raw.policy.staged = true;
    for (int dir = 0; dir < 2; dir++) {
        policy->raw.policy.has_type[dir] = false;
        policy->nrules[dir] = 0;
    }
    if (!decode->rejected)
        pg_decode_say(decode, PG_CODE_CAL_STAGED, NULL,
                      "a staged policy is not enforced: it is listed, and changes no answer");
}

void pg_decode_calico_policy(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at metadata = pg_at_get(object, "metadata"), labels = pg_at_get(&metadata, "labels");
    struct pg_at spec = pg_at_get(object, "spec");
    struct pg_calico_policy policy = {0};

    pg_decode_labels(decode, &labels);
    read_spec(decode, &spec, &policy);
    if (strncmp(decode->kind_name, "Staged", strlen("Staged")) == 0)
        read_staged(decode, &spec, &policy);
    add_policy(decode, object, &policy);
}

void pg_decode_calico_staged_kubernetes(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at metadata = pg_at_get(object, "metadata"), labels = pg_at_get(&metadata, "labels");
    struct pg_at spec = pg_at_get(object, "spec"), selector = pg_at_get(&spec, "podSelector");
    struct pg_calico_policy policy = {.tier = pg_decode_str(decode, "default")};

    pg_decode_labels(decode, &labels);
    policy.raw.policy.pod_selector = pg_decode_selector(decode, &selector);
    read_staged(decode, &spec, &policy);
    add_policy(decode, object, &policy);
}

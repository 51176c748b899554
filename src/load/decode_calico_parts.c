/* What Calico's policies are made of and speak of: selectors, blocks, numbers; tiers, network sets, host
   endpoints, service accounts. */
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "calico.h"
#include "polgrid/addr.h"
#include "scalar.h"
#include "syntax.h"

static struct pg_arena *arena(const struct pg_decode *decode)
{
    return decode->loader->cluster->arena;
}

/* --- selectors ----------------------------------------------------------------------------------- */

struct pg_calico_selector *pg_calico_read_selector(struct pg_decode *decode, const struct pg_at *up,
                                                   const char *key, enum pg_calico_of of,
                                                   const char **broken)
{
    struct pg_at at = pg_at_get(up, key);
    const char *text = pg_at_string(&at);
    struct pg_calico_reader reader = {.arena = arena(decode),
                                      .strs = decode->loader->cluster->strs,
                                      .allow_global = of == PG_CALICO_OF_RULE_NAMESPACES,
                                      .loc = pg_decode_loc(decode, &at)};
    struct pg_calico_selector *selector;
    struct pg_calico_fault fault;

    if (!text || !*text)
        return NULL;
    if (of != PG_CALICO_OF_ENDPOINTS)
        reader.name_key = pg_decode_str(decode, PG_NAME_LABEL);
    selector = pg_arena_alloc(arena(decode), sizeof *selector);
    if (pg_calico_selector_read(&reader, text, selector, &fault)) {
        pg_vec_push(decode->loader->work, &pg_calico_of(decode->loader)->selectors, selector);
        return selector;
    }
    if (!*broken)
        *broken = pg_calico_path(decode, &at);
    pg_decode_say(decode, PG_CODE_CAL_SELECTOR, &at, "column %u of the selector: %s", fault.column,
                  fault.message);
    return NULL;
}

/* --- blocks -------------------------------------------------------------------------------------- */

/* An address is a block of its own (semantics 14.9). */
static bool read_net(const char *text, struct pg_cidr *cidr, unsigned *odd)
{
    struct pg_addr addr;

    if (pg_cidr_parse(text, cidr, odd))
        return true;
    if (!pg_addr_parse(text, &addr, odd))
        return false;
    *cidr = (struct pg_cidr){addr, addr.family == 6 ? 128 : 32};
    return true;
}

static void warn_odd(struct pg_decode *decode, const struct pg_at *at, const char *text,
                     struct pg_cidr cidr)
{
    struct pg_buf plain = {0};

    pg_cidr_print(&plain, cidr);
    pg_decode_say(decode, PG_CODE_CAL_NET_ODD, at,
                  "%.60s is read as %s; Calico's API server refuses what is written otherwise",
                  text, pg_buf_text(&plain));
    pg_buf_free(&plain);
}

const struct pg_calico_net *pg_calico_read_nets(struct pg_decode *decode, const struct pg_at *list,
                                                uint32_t *n)
{
    struct pg_calico_net *nets = pg_arena_array(arena(decode), pg_at_items(list), sizeof *nets);

    *n = 0;
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        const char *text = pg_at_text(&at);
        unsigned odd = 0;
        if (!text)
            continue;
        if (!read_net(text, &nets[*n].cidr, &odd)) {
            pg_decode_say(decode, PG_CODE_CAL_NET, &at,
                          "\"%.60s\" is neither an address nor a block", text);
            continue;
        }
        if (odd & PG_ADDR_HOST_BITS)
            warn_odd(decode, &at, text, nets[*n].cidr);
        nets[*n].field = pg_calico_path(decode, &at);
        nets[*n].index = i;
        nets[(*n)++].loc = pg_decode_loc(decode, &at);
    }
    return nets;
}

/* --- numbers ------------------------------------------------------------------------------------- */

/* number * 10^exponent, in one step: 15 tenths are exactly 1.5, and not 15 times what 0.1 is in binary. */
static double scale(double number, int exponent)
{
    double power = 1;

    for (int i = exponent < 0 ? -exponent : exponent; i > 0; i--)
        power *= 10;
    return exponent < 0 ? number / power : number * power;
}

/* The exponent behind an e; the text goes on behind it. */
static int read_exponent(const char **text)
{
    bool minus = **text == '-';
    int exponent = 0;

    for (*text += minus || **text == '+'; **text >= '0' && **text <= '9'; (*text)++)
        if (exponent < 1000)
            exponent = exponent * 10 + (**text - '0');
    return minus ? -exponent : exponent;
}

/* A decimal number, without the C library's locale: 12, -0.5, 1e3, 1_000.5. */
static bool decimal(const char *text, double *out)
{
    double number = 0;
    bool negative = *text == '-', point = false, any = false;
    int exponent = 0, shift = 0;

    for (text += *text == '-' || *text == '+'; *text && *text != 'e' && *text != 'E'; text++) {
        if (*text == '.' && !point) {
            point = true;
        } else if (*text >= '0' && *text <= '9') {
            number = number * 10 + (*text - '0');
            shift += point;
            any = true;
        } else if (*text != '_') {
            return false;
        }
    }
    if (*text) {
        text++;
        exponent = read_exponent(&text);
    }
    number = scale(number, exponent - shift);
    *out = negative ? -number : number;
    return any && !*text && isfinite(*out);
}

bool pg_calico_read_number(struct pg_decode *decode, const struct pg_at *at, double *number)
{
    int64_t whole;
    double value;

    if (!at->node || at->node->kind != PG_TREE_SCALAR || !at->node->plain)
        return false;
    if (pg_at_number(at, &whole)) {
        *number = (double)whole;
        return true;
    }
    if (pg_scalar_resolve(at->node->text, at->node->n).type != PG_SCALAR_NUMBER) /* reported */
        return false;
    if (!decimal(at->node->text, &value)) {
        pg_decode_say(decode, PG_CODE_CAL_NUMBER, at, "%.60s is no number that JSON has",
                      at->node->text);
        return false;
    }
    *number = value;
    return true;
}

/* --- tiers --------------------------------------------------------------------------------------- */

bool pg_calico_builtin_tier(const char *name, double *order, bool *pass)
{
    static const struct {
        const char *name;
        double order;
        bool pass;
    } tiers[] = {
        {"kube-admin", 1000, true},
        {"default", 1000000, false},
        {"kube-baseline", 10000000, true},
    };

    for (size_t i = 0; i < sizeof tiers / sizeof *tiers; i++)
        if (strcmp(name, tiers[i].name) == 0) {
            *order = tiers[i].order;
            *pass = tiers[i].pass;
            return true;
        }
    return false;
}

/* What a built-in tier is can't be changed. */
static void check_builtin(struct pg_decode *decode, const struct pg_at *spec,
                          const struct pg_calico_tier *tier, const char *name)
{
    struct pg_at order_at = pg_at_get(spec, "order"), action = pg_at_get(spec, "defaultAction");
    double order;
    bool pass;

    if (!pg_calico_builtin_tier(name, &order, &pass))
        return;
    if (order < tier->order || order > tier->order)
        pg_decode_say(decode, PG_CODE_CAL_TIER, &order_at, "the order of the tier %s is %.0f", name,
                      order);
    if (tier->pass != pass)
        pg_decode_say(decode, PG_CODE_CAL_TIER, &action, "the defaultAction of the tier %s is %s",
                      name, pass ? "Pass" : "Deny");
}

void pg_decode_calico_tier(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec"), order = pg_at_get(&spec, "order");
    struct pg_at action = pg_at_get(&spec, "defaultAction");
    const char *text = pg_at_string(&action);
    struct pg_calico_tier tier = {.order = INFINITY};

    pg_calico_read_number(decode, &order, &tier.order);
    tier.pass = text && strcmp(text, "Pass") == 0;
    if (text && *text && !tier.pass && strcmp(text, "Deny") != 0)
        pg_decode_say(decode, PG_CODE_CAL_WORD, &action,
                      "defaultAction is Pass or Deny, with a capital; found \"%.60s\"", text);
    if (decode->name)
        check_builtin(decode, &spec, &tier, pg_cluster_text(decode->loader->cluster, decode->name));
    if (decode->rejected)
        return;
    tier.id = pg_decode_id(decode, object);
    pg_vec_push(decode->loader->work, &pg_calico_of(decode->loader)->tiers, tier);
}

/* --- network sets and host endpoints --------------------------------------------------------------- */

static struct pg_labels read_labels(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at metadata = pg_at_get(object, "metadata"), labels = pg_at_get(&metadata, "labels");

    return pg_decode_labels(decode, &labels);
}

/* `labels` with one more, which replaces one of that key. */
static struct pg_labels with_label(struct pg_decode *decode, struct pg_labels labels,
                                   const char *key, pg_str value)
{
    struct pg_label *copy = pg_arena_array(arena(decode), (size_t)labels.n + 1, sizeof *copy);
    struct pg_label label = {pg_decode_str(decode, key), value};
    uint32_t n = 0;

    for (uint32_t i = 0; i < labels.n; i++)
        if (labels.v[i].key != label.key)
            copy[n++] = labels.v[i];
    copy[n++] = label;
    return pg_decode_sort_labels(copy, n);
}

/* The labels in there, NULL where there are none; *metadata must be released. */
static json_t *stored_labels(struct pg_decode *decode, const struct pg_at *object, json_t **metadata)
{
    struct pg_at own = pg_at_get(object, "metadata"), notes = pg_at_get(&own, "annotations");
    struct pg_at note = pg_at_get(&notes, PG_CALICO_METADATA_NOTE);
    const char *text = pg_at_string(&note);

    *metadata = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    if (text && !*metadata)
        pg_decode_say(decode, PG_CODE_CAL_METADATA, &note,
                      "no JSON: the labels that are stored in it are not known");
    return json_object_get(*metadata, "labels");
}

/* The labels of an object, however it was read. */
static struct pg_labels all_labels(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_labels own = read_labels(decode, object), all = own;
    json_t *metadata, *stored = stored_labels(decode, object, &metadata), *value;
    struct pg_label *labels;
    const char *key;
    uint32_t n = own.n;

    if (json_object_size(stored) > 0) {
        labels = pg_arena_array(arena(decode), json_object_size(stored) + own.n, sizeof *labels);
        if (own.n)
            memcpy(labels, own.v, own.n * sizeof *labels);
        json_object_foreach(stored, key, value)
        {
            pg_str known = pg_decode_str(decode, key);
            if (json_is_string(value) && !pg_labels_get(own, known))
                labels[n++] =
                    (struct pg_label){known, pg_decode_str(decode, json_string_value(value))};
        }
        all = pg_decode_sort_labels(labels, n);
    }
    json_decref(metadata);
    return all;
}

static void add_set(struct pg_decode *decode, const struct pg_at *object, struct pg_calico_set *set)
{
    if (decode->rejected)
        return;
    set->id = pg_decode_id(decode, object);
    set->id.kind = pg_decode_str(decode, decode->kind_name);
    set->id.group = pg_decode_str(decode, PG_CALICO_GROUP);
    pg_vec_push(decode->loader->work, &pg_calico_of(decode->loader)->sets, *set);
}

/* semantics 14.13 */
void pg_decode_calico_set(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec"), nets = pg_at_get(&spec, "nets");
    struct pg_calico_set set = {.labels = all_labels(decode, object)};

    set.nets = pg_calico_read_nets(decode, &nets, &set.nnets);
    if (decode->ns)
        set.labels = with_label(decode, set.labels, PG_CALICO_NAMESPACE, decode->ns);
    add_set(decode, object, &set);
}

/* Whether a host endpoint has the profile that lets through what no policy denies. */
static bool has_open_profile(const struct pg_at *list)
{
    for (uint32_t i = 0; i < pg_at_items(list); i++) {
        struct pg_at at = pg_at_item(list, i);
        const char *text = pg_at_text(&at);
        if (text && strcmp(text, "projectcalico-default-allow") == 0)
            return true;
    }
    return false;
}

/* semantics 14.16 */
void pg_decode_calico_host(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec"), addrs = pg_at_get(&spec, "expectedIPs");
    struct pg_at profiles = pg_at_get(&spec, "profiles"), node = pg_at_get(&spec, "node");
    struct pg_calico_set set = {.labels = all_labels(decode, object)};

    set.nets = pg_calico_read_nets(decode, &addrs, &set.nnets);
    set.node = pg_decode_field(decode, &spec, "node");
    set.is_open = has_open_profile(&profiles);
    if (!set.node && (!node.node || pg_at_string(&node)))
        pg_decode_say(decode, PG_CODE_CAL_MIX, &node, "a HostEndpoint needs the name of its node");
    if (pg_at_items(&addrs) == 0 && !pg_decode_field(decode, &spec, "interfaceName"))
        pg_decode_say(decode, PG_CODE_CAL_MIX, &spec,
                      "a HostEndpoint needs interfaceName or expectedIPs");
    add_set(decode, object, &set);
}

/* --- service accounts ---------------------------------------------------------------------------- */

void pg_decode_service_account(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_calico_account account = {.labels = read_labels(decode, object)};

    if (decode->rejected)
        return;
    account.id = pg_decode_id(decode, object);
    account.labels = with_label(decode, account.labels, PG_CALICO_NAME, decode->name);
    pg_vec_push(decode->loader->work, &pg_calico_of(decode->loader)->accounts, account);
}

/* Label selectors (semantics 6), as NetworkPolicy and its relatives write them. */
#include <string.h>

#include "cilium.h"
#include "decode.h"
#include "syntax.h"

static void check_key(struct pg_decode *decode, const struct pg_at *at, const char *key)
{
    bool valid =
        decode->kind->flags & PG_KIND_SOURCES ? pg_cilium_key(key) : pg_syntax_label_key(key);

    if (!valid)
        pg_decode_say(decode, PG_CODE_NP_SEL_KEY, at,
                      "label key \"%.100s\" is not valid; a key is [prefix/]name, the name of at "
                      "most 63 letters, digits, - _ or .",
                      key);
}

static void check_value(struct pg_decode *decode, const struct pg_at *at, const char *value)
{
    if (!pg_syntax_label_value(value))
        pg_decode_say(
            decode, PG_CODE_NP_SEL_VALUE, at,
            "label value \"%.100s\" is not valid; a value has at most 63 letters, digits, "
            "- _ or ., and begins and ends with a letter or digit",
            value);
}

/* A matchLabels pair is an In with one value. */
static bool read_pair(struct pg_decode *decode, const struct pg_at *labels, uint32_t i,
                      struct pg_req *req)
{
    struct pg_at at = pg_at_entry(labels, i), place = *labels;
    const char *value = pg_at_text(&at);
    pg_str *values;

    if (labels->node->entries[i].lost || !value)
        return false;
    if (!at.node && !(decode->kind->flags & PG_KIND_NETPOL)) /* the API server prunes it in a CRD */
        return false;
    place.raw = at.raw;
    check_key(decode, &place, at.key);
    check_value(decode, &place, value);
    values = pg_arena_alloc(decode->loader->cluster->arena, sizeof *values);
    *values = pg_decode_str(decode, value);
    *req = (struct pg_req){.key = pg_decode_str(decode, at.key),
                           .op = PG_OP_IN,
                           .values = values,
                           .nvalues = 1,
                           .loc = pg_tell_loc(decode->loader, labels->node->entries[i].mark)};
    return true;
}

static bool read_operator(struct pg_decode *decode, const struct pg_at *expression, enum pg_op *op)
{
    static const char *const names[] = {
        [PG_OP_IN] = "In",
        [PG_OP_NOT_IN] = "NotIn",
        [PG_OP_EXISTS] = "Exists",
        [PG_OP_DOES_NOT_EXIST] = "DoesNotExist",
    };
    struct pg_at at = pg_at_get(expression, "operator");
    const char *text = pg_at_string(&at);

    for (size_t i = 0; text && i < sizeof names / sizeof *names; i++)
        if (strcmp(text, names[i]) == 0) {
            *op = (enum pg_op)i;
            return true;
        }
    if (!at.node || text) /* else its type was reported */
        pg_decode_say(decode, PG_CODE_NP_SEL_OP, &at,
                      "unknown operator \"%.60s\"; write In, NotIn, Exists or DoesNotExist, in "
                      "these letters",
                      text ? text : "");
    return false;
}

static void read_values(struct pg_decode *decode, const struct pg_at *list, struct pg_req *req)
{
    uint32_t n = pg_at_items(list);
    pg_str *values = pg_arena_array(decode->loader->cluster->arena, n, sizeof *values);

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(list, i);
        const char *value = pg_at_text(&at);
        if (!value)
            continue;
        check_value(decode, &at, value);
        values[req->nvalues++] = pg_decode_str(decode, value);
    }
    req->values = values;
}

static void read_expression(struct pg_decode *decode, const struct pg_at *at, struct pg_req *req)
{
    struct pg_at key = pg_at_get(at, "key"), list = pg_at_get(at, "values");
    const char *text = pg_at_string(&key);
    bool many = list.node && list.node->kind != PG_TREE_SEQ; /* reported as such */
    bool takes_values;

    *req = (struct pg_req){.loc = pg_decode_loc(decode, at)};
    if (!key.node || text)
        check_key(decode, &key, text ? text : "");
    req->key = pg_decode_str(decode, text ? text : "");
    read_values(decode, &list, req);
    if (!read_operator(decode, at, &req->op) || many)
        return;
    takes_values = req->op == PG_OP_IN || req->op == PG_OP_NOT_IN;
    if (takes_values && pg_at_items(&list) == 0)
        pg_decode_say(decode, PG_CODE_NP_SEL_NOVAL, &list, "In and NotIn need at least one value");
    if (!takes_values && pg_at_items(&list) > 0)
        pg_decode_say(decode, PG_CODE_NP_SEL_VAL, &list, "Exists and DoesNotExist take no values");
}

struct pg_selector pg_decode_selector(struct pg_decode *decode, const struct pg_at *at)
{
    struct pg_at labels = pg_at_get(at, "matchLabels");
    struct pg_at expressions = pg_at_get(at, "matchExpressions");
    uint32_t pairs = pg_at_entries(&labels), others = pg_at_items(&expressions);
    struct pg_selector selector = {.present = at->node != NULL, .loc = pg_decode_loc(decode, at)};
    struct pg_req *reqs;

    if (pairs + others == 0)
        return selector;
    reqs = pg_arena_array(decode->loader->cluster->arena, (size_t)pairs + others, sizeof *reqs);
    for (uint32_t i = 0; i < pairs; i++)
        selector.nreqs += read_pair(decode, &labels, i, &reqs[selector.nreqs]);
    for (uint32_t i = 0; i < others; i++) {
        struct pg_at item = pg_at_item(&expressions, i);
        read_expression(decode, &item, &reqs[selector.nreqs++]);
    }
    selector.reqs = reqs;
    return selector;
}

/* Labels and label selectors (cluster.h). Semantics 6. */
#include <string.h>

#include "polgrid/cluster.h"
#include "polgrid/text.h"

/* Up to this many labels, looking at each is faster than halving. */
#define LINEAR_MAX 8

pg_str pg_labels_get(struct pg_labels labels, pg_str key)
{
    uint32_t lo = 0, n = labels.n;

    while (n > LINEAR_MAX) {
        uint32_t half = n / 2;
        if (labels.v[lo + half].key <= key) {
            lo += half;
            n -= half;
        } else {
            n = half;
        }
    }
    for (uint32_t i = lo; i < lo + n; i++) {
        if (labels.v[i].key == key)
            return labels.v[i].value;
    }
    return PG_STR_NONE;
}

bool pg_labels_contain(struct pg_labels labels, struct pg_labels wanted)
{
    for (uint32_t i = 0; i < wanted.n; i++) {
        if (pg_labels_get(labels, wanted.v[i].key) != wanted.v[i].value)
            return false;
    }
    return true;
}

static bool listed(const struct pg_req *req, pg_str value)
{
    for (uint32_t i = 0; i < req->nvalues; i++) {
        if (req->values[i] == value)
            return true;
    }
    return false;
}

/* A missing key is PG_STR_NONE, which no list of values holds: so NotIn holds for it (semantics 6.3),
   and In "" does not (6.7). */
static bool holds(const struct pg_req *req, struct pg_labels labels)
{
    pg_str value = pg_labels_get(labels, req->key);

    switch (req->op) {
    case PG_OP_IN: return value != PG_STR_NONE && listed(req, value);
    case PG_OP_NOT_IN: return value == PG_STR_NONE || !listed(req, value);
    case PG_OP_EXISTS: return value != PG_STR_NONE;
    case PG_OP_DOES_NOT_EXIST: return value == PG_STR_NONE;
    }
    return false;
}

static bool expr_holds(const struct pg_expr *expr, struct pg_labels labels)
{
    switch (expr->kind) {
    case PG_EXPR_ALL: return true;
    case PG_EXPR_REQ: return holds(&expr->req, labels);
    case PG_EXPR_NOT: return !expr_holds(expr->left, labels);
    case PG_EXPR_AND: return expr_holds(expr->left, labels) && expr_holds(expr->right, labels);
    case PG_EXPR_OR: return expr_holds(expr->left, labels) || expr_holds(expr->right, labels);
    }
    return false;
}

bool pg_selector_matches(const struct pg_selector *selector, struct pg_labels labels)
{
    if (!selector)
        return true;
    for (uint32_t i = 0; i < selector->nreqs; i++) {
        if (!holds(&selector->reqs[i], labels))
            return false;
    }
    return selector->expr == NULL || expr_holds(selector->expr, labels);
}

static void print_str(struct pg_buf *out, const struct pg_cluster *cluster, pg_str str)
{
    const char *text = pg_cluster_text(cluster, str);

    pg_text_clean(out, text, strlen(text));
}

static void print_values(struct pg_buf *out, const struct pg_cluster *cluster,
                         const struct pg_req *req)
{
    for (uint32_t i = 0; i < req->nvalues; i++) {
        pg_buf_putc(out, i ? ',' : '(');
        print_str(out, cluster, req->values[i]);
    }
    pg_buf_putc(out, ')');
}

static void print_req(struct pg_buf *out, const struct pg_cluster *cluster, const struct pg_req *req)
{
    if (req->op == PG_OP_DOES_NOT_EXIST)
        pg_buf_putc(out, '!');
    print_str(out, cluster, req->key);
    if (req->op == PG_OP_IN && req->nvalues == 1) {
        pg_buf_putc(out, '=');
        print_str(out, cluster, req->values[0]);
    } else if (req->op == PG_OP_IN || req->op == PG_OP_NOT_IN) {
        pg_buf_puts(out, req->op == PG_OP_IN ? " in " : " notin ");
        print_values(out, cluster, req);
    }
}

void pg_selector_print(struct pg_buf *out, const struct pg_cluster *cluster,
                       const struct pg_selector *selector)
{
    if (selector && selector->expr) {
        pg_text_clean(out, selector->text, strlen(selector->text));
        return;
    }
    if (!selector || selector->nreqs == 0) {
        pg_buf_puts(out, "all");
        return;
    }
    for (uint32_t i = 0; i < selector->nreqs; i++) {
        if (i)
            pg_buf_putc(out, ',');
        print_req(out, cluster, &selector->reqs[i]);
    }
}

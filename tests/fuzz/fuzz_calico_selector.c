/*
 * Calico's selectors: what is read has an expression that can be walked without fear, and that, written
 * out again with a parenthesis wherever one may stand, reads as the same.
 */
#include <string.h>

#include "../../src/load/calico_selector.h"
#include "fuzz.h"

struct world {
    struct pg_arena *arena;
    struct pg_strs *strs;
    struct pg_label labels[8];
    uint32_t nlabels;
};

static void add_label(struct world *world, const char *key, const char *value)
{
    world->labels[world->nlabels++] =
        (struct pg_label){pg_strs_puts(world->strs, key), pg_strs_puts(world->strs, value)};
}

static unsigned depth_of(const struct pg_expr *expr)
{
    unsigned left = expr->left != NULL ? depth_of(expr->left) : 0;
    unsigned right = expr->right != NULL ? depth_of(expr->right) : 0;
    return 1 + (left > right ? left : right);
}

static void print_string(struct pg_buf *out, const char *text)
{
    char quote = strchr(text, '\'') != NULL ? '"' : '\'';
    FUZZ_PROMISE(strchr(text, quote) == NULL);
    pg_buf_printf(out, "%c%s%c", quote, text, quote);
}

static void print_req(struct pg_buf *out, const struct world *world, const struct pg_req *req)
{
    const char *key = pg_strs_text(world->strs, req->key);
    if (req->op == PG_OP_EXISTS) {
        pg_buf_printf(out, "has(%s)", key);
        return;
    }
    FUZZ_PROMISE(req->op == PG_OP_IN || req->op == PG_OP_NOT_IN);
    pg_buf_printf(out, "%s %s {", key, req->op == PG_OP_IN ? "in" : "not in");
    for (uint32_t i = 0; i < req->nvalues; i++) {
        pg_buf_puts(out, i > 0 ? "," : "");
        print_string(out, pg_strs_text(world->strs, req->values[i]));
    }
    pg_buf_puts(out, "}");
}

static void print_expr(struct pg_buf *out, const struct world *world, const struct pg_expr *expr)
{
    switch (expr->kind) {
    case PG_EXPR_ALL: pg_buf_puts(out, "all()"); return;
    case PG_EXPR_REQ: print_req(out, world, &expr->req); return;
    case PG_EXPR_NOT:
        pg_buf_puts(out, "!(");
        print_expr(out, world, expr->left);
        break;
    case PG_EXPR_AND:
    case PG_EXPR_OR:
        pg_buf_puts(out, "((");
        print_expr(out, world, expr->left);
        pg_buf_puts(out, expr->kind == PG_EXPR_AND ? ")&&(" : ")||(");
        print_expr(out, world, expr->right);
        pg_buf_puts(out, ")");
        break;
    }
    pg_buf_puts(out, ")");
}

static bool holds(const struct world *world, const struct pg_expr *expr, uint32_t n)
{
    struct pg_selector selector = {.present = true, .expr = expr, .text = ""};
    return pg_selector_matches(&selector, (struct pg_labels){world->labels, n});
}

/* Written out and read again: the same for any number of the labels. */
static void check_again(struct world *world, const struct pg_calico_reader *reader,
                        const struct pg_calico_selector *selector)
{
    struct pg_calico_selector again;
    struct pg_calico_fault fault;
    struct pg_buf text = {0};
    print_expr(&text, world, selector->expr);
    bool reads = pg_calico_selector_read(reader, pg_buf_text(&text), &again, &fault);
    FUZZ_PROMISE(reads || 2 * depth_of(selector->expr) > PG_CALICO_MAX_DEPTH);
    for (uint32_t n = 0; reads && n <= world->nlabels; n++)
        FUZZ_PROMISE(holds(world, selector->expr, n) == holds(world, again.expr, n));
    pg_buf_free(&text);
}

static void check(struct world *world, const char *text, bool allow_global)
{
    struct pg_calico_reader reader = {
        .arena = world->arena, .strs = world->strs, .allow_global = allow_global};
    struct pg_calico_selector selector;
    struct pg_calico_fault fault = {0};
    if (!pg_calico_selector_read(&reader, text, &selector, &fault)) {
        FUZZ_PROMISE(fault.column >= 1 && fault.column <= strlen(text) + 1);
        FUZZ_PROMISE(fault.message[0] != '\0');
        return;
    }
    FUZZ_PROMISE(selector.expr != NULL && strcmp(selector.text, text) == 0);
    FUZZ_PROMISE(allow_global || !selector.global);
    /* Each parenthesis adds two chains and a `!`; a chain is as deep as the logarithm of its length. */
    FUZZ_PROMISE(depth_of(selector.expr) <= (PG_CALICO_MAX_DEPTH + 1) * 64);
    pg_calico_selector_settle(&selector, world->arena, world->strs, world->labels, world->nlabels);
    check_again(world, &reader, &selector);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct world world = {.arena = pg_arena_new(), .strs = pg_strs_new()};
    char *text = fuzz_text(data, size);
    add_label(&world, "a", "prod-eu");
    add_label(&world, "b", "");
    add_label(&world, "role", "web");
    add_label(&world, "projectcalico.org/name", "shop");
    check(&world, text, false);
    check(&world, text, true);
    free(text);
    pg_strs_free(world.strs);
    pg_arena_free(world.arena);
    return 0;
}

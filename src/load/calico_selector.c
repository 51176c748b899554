#include "calico_selector.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "polgrid/vec.h"

/* The label that Calico gives every namespace and service account (semantics 14.7). */
#define NAME_LABEL "projectcalico.org/name"

#define BLANK      " \t"

/* --- tokens -------------------------------------------------------------------------------------- */

enum token_kind {
    TOKEN_END,
    TOKEN_LABEL,
    TOKEN_STRING,
    TOKEN_LBRACE,
    TOKEN_RBRACE,
    TOKEN_COMMA,
    TOKEN_LPAREN,
    TOKEN_RPAREN,
    TOKEN_EQ,
    TOKEN_NE,
    TOKEN_AND,
    TOKEN_OR,
    TOKEN_NOT,
    TOKEN_HAS, /* has(label), with the label as its text */
    TOKEN_ALL, /* all() */
    TOKEN_GLOBAL,
    TOKEN_IN,
    TOKEN_NOT_IN,
    TOKEN_CONTAINS,
    TOKEN_STARTS_WITH,
    TOKEN_ENDS_WITH,
};

struct token {
    enum token_kind kind;
    const char *start; /* in the text, for the column */
    const char *text;  /* of a label or string */
    size_t length;
};

typedef PG_VEC(const struct pg_expr *) expr_vec;

struct parser {
    const struct pg_calico_reader *reader;
    struct pg_calico_selector *selector;
    struct pg_calico_fault *fault;
    const char *text, *at;
    struct token token; /* the one to look at next */
    bool after_label;   /* what comes next is a comparison, not a label */
    unsigned depth;
};

static uint32_t column_of(const struct parser *parser, const char *at)
{
    uint32_t column = 1;

    for (const char *p = parser->text; p < at; p++)
        column += ((unsigned char)*p & 0xc0) != 0x80; /* bytes that go on a character don't count */
    return column;
}

__attribute__((format(printf, 3, 4))) static bool fail(struct parser *parser, const char *at,
                                                       const char *format, ...)
{
    va_list args;

    parser->fault->column = column_of(parser, at);
    va_start(args, format);
    vsnprintf(parser->fault->message, sizeof parser->fault->message, format, args);
    va_end(args);
    return false;
}

static void skip_blanks(struct parser *parser)
{
    parser->at += strspn(parser->at, BLANK);
}

static bool take(struct parser *parser, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(parser->at, word, length) != 0)
        return false;
    parser->at += length;
    return true;
}

static size_t label_length(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-");
}

static bool take_label(struct parser *parser)
{
    size_t length = label_length(parser->at);

    if (length > PG_CALICO_MAX_LABEL)
        return fail(parser, parser->at, "a label name has at most %d characters",
                    PG_CALICO_MAX_LABEL);
    parser->token.text = parser->at;
    parser->token.length = length;
    parser->at += length;
    return true;
}

static bool take_string(struct parser *parser)
{
    char quote = *parser->at++;
    const char *end = strchr(parser->at, quote);

    if (!end)
        return fail(parser, parser->at - 1, "this string has no end; a %c is missing", quote);
    parser->token.text = parser->at;
    parser->token.length = (size_t)(end - parser->at);
    parser->at = end + 1;
    return true;
}

/* A word of two parts, the second of which may stand apart: "starts with", "startswith". */
static bool take_second(struct parser *parser, const char *first, const char *second)
{
    skip_blanks(parser);
    if (take(parser, second))
        return true;
    return fail(parser, parser->at, "expected %s after %s", second, first);
}

/* Behind a label only a comparison can stand. Its words need no blank behind them. */
static bool read_comparison(struct parser *parser)
{
    struct token *token = &parser->token;

    if (take(parser, "contains")) {
        token->kind = TOKEN_CONTAINS;
    } else if (take(parser, "starts")) {
        token->kind = TOKEN_STARTS_WITH;
        return take_second(parser, "starts", "with");
    } else if (take(parser, "ends")) {
        token->kind = TOKEN_ENDS_WITH;
        return take_second(parser, "ends", "with");
    } else if (take(parser, "not")) {
        token->kind = TOKEN_NOT_IN;
        return take_second(parser, "not", "in");
    } else if (take(parser, "in")) {
        token->kind = TOKEN_IN;
    } else {
        return fail(
            parser, parser->at,
            "expected a comparison: ==, !=, in, not in, contains, starts with or ends with");
    }
    return true;
}

static bool close_call(struct parser *parser, const char *name)
{
    skip_blanks(parser);
    return take(parser, ")") || fail(parser, parser->at, "expected ) to close %s(", name);
}

static bool read_word(struct parser *parser)
{
    struct token *token = &parser->token;

    if (parser->after_label)
        return read_comparison(parser);
    if (take(parser, "has(")) {
        token->kind = TOKEN_HAS;
        skip_blanks(parser);
        if (label_length(parser->at) == 0)
            return fail(parser, parser->at, "expected a label in has(");
        return take_label(parser) && close_call(parser, "has");
    }
    if (take(parser, "all(")) {
        token->kind = TOKEN_ALL;
        return close_call(parser, "all");
    }
    if (take(parser, "global(")) {
        token->kind = TOKEN_GLOBAL;
        return close_call(parser, "global");
    }
    token->kind = TOKEN_LABEL;
    if (label_length(parser->at) == 0)
        return fail(parser, parser->at, "a character that no label, string or operator begins with");
    return take_label(parser);
}

/* Signs of one or two characters; false where there is none. */
static bool read_sign(struct parser *parser)
{
    static const struct {
        const char *text;
        enum token_kind kind;
    } signs[] = {
        {"(", TOKEN_LPAREN}, {")", TOKEN_RPAREN}, {"{", TOKEN_LBRACE}, {"}", TOKEN_RBRACE},
        {",", TOKEN_COMMA},  {"==", TOKEN_EQ},    {"!=", TOKEN_NE},    {"!", TOKEN_NOT},
        {"&&", TOKEN_AND},   {"||", TOKEN_OR},
    };

    for (size_t i = 0; i < sizeof signs / sizeof *signs; i++)
        if (take(parser, signs[i].text)) {
            parser->token.kind = signs[i].kind;
            return true;
        }
    return false;
}

/* Reads the next token. */
static bool next(struct parser *parser)
{
    char first;
    bool good;

    skip_blanks(parser);
    first = *parser->at;
    parser->token = (struct token){.start = parser->at, .text = "", .kind = TOKEN_END};
    if (first == '\0')
        return true;
    if (first == '"' || first == '\'') {
        parser->token.kind = TOKEN_STRING;
        good = take_string(parser);
    } else if (read_sign(parser)) {
        good = true;
    } else if (first == '=' || first == '&' || first == '|') {
        good = fail(parser, parser->at, "expected %c%c", first, first);
    } else {
        good = read_word(parser);
    }
    parser->after_label = good && parser->token.kind == TOKEN_LABEL;
    return good;
}

/* --- expressions --------------------------------------------------------------------------------- */

static struct pg_expr *new_expr(struct pg_arena *arena, enum pg_expr_kind kind)
{
    struct pg_expr *expr = pg_arena_alloc(arena, sizeof *expr);

    expr->kind = kind;
    return expr;
}

/* Halves, so that the tree is as flat as it can be. */
static const struct pg_expr *balance(struct pg_arena *arena, enum pg_expr_kind kind,
                                     const struct pg_expr *const *exprs, uint32_t n)
{
    struct pg_expr *expr;

    if (n == 1)
        return exprs[0];
    expr = new_expr(arena, kind);
    expr->left = balance(arena, kind, exprs, n / 2);
    expr->right = balance(arena, kind, exprs + n / 2, n - n / 2);
    return expr;
}

const struct pg_expr *pg_calico_expr_join(struct pg_arena *arena, enum pg_expr_kind kind,
                                          const struct pg_expr *const *exprs, uint32_t n)
{
    struct pg_expr *none;

    if (n > 0)
        return balance(arena, kind, exprs, n);
    if (kind == PG_EXPR_AND)
        return new_expr(arena, PG_EXPR_ALL);
    none = new_expr(arena, PG_EXPR_NOT);
    none->left = new_expr(arena, PG_EXPR_ALL);
    return none;
}

const struct pg_expr *pg_calico_expr_and(struct pg_arena *arena, const struct pg_expr *left,
                                         const struct pg_expr *right)
{
    if (!left || !right)
        return left ? left : right;
    return pg_calico_expr_join(arena, PG_EXPR_AND, (const struct pg_expr *[]){left, right}, 2);
}

bool pg_calico_expr_asks(const struct pg_expr *expr, pg_str key)
{
    if (!expr)
        return false;
    return (expr->kind == PG_EXPR_REQ && expr->req.key == key) ||
           pg_calico_expr_asks(expr->left, key) || pg_calico_expr_asks(expr->right, key);
}

static pg_str intern(const struct parser *parser, const struct token *token)
{
    return pg_strs_put(parser->reader->strs, token->text, token->length);
}

static struct pg_expr *new_req(struct parser *parser, const struct token *label, enum pg_op op)
{
    const struct pg_calico_reader *reader = parser->reader;
    struct pg_expr *expr = new_expr(reader->arena, PG_EXPR_REQ);
    bool name =
        label->length == strlen(NAME_LABEL) && memcmp(label->text, NAME_LABEL, label->length) == 0;

    expr->req = (struct pg_req){.key = intern(parser, label), .op = op, .loc = reader->loc};
    if (name && reader->name_key)
        expr->req.key = reader->name_key;
    return expr;
}

static bool expect(struct parser *parser, enum token_kind kind, const char *what)
{
    if (parser->token.kind != kind)
        return fail(parser, parser->token.start, "expected %s", what);
    return true;
}

static bool read_value(struct parser *parser, struct pg_req *req)
{
    pg_str *value;

    if (!expect(parser, TOKEN_STRING, "a string in quotes"))
        return false;
    value = pg_arena_alloc(parser->reader->arena, sizeof *value);
    *value = intern(parser, &parser->token);
    req->values = value;
    req->nvalues = 1;
    return next(parser);
}

/* {'a', 'b'}; a comma may end it, and it may be empty. */
static bool read_set(struct parser *parser, struct pg_req *req)
{
    PG_VEC(pg_str) values = {0};

    if (!expect(parser, TOKEN_LBRACE, "a set: {'a', 'b'}") || !next(parser))
        return false;
    while (parser->token.kind == TOKEN_STRING) {
        pg_vec_push(parser->reader->arena, &values, intern(parser, &parser->token));
        if (!next(parser))
            return false;
        if (parser->token.kind != TOKEN_COMMA)
            break;
        if (!next(parser))
            return false;
    }
    req->values = values.v;
    req->nvalues = values.n;
    return expect(parser, TOKEN_RBRACE, "} to close the set, or a string in quotes") && next(parser);
}

static bool read_part(struct parser *parser, enum token_kind kind, struct pg_req *req)
{
    struct pg_arena *arena = parser->reader->arena;
    struct pg_calico_term *term = pg_arena_alloc(arena, sizeof *term);

    if (!expect(parser, TOKEN_STRING, "a string in quotes"))
        return false;
    *term = (struct pg_calico_term){
        .req = req,
        .how = kind == TOKEN_CONTAINS      ? PG_CALICO_CONTAINS
               : kind == TOKEN_STARTS_WITH ? PG_CALICO_STARTS_WITH
                                           : PG_CALICO_ENDS_WITH,
        .text = pg_arena_strndup(arena, parser->token.text, parser->token.length),
        .next = parser->selector->terms,
    };
    parser->selector->terms = term;
    return next(parser);
}

/* label == 'value', label in {…} and the like; the label is the token at hand. */
static bool read_comparison_of(struct parser *parser, const struct pg_expr **out)
{
    struct token label = parser->token;
    struct pg_expr *expr = new_req(parser, &label, PG_OP_IN);
    enum token_kind kind;

    if (!next(parser))
        return false;
    kind = parser->token.kind;
    *out = expr;
    if (kind == TOKEN_NE || kind == TOKEN_NOT_IN)
        expr->req.op = PG_OP_NOT_IN;
    switch (kind) {
    case TOKEN_EQ:
    case TOKEN_NE: return next(parser) && read_value(parser, &expr->req);
    case TOKEN_IN:
    case TOKEN_NOT_IN: return next(parser) && read_set(parser, &expr->req);
    case TOKEN_CONTAINS:
    case TOKEN_STARTS_WITH:
    case TOKEN_ENDS_WITH: return next(parser) && read_part(parser, kind, &expr->req);
    default: break;
    }
    return fail(parser, parser->token.start,
                "expected a comparison: ==, !=, in, not in, contains, starts with or ends with");
}

static bool read_any(struct parser *parser, const struct pg_expr **out);

static bool read_parentheses(struct parser *parser, const struct pg_expr **out)
{
    if (++parser->depth > PG_CALICO_MAX_DEPTH)
        return fail(parser, parser->token.start, "more than %d parentheses in each other",
                    PG_CALICO_MAX_DEPTH);
    if (!next(parser) || !read_any(parser, out) ||
        !expect(parser, TOKEN_RPAREN, "&&, || or ) to close the parenthesis"))
        return false;
    parser->depth--;
    return next(parser);
}

static bool read_operand(struct parser *parser, const struct pg_expr **out)
{
    switch (parser->token.kind) {
    case TOKEN_LABEL: return read_comparison_of(parser, out);
    case TOKEN_LPAREN: return read_parentheses(parser, out);
    case TOKEN_HAS: *out = new_req(parser, &parser->token, PG_OP_EXISTS); return next(parser);
    case TOKEN_ALL: *out = new_expr(parser->reader->arena, PG_EXPR_ALL); return next(parser);
    case TOKEN_GLOBAL:
        return fail(parser, parser->token.start,
                    parser->reader->allow_global
                        ? "global() can't be combined with anything"
                        : "global() can only stand in the namespaceSelector of a rule");
    case TOKEN_END: return fail(parser, parser->token.start, "the selector ends too early");
    default: break;
    }
    return fail(parser, parser->token.start, "expected a label, has(), all(), ! or (");
}

static bool read_negated(struct parser *parser, const struct pg_expr **out)
{
    bool negated = false;
    struct pg_expr *not_expr;

    for (; parser->token.kind == TOKEN_NOT; negated = !negated)
        if (!next(parser))
            return false;
    if (!read_operand(parser, out))
        return false;
    if (!negated)
        return true;
    not_expr = new_expr(parser->reader->arena, PG_EXPR_NOT);
    not_expr->left = *out;
    *out = not_expr;
    return true;
}

/* Operands with one sign between them. */
static bool read_chain(struct parser *parser, enum token_kind sign, enum pg_expr_kind kind,
                       bool (*read)(struct parser *, const struct pg_expr **),
                       const struct pg_expr **out)
{
    struct pg_arena *arena = parser->reader->arena;
    expr_vec exprs = {0};

    for (;;) {
        if (!read(parser, out))
            return false;
        pg_vec_push(arena, &exprs, *out);
        if (parser->token.kind != sign)
            break;
        if (!next(parser))
            return false;
    }
    *out = balance(arena, kind, exprs.v, exprs.n);
    return true;
}

static bool read_all(struct parser *parser, const struct pg_expr **out)
{
    return read_chain(parser, TOKEN_AND, PG_EXPR_AND, read_negated, out);
}

static bool read_any(struct parser *parser, const struct pg_expr **out)
{
    return read_chain(parser, TOKEN_OR, PG_EXPR_OR, read_all, out);
}

/* global(), and nothing behind it: then nothing is left to read. */
static bool read_global(struct parser *parser, bool *good)
{
    struct parser ahead = *parser;

    if (!parser->reader->allow_global || parser->token.kind != TOKEN_GLOBAL)
        return false;
    *good = next(&ahead);
    if (!*good || ahead.token.kind == TOKEN_END)
        return true;
    *good = fail(parser, ahead.token.start, "global() can't be combined with anything");
    return true;
}

bool pg_calico_selector_read(const struct pg_calico_reader *reader, const char *text,
                             struct pg_calico_selector *selector, struct pg_calico_fault *fault)
{
    struct parser parser = {
        .reader = reader, .selector = selector, .fault = fault, .text = text, .at = text};
    const struct pg_expr *expr = NULL;
    bool good;

    *selector = (struct pg_calico_selector){.text = pg_arena_strdup(reader->arena, text),
                                            .loc = reader->loc};
    if (!next(&parser))
        return false;
    if (parser.token.kind == TOKEN_END || read_global(&parser, &good)) {
        selector->global = parser.token.kind == TOKEN_GLOBAL;
        selector->expr = new_expr(reader->arena, PG_EXPR_ALL);
        return !selector->global || good;
    }
    if (!read_any(&parser, &expr) || !expect(&parser, TOKEN_END, "&&, || or the end"))
        return false;
    selector->expr = expr;
    return true;
}

/* --- values -------------------------------------------------------------------------------------- */

static bool holds(const struct pg_calico_term *term, const char *value, size_t length)
{
    size_t part = strlen(term->text);

    if (part > length)
        return false;
    switch (term->how) {
    case PG_CALICO_CONTAINS: return strstr(value, term->text) != NULL;
    case PG_CALICO_STARTS_WITH: return memcmp(value, term->text, part) == 0;
    case PG_CALICO_ENDS_WITH: return memcmp(value + length - part, term->text, part) == 0;
    }
    return false;
}

void pg_calico_selector_settle(struct pg_calico_selector *selector, struct pg_arena *arena,
                               const struct pg_strs *strs, const struct pg_label *labels, uint32_t n)
{
    for (struct pg_calico_term *term = selector->terms; term; term = term->next) {
        PG_VEC(pg_str) values = {0};
        for (uint32_t i = 0; i < n; i++)
            if (labels[i].key == term->req->key && holds(term, pg_strs_text(strs, labels[i].value),
                                                         pg_strs_length(strs, labels[i].value)))
                pg_vec_push(arena, &values, labels[i].value);
        term->req->values = values.v;
        term->req->nvalues = values.n;
    }
}

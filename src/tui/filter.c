/*
 * The language of the filter (tui.md). A text of words, all of which must hold:
 *
 *     [!][from:|to:|both:]NAME     a glob, or part of the name without * and ?; | means or
 *     … ns:NAME  KEY=VALUE  KEY!=VALUE  cidr:BLOCK  is:open|isolated|unpoliced     about items
 *     [!]verdict:allow|deny|partial|unknown|half  side:e|i|x                       about cells
 *     port:N[/PROTO]  proto:NAME                                                   the ports looked at
 *
 * A word about items holds for an item if it holds for one of its pods.
 */
#include "app.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "polgrid/text.h"

#define WORDS_MAX 64
#define BOTH      2u

enum word_kind {
    WORD_NAME,
    WORD_NS,
    WORD_LABEL,
    WORD_CIDR,
    WORD_IS,
    WORD_VERDICT,
    WORD_SIDE,
};

#define VERDICT_HALF 4 /* its place in the list */

enum word_is {
    IS_OPEN,
    IS_ISOLATED,
    IS_UNPOLICED,
};

struct word {
    enum word_kind kind;
    bool not_;
    unsigned axis;
    char *text;  /* a name or names; the key of a label */
    char *value; /* of a label */
    struct pg_cidr cidr;
    int choice; /* of IS, VERDICT and SIDE: the place in its list */
};

struct pg_filter {
    struct word words[WORDS_MAX];
    uint32_t n;
    char port[PG_PORTS_TEXT], protocol[16];
    bool ports;
};

/* --- reading --------------------------------------------------------------------------------------- */

static bool starts(const char **text, const char *prefix)
{
    size_t n = strlen(prefix);
    if (strncmp(*text, prefix, n) != 0)
        return false;
    *text += n;
    return true;
}

/* The place of `text` among `choices`, which end with NULL; an empty text is the first, as one types. */
static bool choose(const char *what, const char *text, const char *const *choices, int *choice,
                   struct pg_err *err)
{
    for (int i = 0; choices[i]; i++) {
        if (*text && strncmp(choices[i], text, strlen(text)) == 0) {
            *choice = i;
            return true;
        }
    }
    pg_err_set(err, "%s:", what);
    for (int i = 0; choices[i]; i++) {
        size_t n = strlen(err->text);
        snprintf(err->text + n, sizeof err->text - n, "%s%s", i ? "|" : "", choices[i]);
    }
    return false;
}

static bool read_label(struct pg_arena *arena, struct word *word, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return false;
    bool differs = equals[-1] == '!';
    word->kind = WORD_LABEL;
    word->not_ ^= differs;
    word->text = pg_arena_strndup(arena, text, (size_t)(equals - text) - differs);
    word->value = pg_arena_strdup(arena, equals + 1);
    return true;
}

static bool read_word(struct pg_arena *arena, struct pg_filter *filter, struct word *word,
                      const char *text, struct pg_err *err)
{
    static const char *const is[] = {"open", "isolated", "unpoliced", NULL};
    static const char *const verdicts[] = {"allow", "deny", "partial", "unknown", "half", NULL};
    static const char *const sides[] = {"e", "i", "x", NULL};
    if (starts(&text, "is:")) {
        word->kind = WORD_IS;
        return choose("is", text, is, &word->choice, err);
    }
    if (starts(&text, "verdict:")) {
        word->kind = WORD_VERDICT;
        return choose("verdict", text, verdicts, &word->choice, err);
    }
    if (starts(&text, "side:")) {
        word->kind = WORD_SIDE;
        return choose("side", text, sides, &word->choice, err);
    }
    if (starts(&text, "port:") || starts(&text, "proto:")) {
        bool port = text[-2] == 't';
        snprintf(port ? filter->port : filter->protocol,
                 port ? sizeof filter->port : sizeof filter->protocol, "%s", text);
        filter->ports = true;
        filter->n--; /* no word that an item or a cell could fail */
        return true;
    }
    if (starts(&text, "cidr:")) {
        word->kind = WORD_CIDR;
        return pg_cidr_parse(text, &word->cidr, NULL) ||
               pg_err_set(err, "cidr: a block such as 10.0.0.0/8");
    }
    word->kind = WORD_NAME;
    if (starts(&text, "ns:"))
        word->kind = WORD_NS;
    else if (read_label(arena, word, text))
        return true;
    word->text = pg_arena_strdup(arena, text);
    return true;
}

static bool read_axis(struct word *word, const char **text)
{
    word->not_ = starts(text, "!");
    if (starts(text, "from:"))
        word->axis = PG_FROM;
    else if (starts(text, "to:"))
        word->axis = PG_TO;
    else if (starts(text, "both:"))
        word->axis = BOTH;
    word->not_ ^= starts(text, "!");
    return **text != '\0';
}

struct pg_filter *pg_filter_parse(struct pg_arena *arena, const char *text, unsigned axis,
                                  struct pg_err *err)
{
    struct pg_filter *filter = pg_arena_alloc(arena, sizeof *filter);
    while (*text) {
        size_t n = strcspn(text, " ");
        if (n > 0) {
            if (filter->n == WORDS_MAX) {
                pg_err_set(err, "at most %d words", WORDS_MAX);
                return NULL;
            }
            const char *rest = pg_arena_strndup(arena, text, n);
            struct word *word = &filter->words[filter->n++];
            *word = (struct word){.axis = axis};
            if (!read_axis(word, &rest))
                filter->n--; /* "from:" alone, as one types */
            else if (!read_word(arena, filter, word, rest, err))
                return NULL;
        }
        text += n + (text[n] == ' ');
    }
    return filter;
}

bool pg_filter_ports(const struct pg_filter *filter, char text[PG_PORTS_TEXT])
{
    if (!filter->ports)
        return false;
    bool slash = strchr(filter->port, '/') != NULL;
    snprintf(text, PG_PORTS_TEXT, "%.30s%s%s", filter->port, *filter->protocol && !slash ? "/" : "",
             slash ? "" : filter->protocol);
    return true;
}

/* --- asking ---------------------------------------------------------------------------------------- */

/* One of the names that | separates: a glob over the whole, or a part of the name. */
static bool name_matches(const char *pattern, const char *name, const char *abbr)
{
    char one[256];
    while (*pattern) {
        size_t n = strcspn(pattern, "|");
        snprintf(one, sizeof one, "%.*s", (int)(n < sizeof one ? n : sizeof one - 1), pattern);
        bool glob = strpbrk(one, "*?") != NULL;
        if (n > 0 &&
            (glob ? pg_text_glob(one, name) : strstr(name, one) != NULL || strcmp(one, abbr) == 0))
            return true;
        pattern += n + (pattern[n] == '|');
    }
    return false;
}

static const char *item_namespace(const struct pg_cluster *cluster, const struct pg_item *item)
{
    uint32_t ns = item->index;
    switch (item->kind) {
    case PG_ITEM_OUTSIDE: return "";
    case PG_ITEM_WORKLOAD: ns = cluster->workloads[item->index].ns; break;
    case PG_ITEM_POD: ns = cluster->pods[item->index].ns; break;
    case PG_ITEM_NAMESPACE: break;
    }
    return pg_cluster_text(cluster, cluster->namespaces[ns].name);
}

static bool has_label(const struct pg_cluster *cluster, const struct pg_item *item,
                      const struct word *word)
{
    pg_str key = pg_strs_find(cluster->strs, word->text, strlen(word->text));
    if (key == PG_STR_NONE)
        return false;
    for (uint32_t i = 0; i < item->nshares && item->kind != PG_ITEM_OUTSIDE; i++) {
        for (uint32_t k = 0; k < item->shares[i].npods; k++) {
            pg_str value = pg_labels_get(cluster->pods[item->shares[i].pods[k]].labels, key);
            if (value != PG_STR_NONE && pg_text_glob(word->value, pg_cluster_text(cluster, value)))
                return true;
        }
    }
    return false;
}

static bool ranges_meet(const struct pg_class *class, struct pg_cidr cidr)
{
    struct pg_addr first = pg_cidr_first(cidr), last = pg_cidr_last(cidr);
    for (uint32_t i = 0; i < class->nranges; i++) {
        if (pg_addr_compare(class->ranges[i].first, last) <= 0 &&
            pg_addr_compare(first, class->ranges[i].last) <= 0)
            return true;
    }
    return false;
}

static bool in_cidr(const struct pg_eval *eval, const struct pg_item *item, struct pg_cidr cidr)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    for (uint32_t i = 0; i < item->nshares; i++) {
        const struct pg_share *share = &item->shares[i];
        if (item->kind == PG_ITEM_OUTSIDE) {
            if (ranges_meet(pg_eval_class(eval, share->class), cidr))
                return true;
            continue;
        }
        for (uint32_t k = 0; k < share->npods; k++) {
            const struct pg_pod *pod = &cluster->pods[share->pods[k]];
            if (pg_cidr_has(cidr, pod->addr[0]) || pg_cidr_has(cidr, pod->addr[1]))
                return true;
        }
    }
    return false;
}

static bool item_is(const struct pg_eval *eval, const struct pg_item *item, unsigned axis,
                    int choice)
{
    enum pg_dir dir = axis == PG_FROM ? PG_EGRESS : PG_INGRESS;
    bool open = false, unpoliced = false;
    for (uint32_t i = 0; i < item->nshares && item->kind != PG_ITEM_OUTSIDE; i++) {
        const struct pg_class *class = pg_eval_class(eval, item->shares[i].class);
        open |= !class->isolated[dir];
        unpoliced |= !class->isolated[PG_EGRESS] && !class->isolated[PG_INGRESS];
    }
    switch (choice) {
    case IS_OPEN: return open;
    case IS_UNPOLICED: return unpoliced;
    default: return !open && item->npods > 0 && item->kind != PG_ITEM_OUTSIDE;
    }
}

/* Whether a namespace that is folded into an item has the name. */
static bool member_matches(const char *pattern, const struct pg_cluster *cluster,
                           const struct pg_item *item)
{
    for (uint32_t i = 1; i < item->nmembers; i++)
        if (name_matches(pattern,
                         pg_cluster_text(cluster, cluster->namespaces[item->members[i]].name), ""))
            return true;
    return false;
}

static bool item_holds(const struct word *word, const struct pg_eval *eval,
                       const struct pg_item *item, unsigned axis)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    switch (word->kind) {
    case WORD_NAME:
        return name_matches(word->text, item->name, item->abbr) ||
               name_matches(word->text, item->full, "") || member_matches(word->text, cluster, item);
    case WORD_NS: return name_matches(word->text, item_namespace(cluster, item), "");
    case WORD_LABEL: return has_label(cluster, item, word);
    case WORD_CIDR: return in_cidr(eval, item, word->cidr);
    case WORD_IS: return item_is(eval, item, axis, word->choice);
    default: return true;
    }
}

static bool about_cells(const struct word *word)
{
    return word->kind == WORD_VERDICT || word->kind == WORD_SIDE;
}

bool pg_filter_item(const struct pg_filter *filter, const struct pg_eval *eval,
                    const struct pg_item *item, unsigned axis)
{
    for (uint32_t i = 0; i < filter->n; i++) {
        const struct word *word = &filter->words[i];
        if (about_cells(word) || (word->axis != BOTH && word->axis != axis))
            continue;
        if (item_holds(word, eval, item, axis) == word->not_)
            return false;
    }
    return true;
}

bool pg_filter_about(const struct pg_filter *filter, unsigned axis)
{
    for (uint32_t i = 0; i < filter->n; i++) {
        const struct word *word = &filter->words[i];
        if (!about_cells(word) && (word->axis == BOTH || word->axis == axis))
            return true;
    }
    return false;
}

bool pg_filter_has_cells(const struct pg_filter *filter)
{
    for (uint32_t i = 0; i < filter->n; i++) {
        if (about_cells(&filter->words[i]))
            return true;
    }
    return false;
}

static bool cell_holds(const struct word *word, const struct pg_count *count)
{
    uint64_t denied = count->denied_egress + count->denied_ingress + count->denied_both;
    if (word->kind == WORD_SIDE) {
        const uint64_t sides[] = {count->denied_egress, count->denied_ingress, count->denied_both};
        return sides[word->choice] > 0;
    }
    const uint64_t partial =
        (count->allowed > 0 && count->allowed < count->pairs) || count->every < count->allowed;
    const uint64_t verdicts[] = {count->allowed, denied, partial,
                                 count->unknown + count->partly_unknown};
    return verdicts[word->choice] > 0;
}

bool pg_filter_cell(const struct pg_filter *filter, struct pg_gridview *view, uint32_t row,
                    uint32_t column)
{
    const struct pg_count count = *pg_grid_cell(view->grid, row, column);
    for (uint32_t i = 0; i < filter->n; i++) {
        const struct word *word = &filter->words[i];
        if (!about_cells(word))
            continue;
        bool half = word->kind == WORD_VERDICT && word->choice == VERDICT_HALF;
        bool holds = half ? pg_proof_half(view, row, column, NULL) : cell_holds(word, &count);
        if (holds == word->not_)
            return false;
    }
    return count.pairs > 0;
}

void pg_filter_help(struct pg_lines *lines)
{
    static const char *const words[] = {
        "NAME from:NAME to:NAME both:NAME   * and ? are wild, a|b is either; Tab: which axis",
        "ns:NAME  KEY=VALUE  KEY!=VALUE  cidr:10.0.0.0/8  is:open|isolated|unpoliced",
        "verdict:allow|deny|partial|unknown|half  side:e|i|x   keep what has such cells",
        "port:8080  port:53/UDP  proto:udp   look at these ports only",
        "!WORD is not; all words must hold; Up and Down: history; Ctrl-U clears",
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        pg_lines_wrap(lines, 2, 4, PG_ROLE_TEXT, PG_NO_LOC, words[i]);
}

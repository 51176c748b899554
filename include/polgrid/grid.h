/*
 * What a screen of the grid shows, without a screen: rows, columns, cells with their counts, and what
 * the panel says of a cell of groups.
 *
 * Rows and columns are items of one level: namespaces, the workloads of a namespace, the pods of a
 * workload. Both axes may end in the outside world: the groups of addresses that policies tell apart.
 *
 * The numbers of a cell add up: pairs = allowed + unknown + denied_egress + denied_ingress + denied_both.
 * A pair is two different pods; a pod to itself is no pair (a virtual pod of several replicas is).
 */
#ifndef POLGRID_GRID_H
#define POLGRID_GRID_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/arena.h"
#include "polgrid/eval.h"

enum pg_level {
    PG_LEVEL_NAMESPACE,
    PG_LEVEL_WORKLOAD,
    PG_LEVEL_POD,
};

/* An axis: which items stand on it. At PG_LEVEL_WORKLOAD `ns` names the namespace, at PG_LEVEL_POD
   `workload` the workload, or `ns` the namespace; PG_NONE means all of them. */
struct pg_axis {
    enum pg_level level;
    uint32_t ns, workload;
    /* With the groups of outside addresses at the end (of the address families that some pod has). */
    bool outside;
    bool empty; /* namespaces without pods too */
    bool fold; /* namespaces that behave alike are one item, where both axes are of namespaces and fold */
};

/* A class and how many pods of it an item has. */
struct pg_share {
    uint32_t class, npods;
    const uint32_t *pods; /* the pods of the item that are in the class, sorted */
    uint32_t nselves;     /* see pg_class.nselves */
};

enum pg_item_kind {
    PG_ITEM_NAMESPACE,
    PG_ITEM_WORKLOAD,
    PG_ITEM_POD,
    PG_ITEM_OUTSIDE,
};

struct pg_item {
    enum pg_item_kind kind;
    uint32_t index; /* namespace, workload, pod, or outside class */
    /* "shop", "api", "api-0", "10.0.0.0/8", "internet": raw text. Where the axis is not within one
       namespace, workloads and pods carry theirs: "shop/api". */
    const char *name;
    const char *full; /* "shop/deployment/api", "shop/api-0"; the ranges of an outside group */
    const char *note; /* kind of a workload ("Deploy"), "" else */
    char abbr[4];     /* unique three letters, for the column header */
    uint32_t npods;   /* 1 for an outside group */
    const struct pg_share *shares;
    uint32_t nshares;
    /* Of namespaces that are folded: all of them, `index` first. `shares` have the pods of all, under the class of
       the first; `one` and `two` those of the first and of the second alone, in the same order. */
    const uint32_t *members;
    uint32_t nmembers; /* 0: not folded */
    const struct pg_share *one, *two;
};

/* Which side denies: the one that lets no port of the lens through. Both, where both do, where what they
   let through has nothing in common, and where the ends share no address family. A pair whose address
   families differ counts as unknown. */
struct pg_count {
    uint64_t pairs;
    uint64_t allowed;        /* pairs with some port of the lens surely allowed … */
    uint64_t every;          /* … of these: on every port of the lens */
    uint64_t partly_unknown; /* … of these: and unknown on others */
    uint64_t unknown;        /* pairs of which no port is surely allowed, and some possibly */
    uint64_t denied_egress, denied_ingress, denied_both;
    uint64_t open; /* pairs where no policy selects either side */
    uint64_t source_isolated, destination_isolated;
    pg_ports sure_some, sure_all; /* ports surely allowed for some pair, for all pairs */
    pg_ports possible_some;
};

struct pg_grid;

/* Lays out the axes; cells are computed when they are asked for, and remembered. `ports` limits the lens
   (PG_PORTS_ALL: any port). The evaluator must live as long. */
struct pg_grid *pg_grid_new(struct pg_eval *eval, const struct pg_axis *rows,
                            const struct pg_axis *columns, pg_ports ports);
void pg_grid_free(struct pg_grid *grid);

struct pg_eval *pg_grid_eval(const struct pg_grid *grid);
pg_ports pg_grid_ports(const struct pg_grid *grid);
uint32_t pg_grid_nrows(const struct pg_grid *grid);
uint32_t pg_grid_ncolumns(const struct pg_grid *grid);
const struct pg_item *pg_grid_row(const struct pg_grid *grid, uint32_t row);
const struct pg_item *pg_grid_column(const struct pg_grid *grid, uint32_t column);

/* Valid until 4096 more cells have been asked for, at least. */
const struct pg_count *pg_grid_cell(struct pg_grid *grid, uint32_t row, uint32_t column);

/* The character of a cell in the reach lens (tui.md): ' ' no pairs, '.' none allowed, '1'-'9' tenths
   surely allowed, '#' all. None and all are exact. '?' where some pair is unknown: nothing that was not
   evaluated hides behind a tenth. */
char pg_grid_glyph(const struct pg_count *count);
/* Of a cell of one pair, or of pairs that agree, in the verdict lens: '#' every port, '+' some ports (all
   pairs are allowed, not all of them on every port), 'e', 'i', 'x' the side that denies, '?' unknown,
   ' ' no pairs; where pairs differ, the reach glyph. */
char pg_grid_verdict_glyph(const struct pg_grid *grid, const struct pg_count *count);

/* One line of the panel: pods of one class reach (or don't) pods of another. */
struct pg_flow {
    struct pg_end from, to; /* one pair of them */
    enum pg_near near;
    uint32_t from_class, to_class;
    uint32_t nfrom, nto;
    uint64_t pairs;
    struct pg_cell cell;
};

/* A policy that has a say in a cell. */
struct pg_in_play {
    uint32_t policy;
    enum pg_dir dir;
    bool decides; /* one of its rules allows some pair */
};

struct pg_ports_share {
    pg_ports ports;
    uint64_t pairs;
};

struct pg_detail {
    const struct pg_count *count;
    /* Allowed first, then unknown, then denied; by pairs within each. Where there are more than the cap,
       each sort keeps a share, and so do the denied ones that one side lets through. */
    const struct pg_flow *flows;
    uint32_t nflows;
    uint32_t nflows_left; /* not listed: more than the cap */
    const struct pg_in_play *policies;
    uint32_t npolicies;
    const struct pg_ports_share *ports; /* pairs by what they are allowed on, most first */
    uint32_t nports;
};

/* What the panel says of a cell; lives in `arena`. */
const struct pg_detail *pg_grid_detail(struct pg_arena *arena, struct pg_grid *grid, uint32_t row,
                                       uint32_t column);

/* One cause for which cells are unknown, said once for the whole grid (issue of `?` without a way out). */
struct pg_cause {
    const char *what;   /* "the addresses of 12 pods are not known, and an ipBlock asks for them" */
    const char *option; /* "--assume pod-cidr=CIDR"; NULL where no option settles it */
    const char *prompt; /* what `--assume` takes: "pod-cidr="; NULL likewise */
    uint32_t npods;     /* pods that it touches */
};

/* The causes, most pods first; at most `cap`. Lives in `arena`. */
uint32_t pg_grid_causes(struct pg_arena *arena, struct pg_eval *eval, struct pg_cause *causes,
                        uint32_t cap);

/* The outside class that is called the internet: of a family, 4 or 6, the one with the most addresses.
   PG_NONE where there is none. */
uint32_t pg_grid_internet(const struct pg_eval *eval, int family);
/* An address of an outside class to speak of: one that is reserved for documentation, where the class has one. */
struct pg_addr pg_grid_example(const struct pg_eval *eval, uint32_t class);
/* Appends the name of an outside class: "internet" ("internet-ipv6"), or its first range and how many
   more there are: "10.0.0.0/8", "192.0.2.7", "10.0.0.0-10.0.1.5+2". */
void pg_grid_outside_name(struct pg_buf *out, const struct pg_eval *eval, uint32_t class);
/* Appends its ranges, eight at most: "10.0.0.0/8, 192.0.2.7 and 3 more". */
void pg_grid_outside_ranges(struct pg_buf *out, const struct pg_eval *eval, uint32_t class);

#endif

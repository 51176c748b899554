/*
 * The sweep over the matrix behind pg_eval_totals(): what its parts share. sweep.c goes through the rows, totals.c
 * counts what they leave.
 *
 * A side is plain where all policies that it is under are NetworkPolicies that can be read as sets (peersets.h): it
 * is worked out here. Any other is odd. What it lets through is not worked out but asked for, and odd.c tells which
 * sides answer alike.
 */
#ifndef POLGRID_EVAL_SWEEP_H
#define POLGRID_EVAL_SWEEP_H

#include "peersets.h"
#include "polgrid/totals.h"
#include "polgrid/vec.h"

/* What a side lets through, by the sort and the family of the other end. */
struct background {
    pg_ports ports[NSORTS][2];
};

/* What a side lets through to or from the members of a large set. */
struct large_ports {
    uint32_t large; /* its number among these */
    pg_ports ports;
};

/* The classes alike as sources, or as destinations. */
struct crowd {
    struct background background; /* of a plain side */
    uint32_t odd;                 /* pg_odd_side(); 0: it is plain */
    bool sums;                    /* odd: what its plain policies allow besides is a sum of ports */
    uint32_t signature; /* of ports, where names in rules of odd sides tell destinations apart */
    uint64_t in_large;  /* bits of the large sets that they are members of */
    const struct large_ports *large; /* by number, each once */
    uint32_t nlarge;
    uint64_t npods;
    uint8_t sort;
    bool has_family[2];
};

typedef PG_VEC(struct crowd) crowd_vec;

/* Large sets; as many as there are bits. */
#define PG_MOST_LARGE 64u

/* Port sets with numbers below this one are handled by table. */
#define SMALL_SETS 256u

struct small_sets {
    pg_ports *unions; /* [a * SMALL_SETS + b]; NONE: not made yet */
    uint64_t *pairs;  /* counted, by the port sets of the two sides */
};

/* A set that a class is a member of, and whether surely. */
#define MEMBERSHIP(set, sure) ((set)*2 + ((sure) ? 1 : 0))

/* Lists by number: v[first[i]] … up to first[i + 1]. */
struct lists {
    uint32_t *first, *v;
};

struct host {
    pg_str node;
    uint32_t class;
};

/* An ingress rule, found by its id. */
struct use {
    const struct rule *rule;
    uint32_t policy;
    uint32_t signature; /* of the last destination at which its names were looked up … */
    pg_ports ports;     /* … and what they meant there; of a rule without names, its ports */
};

/* What is known of the cell of the row at hand and a class, once it is touched. */
struct slot {
    uint32_t line;    /* the row, from 1: else the slot is of an earlier one */
    uint16_t out, in; /* port sets; SLOT_ASK in one of them: it is not as simple as that */
};

/* No port set has a number that large in a slot: a cell that has one is asked for. */
#define SLOT_ASK UINT16_MAX

/* What rules do to some ports, as far as it is background (odd.c). */
struct deed {
    pg_ports ports;
    pg_str named;            /* names that are looked up at the other end; PG_STR_NONE: none */
    uint32_t large;          /* to or from the members of this large set, from 1; 0: else */
    uint8_t action, refuses; /* as in struct pg_rule */
    uint8_t match[NSORTS][2]; /* by sort and family of the other end; of a large set: at most, in match[0] */
    uint8_t spare[2];
};

/* A pair of classes that nothing singles out. */
struct sample {
    bool found;
    uint32_t from, to;
};

struct sweep {
    struct pg_eval *eval;
    pg_ports lens;
    uint64_t budget; /* steps that the rows may take before sets become large */
    struct pg_arena *scratch;
    uint8_t *used[2];  /* by pg_dir and policy: its rules are asked */
    uint8_t *plain[2]; /* by pg_dir and policy: it allows and nothing else */
    uint8_t *odd[2];   /* by pg_dir and class */
    bool mixed;        /* some side is odd */
    bool names_count; /* an odd side's background has names that are looked up at the destination */
    struct pg_strs *sides; /* sides of odd classes, as bytes */
    PG_VEC(struct deed) deeds;
    struct peer_sets sets;
    /* Sets with many members and many users are background, too: a bit of each class. */
    uint8_t *large_of;         /* by set: its number among the large ones, from 1 */
    uint64_t *in_large;        /* by class: bits */
    crowd_vec crowds[2];       /* by pg_dir */
    uint32_t *crowd_of[2];     /* of a class */
    struct lists sets_with;    /* by class: MEMBERSHIP() in sets */
    struct lists users;        /* by set: the ids of ingress rules that use it */
    struct use *uses;          /* by rule id */
    struct lists subjects;     /* by policy: classes that are under its ingress rules */
    PG_VEC(uint32_t) named;    /* classes with ports that some rule names */
    PG_VEC(struct host) hosts; /* classes of pods on the host network, by node */
    PG_VEC(struct host)
    guests; /* classes of other pods for which it counts who is on their node, by node */
    struct lists members[2]; /* by crowd: its classes */
    struct sample *samples;  /* of the crowd of the rows at hand, by crowd of the destination */
    PG_VEC(uint32_t) wanted; /* of these, those that are not found yet */
    struct pg_map recalled;  /* what was asked for in rows of that crowd → index of answers */
    PG_VEC(struct pg_total) answers;
    PG_VEC(uint32_t) touched; /* of the row at hand */
    const pg_str **nodes;     /* by class: pg_sweep_nodes(); NULL: not looked at yet */
    struct slot *slots;       /* by class */
    struct slot *beginnings;  /* of the row's crowd, by crowd of the destination */
    uint32_t row_crowd;
    uint32_t *npods; /* by class: what the rows need of it, close together */
    struct small_sets small;
    uint64_t *taken_row;           /* of the row at hand, by crowd of the destination */
    PG_VEC(uint32_t) taken_crowds; /* those that have any */
    struct pg_map taken_index;     /* PAIR(crowd, crowd) → index of taken */
    PG_VEC(uint64_t) taken;        /* pairs that are not background */
    struct pg_map total_index;     /* answer → index of totals */
    PG_VEC(struct pg_total) totals;
    uint64_t asked;
};

/* The pairs of two classes. */
uint64_t pg_sweep_pairs(const struct pg_eval *eval, uint32_t from, uint32_t to);
/* Of these, the pairs of one pod with itself that are none. */
uint64_t pg_sweep_selves(const struct pg_class *class);

/* The nodes that the pods of a class are on, sorted: as many as pods. Those that are not known come first, as
   PG_STR_NONE. */
const pg_str *pg_sweep_nodes(struct sweep *sweep, uint32_t class);

/* Whether a side that lets `ports` through lets some of the lens through. */
bool pg_sweep_lets(struct sweep *sweep, pg_ports ports);
/* Adds pairs to the histogram; what they have is cut to the lens here. */
void pg_sweep_count(struct sweep *sweep, const struct pg_total *total);
/* The answer of the cell of two classes, asked for, without pairs. */
struct pg_total pg_sweep_cell(struct sweep *sweep, uint32_t from, uint32_t to, enum pg_near near);
/* Asks for the cell of two classes and counts its pairs; for one of each nearness, where one end is on the
   network of a node. */
void pg_sweep_ask(struct sweep *sweep, uint32_t from, uint32_t to);
/* The count of pairs of two crowds that are no background. */
uint64_t *pg_sweep_taken(struct sweep *sweep, uint32_t from, uint32_t to);

/* Where a rule matches whatever class there is, as EVERY_BIT(). */
unsigned pg_sweep_every(const struct sweep *sweep, const struct rule *rule);

/* Chooses the large sets, at most so many (large.c); returns how many there are. */
uint32_t pg_sweep_choose_large(struct sweep *sweep, uint32_t most);
/* What the rules of a class let through to or from the members of large sets, in one direction. */
const struct large_ports *pg_sweep_large_ports(struct sweep *sweep, uint32_t class, int dir,
                                               uint32_t *n);
/* `ports`, and those that `self` has for the large sets that `other` is in. */
pg_ports pg_sweep_add_large(struct sweep *sweep, const struct crowd *self,
                            const struct crowd *other, pg_ports ports);
/* The ports of a rule at a destination that has none of the names it gives; for ingress, at its own end. */
pg_ports pg_sweep_rule_ports(struct sweep *sweep, const struct policy *policy,
                             const struct rule *rule, uint32_t class, int dir);

/* Counts all pairs that some rule singles out (sweep.c). The crowds must be known. Where some side is odd it counts
   the background too: by pg_sweep_background(), crowd by crowd. */
void pg_sweep_rows(struct sweep *sweep);
/* Counts the pairs of a crowd of sources with all others that nothing singles out. */
void pg_sweep_background(struct sweep *sweep, uint32_t from);

/* Turns counts, kept at first[i + 2], into places, kept at first[i + 1] until they are filled. */
struct lists pg_sweep_begin_lists(struct pg_arena *arena, uint32_t *first, uint32_t n);

/* odd.c. Tells which sides are odd, and whose rules are asked at all. */
void pg_odd_find(struct sweep *sweep);
/* A number, equal for sides of classes that let the same through wherever no rule singles out the other end: to or
   from classes of one sort with the same families, large sets and, where names count, ports. Where *sums is set, they
   also do to whom nothing but rules of plain policies single out, surely and with the same ports. */
uint32_t pg_odd_side(struct sweep *sweep, uint32_t class, int dir, bool *sums);
/* Whether the rules that a class is under are asked at all: not of pods on the host network, nor where a policy is
   not evaluated. */
static inline bool odd_asks_rules(const struct sweep *sweep, uint32_t class, int dir)
{
    return sweep->eval->classes[class].kind == PG_CLASS_PODS &&
           !sweep->eval->data[class].unevaluated[dir];
}

/* samples.c. For the background of odd sides one pair stands for all: found along the rows of a crowd. */
void pg_samples_begin(struct sweep *sweep, uint32_t crowd);
/* Looks for pairs that the row at hand, whose slots say `line`, has not touched. */
void pg_samples_look(struct sweep *sweep, uint32_t from, uint32_t line);
/* The classes by crowd. */
void pg_samples_index(struct sweep *sweep);

#endif

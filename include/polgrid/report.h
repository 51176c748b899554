/*
 * Answers written out: the reason of a connection, the matrix, the policies, as text for people and as
 * documents for machines (interface.md). Everything is appended to a buffer, sanitised, and the same
 * byte for byte each time.
 *
 * Every answer says what it was made from (the files and what was assumed) and what was left out.
 */
#ifndef POLGRID_REPORT_H
#define POLGRID_REPORT_H

#include <stdbool.h>
#include <stdint.h>

#include "polgrid/buf.h"
#include "polgrid/entry.h"
#include "polgrid/err.h"
#include "polgrid/eval.h"
#include "polgrid/grid.h"
#include "polgrid/json_writer.h"
#include "polgrid/why.h"

/* --- what all documents share --------------------------------------------------------------------- */

/* Opens a document: apiVersion, kind, source, complete, unevaluated. The caller goes on with its own keys,
   then pg_json_end() and pg_json_finish(). */
struct pg_json pg_report_begin(struct pg_buf *out, const char *kind, const struct pg_eval *eval);
/* `except`: the namespaces of which what is unread was read all the same; nothing where there are none. */
void pg_report_except(struct pg_json *json, const struct pg_unread *unread);

/* Appends "incomplete: 1 object rejected, 2 policies of kinds that are not evaluated
   (CiliumNetworkPolicy)" without a newline; nothing, and false, where nothing was left out. */
bool pg_report_left_out(struct pg_buf *out, const struct pg_eval *eval);

/* What the network plugin does with the policies, as far as the input shows: that it enforces them, that it
   does not ("NOT ENFORCED: …"), or that it is not known. Raw text, in `arena`. */
const char *pg_report_enforcement_text(struct pg_arena *arena, const struct pg_eval *eval);
/* Whether the plugin was seen not to enforce policies, and answers speak as if it did (semantics 8.10). */
bool pg_report_not_enforced(const struct pg_eval *eval);

/* The head of a text: where policies are not enforced that line and a blank one, else nothing. */
void pg_report_head(struct pg_buf *out, const struct pg_eval *eval);
/* The end of a text: a blank line, the enforcement unless the head says it, pg_report_left_out(). */
void pg_report_foot(struct pg_buf *out, const struct pg_eval *eval);

/* --- one connection ------------------------------------------------------------------------------- */

/* One side of a question: an end, or what stands for several of them. */
struct pg_report_endpoint {
    struct pg_end end; /* the only one, or one of them */
    const char *asked; /* what was asked, where that is more than `end`: "internet", "10.0.0.0/8",
                           "shop/deployment/web"; else NULL */
    uint32_t workload; /* asked for all pods of a workload: its index; else PG_NONE */
    uint32_t service;  /* asked for a service: its index; else PG_NONE */
    uint32_t nends;
};

/* Pairs of ends that are answered alike. */
struct pg_report_answer {
    const struct pg_why *why; /* of one of them */
    uint64_t pairs;
};

struct pg_report_question {
    struct pg_report_endpoint from, to;
    const char *protocol;                   /* "TCP", "ICMP"; NULL: every port of every protocol */
    uint32_t port;                          /* 0: every port */
    const char *port_name;                  /* as it was asked, where it was a name; else NULL */
    const struct pg_report_answer *answers; /* at least one; most pairs first */
    uint32_t nanswers;
    const char *const *notes; /* on the question; those of the answers come after */
    uint32_t nnotes;
};

/* The question that `why` alone answers; `answer` must live as long. */
struct pg_report_question pg_report_question(const struct pg_portsets *sets,
                                             const struct pg_why *why,
                                             struct pg_report_answer *answer);

/* The verdict of all answers: theirs where they agree, else mixed. */
enum pg_verdict pg_report_verdict(const struct pg_report_question *question);

void pg_report_why_json(struct pg_buf *out, struct pg_eval *eval,
                        const struct pg_report_question *question);
void pg_report_why_text(struct pg_buf *out, struct pg_eval *eval,
                        const struct pg_report_question *question);

/* --- the matrix ----------------------------------------------------------------------------------- */

/* Which rows or columns: NAMESPACE, NAMESPACE/NAME (a workload or a pod), NAMESPACE/KIND/NAME, each part
   with * and ?; "internet" or the name of another outside group. NULL: all of them. */
struct pg_report_matrix {
    enum pg_level level; /* of the rows and columns; groups (JSON) are what they are */
    pg_ports ports;      /* the lens; PG_PORTS_ALL: any port */
    const char *from, *to;
    bool expand; /* JSON: every pair of pods, too */
};

/* Pairs that `expand` may list. */
#define PG_REPORT_PAIRS 4000000u

/* The level at which a matrix is still readable, and fine enough for what `from` and `to` (may be NULL)
   select. */
enum pg_level pg_report_level(const struct pg_cluster *cluster, const char *from, const char *to);

/* The functions below return false, and append nothing, where `from` or `to` selects nothing, or there
   are too many pairs to expand. */

/* A page: the grid with its glyphs, a legend, totals, what is unknown and why. */
bool pg_report_matrix_table(struct pg_buf *out, struct pg_eval *eval,
                            const struct pg_report_matrix *matrix, struct pg_err *err);
/* A line a cell. */
bool pg_report_matrix_wide(struct pg_buf *out, struct pg_eval *eval,
                           const struct pg_report_matrix *matrix, struct pg_err *err);
bool pg_report_matrix_csv(struct pg_buf *out, struct pg_eval *eval,
                          const struct pg_report_matrix *matrix, struct pg_err *err);
bool pg_report_matrix_md(struct pg_buf *out, struct pg_eval *eval,
                         const struct pg_report_matrix *matrix, struct pg_err *err);
bool pg_report_matrix_json(struct pg_buf *out, struct pg_eval *eval,
                           const struct pg_report_matrix *matrix, struct pg_err *err);

/* The whole matrix in a few numbers (totals.h), within `lens`: pairs of pods by verdict and by ports. */
void pg_report_totals_table(struct pg_buf *out, struct pg_eval *eval, pg_ports lens);
void pg_report_totals_json(struct pg_buf *out, struct pg_eval *eval, pg_ports lens);

/* --- ways into the cluster ------------------------------------------------------------------------ */

void pg_report_entries_table(struct pg_buf *out, struct pg_eval *eval,
                             const struct pg_entries *entries);
void pg_report_entries_json(struct pg_buf *out, struct pg_eval *eval,
                            const struct pg_entries *entries);

/* --- the policies --------------------------------------------------------------------------------- */

struct pg_report_policies {
    uint32_t ns;    /* of this namespace, PG_NONE: all */
    uint32_t pod;   /* that select this pod, PG_NONE: all */
    uint32_t npods; /* more than 1: the pod stands for so many, all there are of its workload */
    bool rules;     /* with their rules in words */
};

void pg_report_policies_table(struct pg_buf *out, struct pg_eval *eval,
                              const struct pg_report_policies *policies);
void pg_report_policies_names(struct pg_buf *out, struct pg_eval *eval,
                              const struct pg_report_policies *policies);
void pg_report_policies_json(struct pg_buf *out, struct pg_eval *eval,
                             const struct pg_report_policies *policies);

#endif

/*
 * The matrix of a cluster as one number, found in three ways: from the evaluator's totals, class by class
 * through its cells, and pod by pod with plain loops over the model. It is the sum, over all ordered pairs of different pods, of a
 * hash of the ports surely and possibly allowed; so the order doesn't matter, and parts can be compared.
 *
 * For clusters without pods on the host network: to those, pods of one class are not all alike.
 */
#ifndef BENCH_MATRIX_H
#define BENCH_MATRIX_H

#include "polgrid/eval.h"

/* The hash of one pair. Ranges are sorted and don't touch. */
uint64_t matrix_hash(const struct pg_range *sure, uint32_t nsure, const struct pg_range *possible,
                     uint32_t npossible);

struct matrix_sum {
    uint64_t checksum, cells; /* cells: how many were asked for */
    uint64_t pairs, allowed;  /* allowed: some port surely */
};

/* --- from the totals --- */

struct matrix_sum matrix_by_totals(struct pg_eval *eval);

/* --- class by class: quadratic, to check the totals --- */

uint32_t matrix_nclasses(const struct pg_eval *eval); /* of pods */
struct matrix_sum matrix_by_class(struct pg_eval *eval);
/* What one pod adds to it, as the source. */
uint64_t matrix_row_by_class(struct pg_eval *eval, uint32_t from);

/* --- pod by pod --- */

struct naive;

struct naive *naive_new(const struct pg_cluster *cluster);
void naive_free(struct naive *naive);
uint64_t matrix_row_by_pod(struct naive *naive, uint32_t from);
uint64_t matrix_by_pod(struct naive *naive);

#endif

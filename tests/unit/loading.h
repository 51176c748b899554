/*
 * What the tests of the loader share: a manifest in, and what came of it as a text to compare.
 */
#ifndef PG_TESTS_LOADING_H
#define PG_TESTS_LOADING_H

#include "unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "polgrid/load.h"

static inline struct pg_cluster *load_text(const char *text)
{
    struct pg_loader *loader = pg_loader_new(NULL);

    pg_loader_text(loader, "t", text, strlen(text));
    return pg_loader_finish(loader);
}

/* Appends "CODE severity line path" for each finding but NS-SYNTHESISED, each on a line. */
static inline void print_findings(struct pg_buf *out, const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->ndiags; i++) {
        const struct pg_diag *diag = &cluster->diags[i];
        if (strcmp(diag->code, "NS-SYNTHESISED") == 0)
            continue;
        pg_buf_printf(out, "%s %s %u", diag->code, pg_severity_name(diag->severity), diag->loc.line);
        if (diag->path)
            pg_buf_printf(out, " %s", diag->path);
        pg_buf_putc(out, '\n');
    }
}

/* Loads a text and holds its findings against what is expected. */
static inline void assert_findings(const char *text, const char *expected)
{
    struct pg_cluster *cluster = load_text(text);
    struct pg_buf found = {0};

    print_findings(&found, cluster);
    if (strcmp(pg_buf_text(&found), expected) != 0)
        print_error("%s\n", text);
    assert_string_equal(pg_buf_text(&found), expected);
    pg_buf_free(&found);
    pg_cluster_free(cluster);
}

/* The one finding of a code. */
static inline const struct pg_diag *finding(const struct pg_cluster *cluster, const char *code)
{
    for (uint32_t i = 0; i < cluster->ndiags; i++)
        if (strcmp(cluster->diags[i].code, code) == 0)
            return &cluster->diags[i];
    fail_msg("there is no %s", code);
    return NULL;
}

/* Appends the pods: "ns/name of Kind/name" and what is particular about each. */
static inline void print_pods(struct pg_buf *out, const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->npods; i++) {
        const struct pg_pod *pod = &cluster->pods[i];
        const struct pg_workload *workload = &cluster->workloads[pod->workload];
        pg_buf_printf(out, "%s/%s of %s/%s",
                      pg_cluster_text(cluster, cluster->namespaces[pod->ns].name),
                      pg_cluster_text(cluster, pod->name), pg_cluster_text(cluster, workload->kind),
                      pg_cluster_text(cluster, workload->name));
        pg_buf_puts(out, pod->is_virtual ? " virtual" : "");
        pg_buf_puts(out, pod->host_network ? " host" : "");
        pg_buf_puts(out, pod->terminating ? " terminating" : "");
        pg_buf_puts(out, pod->invalid ? " invalid" : "");
        pg_buf_puts(out, workload->guessed ? " guessed" : "");
        pg_buf_puts(out, workload->suspended ? " suspended" : "");
        for (int family = 0; family < 2; family++)
            if (pod->addr[family].family) {
                pg_buf_putc(out, ' ');
                pg_addr_print(out, pod->addr[family]);
            }
        pg_buf_putc(out, '\n');
    }
    for (uint32_t i = 0; i < cluster->nexcluded; i++)
        pg_buf_printf(out, "not %s/%s: %s\n",
                      pg_cluster_text(cluster, cluster->namespaces[cluster->excluded[i].ns].name),
                      pg_cluster_text(cluster, cluster->excluded[i].name),
                      cluster->excluded[i].reason);
}

static inline void assert_pods(const char *text, const char *expected)
{
    struct pg_cluster *cluster = load_text(text);
    struct pg_buf found = {0};

    print_pods(&found, cluster);
    if (strcmp(pg_buf_text(&found), expected) != 0)
        print_error("%s\n", text);
    assert_string_equal(pg_buf_text(&found), expected);
    pg_buf_free(&found);
    pg_cluster_free(cluster);
}

#endif

#include <string.h>

#include "command.h"
#include "endpoint.h"
#include "format.h"
#include "polgrid/report.h"
#include "say.h"
#include "source.h"

typedef void write_fn(struct pg_buf *out, struct pg_eval *eval,
                      const struct pg_report_policies *policies);

enum { TABLE, WIDE, NAME, JSON };

static const char *const formats[] = {"table", "wide", "name", "json", NULL};
static write_fn *const writers[] = {
    [TABLE] = pg_report_policies_table,
    [WIDE] = pg_report_policies_table,
    [NAME] = pg_report_policies_names,
    [JSON] = pg_report_policies_json,
};

static bool same_policies(const struct pg_eval *eval, uint32_t a, uint32_t b)
{
    for (int dir = PG_EGRESS; dir <= PG_INGRESS; dir++) {
        uint32_t na, nb;
        const uint32_t *of_a = pg_eval_policies(eval, a, (enum pg_dir)dir, &na);
        const uint32_t *of_b = pg_eval_policies(eval, b, (enum pg_dir)dir, &nb);
        if (na != nb || (na > 0 && memcmp(of_a, of_b, na * sizeof *of_a) != 0))
            return false;
    }
    return true;
}

/* Whether one of the pods can answer for all: the same policies select every one. */
static bool are_alike(const struct pg_eval *eval, const struct pg_cli_ends *ends)
{
    uint32_t first = pg_eval_class_of_pod(eval, ends->v[0].index);
    for (uint32_t i = 1; i < ends->n; i++) {
        uint32_t class = pg_eval_class_of_pod(eval, ends->v[i].index);
        if (class != first && !same_policies(eval, first, class))
            return false;
    }
    return true;
}

static int find_pod(struct pg_cli_run *run, struct pg_cli_world *world,
                    struct pg_report_policies *policies, struct pg_err *err)
{
    struct pg_cli_ends ends;
    const char *text = run->args->operands.v[0];
    const char *ns = pg_cli_endpoint_namespace(run, world->cluster);
    if (!pg_cli_endpoint_find(run->arena, world->eval, text, ns, &ends, err))
        return ends.unread ? PG_CLI_UNDECIDED : PG_CLI_USAGE;
    if (ends.n == 0 || ends.v[0].kind != PG_END_POD) {
        pg_err_set(err, "%s is no pod: policies select pods", text);
        return PG_CLI_USAGE;
    }
    if (!are_alike(world->eval, &ends)) {
        pg_err_set(err, "%s is %u pods that different policies select; name one of them", text,
                   (unsigned)ends.n);
        return PG_CLI_USAGE;
    }
    policies->pod = ends.v[0].index;
    policies->npods = ends.n;
    return PG_CLI_YES;
}

/* PG_CLI_YES, or the status to end with. */
static int set_up(struct pg_cli_run *run, struct pg_cli_world *world,
                  struct pg_report_policies *policies, struct pg_err *err)
{
    const struct pg_cli_args *args = run->args;
    int status = PG_CLI_YES;
    if (args->operands.n > 0)
        return find_pod(run, world, policies, err);
    if (args->values[PG_OPT_NAMESPACE] && !args->given[PG_OPT_ALL_NAMESPACES])
        policies->ns = pg_cli_endpoint_given(run, world->cluster, &status, err);
    return status;
}

int pg_cli_run_policies(struct pg_cli_run *run)
{
    struct pg_report_policies policies = {.ns = PG_NONE, .pod = PG_NONE};
    struct pg_cli_world world;
    struct pg_err err;
    int format = pg_cli_format(run->args, formats);
    if (format < 0)
        return PG_CLI_USAGE;
    int status = pg_cli_source_open(run, &world);
    if (status != PG_CLI_YES)
        return status;
    policies.rules = format == WIDE || format == JSON;
    status = set_up(run, &world, &policies, &err);
    if (status == PG_CLI_YES) {
        struct pg_buf out = {0};
        writers[format](&out, world.eval, &policies);
        if (format == NAME)
            pg_cli_source_warn(&world);
        status = pg_cli_write(&out, pg_cli_source_status(run, &world, PG_CLI_YES));
    } else {
        pg_cli_source_say(&world, &err);
    }
    pg_cli_source_close(&world);
    return status;
}

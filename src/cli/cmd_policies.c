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

static bool find_pod(struct pg_cli_run *run, struct pg_cli_world *world,
                     struct pg_report_policies *policies, struct pg_err *err)
{
    struct pg_cli_ends ends;
    const char *text = run->args->operands.v[0];
    if (!pg_cli_endpoint_find(run->arena, world->eval, text, run->args->values[PG_OPT_NAMESPACE],
                              &ends, err))
        return false;
    if (ends.n == 0 || ends.v[0].kind != PG_END_POD)
        return pg_err_set(err, "%s is no pod: policies select pods", text);
    if (ends.n > 1)
        return pg_err_set(err, "%s is %u pods; name one of them", text, (unsigned)ends.n);
    policies->pod = ends.v[0].index;
    return true;
}

static bool set_up(struct pg_cli_run *run, struct pg_cli_world *world,
                   struct pg_report_policies *policies, struct pg_err *err)
{
    const char *ns = run->args->values[PG_OPT_NAMESPACE];
    if (run->args->operands.n > 0)
        return find_pod(run, world, policies, err);
    if (!ns || run->args->given[PG_OPT_ALL_NAMESPACES])
        return true;
    policies->ns = pg_cluster_find_namespace(world->cluster, ns);
    return policies->ns != PG_NONE || pg_err_set(err, "no namespace %s", ns);
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
    if (set_up(run, &world, &policies, &err)) {
        struct pg_buf out = {0};
        writers[format](&out, world.eval, &policies);
        if (format == NAME)
            pg_cli_source_warn(&world);
        status = pg_cli_write(&out, pg_cli_source_status(run, &world, PG_CLI_YES));
    } else {
        pg_cli_say("%s", err.text);
        status = PG_CLI_USAGE;
    }
    pg_cli_source_close(&world);
    return status;
}

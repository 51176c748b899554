#include <string.h>

#include "command.h"
#include "format.h"
#include "polgrid/report.h"
#include "say.h"
#include "source.h"

typedef bool write_fn(struct pg_buf *out, struct pg_eval *eval,
                      const struct pg_report_matrix *matrix, struct pg_err *err);

static const char *const formats[] = {"table", "wide", "csv", "md", "json", NULL};
static write_fn *const writers[] = {
    pg_report_matrix_table, pg_report_matrix_wide, pg_report_matrix_csv,
    pg_report_matrix_md,    pg_report_matrix_json,
};

static bool parse_level(const char *text, enum pg_level *level, struct pg_err *err)
{
    static const char *const names[] = {
        [PG_LEVEL_NAMESPACE] = "namespace",
        [PG_LEVEL_WORKLOAD] = "workload",
        [PG_LEVEL_POD] = "pod",
    };
    for (int i = PG_LEVEL_NAMESPACE; i <= PG_LEVEL_POD; i++) {
        if (strcmp(text, names[i]) == 0) {
            *level = (enum pg_level)i;
            return true;
        }
    }
    return pg_err_set(err, "--by %s: pod, workload or namespace", text);
}

static bool set_level(const struct pg_cli_args *args, const struct pg_cluster *cluster,
                      struct pg_report_matrix *matrix, struct pg_err *err)
{
    if (args->values[PG_OPT_BY])
        return parse_level(args->values[PG_OPT_BY], &matrix->level, err);
    matrix->level = pg_report_level(cluster, matrix->from, matrix->to);
    return true;
}

static bool set_lens(struct pg_cli_run *run, struct pg_eval *eval, struct pg_report_matrix *matrix,
                     struct pg_err *err)
{
    struct pg_cli_port port;
    const char *text = run->args->values[PG_OPT_PORT];
    matrix->ports = PG_PORTS_ALL;
    if (!text)
        return true;
    if (!pg_cli_port_parse(run->arena, text, &port, err))
        return pg_err_add(err, "--port %s", text);
    if (port.name)
        return pg_err_set(err, "--port %s: names differ from pod to pod; give a number", text);
    if (port.protocol == PG_OTHER)
        return pg_err_set(err, "--port %s: the matrix is about TCP, UDP and SCTP", text);
    matrix->ports = pg_cli_port_set(pg_eval_portsets(eval), &port);
    return true;
}

static bool set_up(struct pg_cli_run *run, struct pg_cli_world *world,
                   struct pg_report_matrix *matrix, struct pg_err *err)
{
    *matrix = (struct pg_report_matrix){
        .from = run->args->values[PG_OPT_FROM],
        .to = run->args->values[PG_OPT_TO],
        .expand = run->args->given[PG_OPT_EXPAND],
    };
    return set_level(run->args, world->cluster, matrix, err) &&
           set_lens(run, world->eval, matrix, err);
}

static bool check_totals(const struct pg_cli_args *args, int format)
{
    static const enum pg_cli_option_id others[] = {PG_OPT_BY, PG_OPT_FROM, PG_OPT_TO, PG_OPT_EXPAND};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        if (args->given[others[i]]) {
            pg_cli_say("--totals is of all pods; it does not go with --%s",
                       pg_cli_options[others[i]].name);
            return false;
        }
    }
    if (writers[format] == pg_report_matrix_table || writers[format] == pg_report_matrix_json)
        return true;
    pg_cli_say("--totals goes with -o table or json");
    return false;
}

static bool write_totals(struct pg_cli_run *run, struct pg_buf *out, struct pg_eval *eval,
                         int format, struct pg_err *err)
{
    struct pg_report_matrix matrix = {0};
    if (!set_lens(run, eval, &matrix, err))
        return false;
    if (writers[format] == pg_report_matrix_json)
        pg_report_totals_json(out, eval, matrix.ports);
    else
        pg_report_totals_table(out, eval, matrix.ports);
    return true;
}

static bool write_matrix(struct pg_cli_run *run, struct pg_buf *out, struct pg_cli_world *world,
                         int format, struct pg_err *err)
{
    struct pg_report_matrix matrix;
    if (run->args->given[PG_OPT_TOTALS])
        return write_totals(run, out, world->eval, format, err);
    return set_up(run, world, &matrix, err) && writers[format](out, world->eval, &matrix, err);
}

int pg_cli_run_matrix(struct pg_cli_run *run)
{
    struct pg_cli_world world;
    struct pg_err err;
    struct pg_buf out = {0};
    int format = pg_cli_format(run->args, formats);
    if (format < 0)
        return PG_CLI_USAGE;
    if (run->args->given[PG_OPT_EXPAND] && writers[format] != pg_report_matrix_json) {
        pg_cli_say("--expand goes with -o json");
        return PG_CLI_USAGE;
    }
    if (run->args->given[PG_OPT_TOTALS] && !check_totals(run->args, format))
        return PG_CLI_USAGE;
    int status = pg_cli_source_open(run, &world);
    if (status != PG_CLI_YES)
        return status;
    if (write_matrix(run, &out, &world, format, &err)) {
        if (writers[format] == pg_report_matrix_csv)
            pg_cli_source_warn(&world);
        status = pg_cli_write(&out, pg_cli_source_status(run, &world, PG_CLI_YES));
    } else {
        pg_cli_source_say(&world, &err);
        pg_buf_free(&out);
        status = PG_CLI_USAGE;
    }
    pg_cli_source_close(&world);
    return status;
}

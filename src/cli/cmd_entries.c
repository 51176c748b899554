/*
 * polgrid entries: what Ingresses and the Routes of Gateways open to the outside, and whether it is reached.
 */
#include "command.h"
#include "endpoint.h"
#include "format.h"
#include "polgrid/report.h"
#include "say.h"
#include "source.h"

static int exit_status(const struct pg_entries *entries)
{
    int status = PG_CLI_YES;
    for (uint32_t i = 0; i < entries->n; i++) {
        enum pg_entry_state state = entries->v[i].state;
        if (state == PG_ENTRY_BLOCKED || state == PG_ENTRY_MIXED)
            return PG_CLI_NO;
        if (state == PG_ENTRY_UNKNOWN)
            status = PG_CLI_UNDECIDED;
    }
    return status;
}

/* An address of the internet in each family: the one that is asked about first. */
static struct pg_entry_clients find_clients(struct pg_cli_run *run, struct pg_eval *eval)
{
    const char *const names[] = {"internet", "internet-ipv6"};
    struct pg_end *ends = pg_arena_array(run->arena, 2, sizeof *ends);
    struct pg_entry_clients clients = {.v = ends};
    struct pg_cli_ends found;
    struct pg_err err;
    for (int i = 0; i < 2; i++) {
        if (pg_cli_endpoint_find(run->arena, eval, names[i], NULL, &found, &err))
            ends[clients.n++] = found.v[0];
    }
    return clients;
}

/* PG_CLI_YES, or what it comes to that the namespace of -n is not there. */
static int set_filter(struct pg_cli_run *run, const struct pg_cli_world *world,
                      struct pg_entry_filter *filter)
{
    int status = PG_CLI_YES;
    struct pg_err err;
    *filter = (struct pg_entry_filter){.ns = PG_NONE, .backend_ns = PG_NONE};
    if (!run->args->values[PG_OPT_NAMESPACE] || run->args->given[PG_OPT_ALL_NAMESPACES])
        return status;
    filter->ns = pg_cli_endpoint_given(run, world->cluster, &status, &err);
    if (filter->ns == PG_NONE)
        pg_cli_source_say(world, &err);
    return status;
}

static int answer(struct pg_cli_run *run, struct pg_cli_world *world, bool json)
{
    struct pg_entry_clients clients = find_clients(run, world->eval);
    struct pg_entry_filter filter;
    struct pg_buf out = {0};
    if (clients.n == 0) {
        pg_cli_say("every address is inside the cluster");
        return PG_CLI_USAGE;
    }
    int status = set_filter(run, world, &filter);
    if (status != PG_CLI_YES)
        return status;
    struct pg_entries entries = pg_entries_find(run->arena, world->eval, &clients, &filter);
    if (json)
        pg_report_entries_json(&out, world->eval, &entries);
    else
        pg_report_entries_table(&out, world->eval, &entries);
    return pg_cli_write(&out, pg_cli_source_status(run, world, exit_status(&entries)));
}

int pg_cli_run_entries(struct pg_cli_run *run)
{
    return pg_cli_source_answer(run, answer);
}

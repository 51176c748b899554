/*
 * polgrid why: one connection. Where an endpoint is more than one end (the pods of a workload, the groups
 * of a block), every pair is asked, and pairs that are answered alike are answered once.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "endpoint.h"
#include "format.h"
#include "polgrid/map.h"
#include "polgrid/report.h"
#include "polgrid/vec.h"
#include "say.h"
#include "source.h"

/* Pairs that one question may stand for. */
#define PG_WHY_PAIRS 1000000u

struct asked {
    struct pg_cli_run *run;
    struct pg_eval *eval;
    struct pg_err *err;
    struct pg_cli_ends from, to;
    struct pg_cli_port port;
    pg_ports *questions; /* by destination */
};

/* --- ports --------------------------------------------------------------------------------------- */

/* Which containers lend their port names (semantics 7.10). */
static bool counts(const struct pg_assume *assume, const struct pg_container_port *port)
{
    switch (assume->named_ports) {
    case PG_NAMED_PORTS_CONTAINERS: return port->container == PG_CONTAINER;
    case PG_NAMED_PORTS_SIDECARS: return port->container != PG_CONTAINER_INIT;
    case PG_NAMED_PORTS_ALL_INIT: break;
    }
    return true;
}

static pg_ports named_port(struct asked *asked, const struct pg_end *to)
{
    const struct pg_cluster *cluster = pg_eval_cluster(asked->eval);
    struct pg_portsets *sets = pg_eval_portsets(asked->eval);
    pg_ports all = PG_PORTS_NONE;
    if (to->kind != PG_END_POD)
        return all;
    const struct pg_pod *pod = &cluster->pods[to->index];
    for (uint32_t i = 0; i < pod->nports; i++) {
        const struct pg_container_port *port = &pod->ports[i];
        if (port->protocol != asked->port.protocol || port->name == PG_STR_NONE ||
            strcmp(pg_cluster_text(cluster, port->name), asked->port.name) != 0 ||
            !counts(pg_eval_assume(asked->eval), port))
            continue;
        pg_ports one = pg_portset_range(sets, asked->port.protocol, port->number, port->number);
        all = pg_portset_union(sets, all, one);
    }
    return all;
}

/* What is asked of each destination: a name may be another number on each. */
static bool set_questions(struct asked *asked)
{
    struct pg_portsets *sets = pg_eval_portsets(asked->eval);
    asked->questions = pg_arena_array(asked->run->arena, asked->to.n, sizeof *asked->questions);
    for (uint32_t i = 0; i < asked->to.n; i++) {
        const struct pg_end *end = &asked->to.v[i];
        asked->questions[i] =
            asked->port.name ? named_port(asked, end) : pg_cli_port_set(sets, &asked->port);
        if (asked->questions[i] != PG_PORTS_NONE)
            continue;
        struct pg_buf name = {0};
        pg_end_print(&name, asked->eval, end);
        pg_err_set(asked->err, "%s has no container port named %s/%s", pg_buf_text(&name),
                   asked->port.name, asked->port.protocol_name);
        pg_buf_free(&name);
        return false;
    }
    return true;
}

/* The port, if it is one and the same for every destination; else 0. */
static uint32_t single_port(const struct asked *asked)
{
    if (asked->port.number || !asked->port.name)
        return asked->port.number;
    const struct pg_portsets *sets = pg_eval_portsets(asked->eval);
    for (uint32_t i = 1; i < asked->to.n; i++) {
        if (asked->questions[i] != asked->questions[0])
            return 0;
    }
    uint32_t n;
    const struct pg_range *ranges = pg_portset_ranges(sets, asked->questions[0], &n);
    return n == 1 && ranges[0].lo == ranges[0].hi ? PG_KEY_PORT(ranges[0].lo) : 0;
}

/* --- answers ------------------------------------------------------------------------------------- */

/* What makes two pairs alike; without padding, since its bytes are hashed. */
struct alike {
    uint32_t question, sure[2], possible[2], flags;
};

struct group {
    struct alike alike;
    const struct pg_end *from, *to;
    uint64_t pairs;
    uint32_t order;
};

typedef PG_VEC(struct group) groups_vec;

static struct alike alike_of(struct asked *asked, const struct pg_cell *cell, pg_ports question)
{
    struct pg_portsets *sets = pg_eval_portsets(asked->eval);
    struct alike alike = {.question = question};
    alike.flags = (uint32_t)cell->no_route | (uint32_t)cell->mixed << 1;
    for (int dir = PG_EGRESS; dir <= PG_INGRESS; dir++) {
        const struct pg_side *side = &cell->sides[dir];
        alike.sure[dir] = pg_portset_intersect(sets, side->sure, question);
        alike.possible[dir] = pg_portset_intersect(sets, side->possible, question);
        uint32_t flags =
            (uint32_t)side->exempt << 2 | (uint32_t)side->isolated << 1 | (uint32_t)side->present;
        alike.flags |= flags << (8 + 8 * dir);
    }
    return alike;
}

static struct group *find_group(struct asked *asked, groups_vec *groups, struct pg_map *known,
                                const struct alike *alike)
{
    uint64_t hash = pg_hash(alike, sizeof *alike, 0);
    for (;; hash++) {
        const uint32_t *at = pg_map_get(known, hash);
        if (!at)
            break;
        if (memcmp(&groups->v[*at].alike, alike, sizeof *alike) == 0)
            return &groups->v[*at];
    }
    pg_map_put(known, hash, groups->n);
    struct group *group = pg_vec_add(asked->run->arena, groups);
    group->alike = *alike;
    group->order = groups->n;
    return group;
}

static void group_pairs(struct asked *asked, groups_vec *groups)
{
    struct pg_map known = {0};
    for (uint32_t i = 0; i < asked->from.n; i++) {
        for (uint32_t j = 0; j < asked->to.n; j++) {
            const struct pg_end *from = &asked->from.v[i], *to = &asked->to.v[j];
            /* A workload to itself is about two of its pods. */
            if (asked->from.n > 1 && asked->to.n > 1 && pg_eval_is_self(asked->eval, from, to))
                continue;
            struct pg_cell cell = pg_eval_pair(asked->eval, from, to);
            struct alike alike = alike_of(asked, &cell, asked->questions[j]);
            struct group *group = find_group(asked, groups, &known, &alike);
            if (group->pairs++ == 0) {
                group->from = from;
                group->to = to;
            }
        }
    }
    pg_map_free(&known);
}

static int compare_groups(const void *left, const void *right)
{
    const struct group *a = left, *b = right;
    if (a->pairs != b->pairs)
        return a->pairs > b->pairs ? -1 : 1;
    return a->order < b->order ? -1 : 1;
}

static const struct pg_report_answer *ask_all(struct asked *asked, uint32_t *n)
{
    groups_vec groups = {0};
    group_pairs(asked, &groups);
    qsort(groups.v, groups.n, sizeof *groups.v, compare_groups);
    struct pg_report_answer *answers = pg_arena_array(asked->run->arena, groups.n, sizeof *answers);
    for (uint32_t i = 0; i < groups.n; i++) {
        const struct group *group = &groups.v[i];
        answers[i].why = pg_why_ask(asked->run->arena, asked->eval, group->from, group->to,
                                    group->alike.question, pg_eval_assume(asked->eval)->family);
        answers[i].pairs = group->pairs;
    }
    *n = groups.n;
    return answers;
}

/* --- services ------------------------------------------------------------------------------------ */

static void print_service_ports(struct pg_buf *out, const struct pg_cluster *cluster,
                                const struct pg_service *service)
{
    for (uint32_t i = 0; i < service->nports; i++) {
        const struct pg_service_port *port = &service->ports[i];
        pg_buf_printf(out, "%s%u/%s", i > 0 ? ", " : "", (unsigned)port->port,
                      pg_protocol_name((enum pg_protocol)port->protocol));
        if (port->name != PG_STR_NONE && *pg_cluster_text(cluster, port->name))
            pg_buf_printf(out, " (%s)", pg_cluster_text(cluster, port->name));
    }
}

static bool no_service_port(struct asked *asked, const struct pg_service *service)
{
    struct pg_buf ports = {0};
    print_service_ports(&ports, pg_eval_cluster(asked->eval), service);
    pg_err_set(asked->err, "%s: name one of the service's ports: %s",
               asked->run->args->operands.v[1], pg_buf_text(&ports));
    pg_buf_free(&ports);
    return false;
}

/* The port of a service: a number, one of its names, or the only one it has. */
static bool set_service_port(struct asked *asked)
{
    const struct pg_cluster *cluster = pg_eval_cluster(asked->eval);
    const struct pg_service *service = &cluster->services[asked->to.service];
    struct pg_cli_port *port = &asked->port;
    if (port->protocol == PG_OTHER)
        return pg_err_set(asked->err, "a service has no %s", port->protocol_name);
    if (port->number)
        return true;
    for (uint32_t i = 0; i < service->nports; i++) {
        const struct pg_service_port *one = &service->ports[i];
        bool named = port->name && strcmp(pg_cluster_text(cluster, one->name), port->name) == 0;
        if (!named && (port->name || service->nports > 1))
            continue;
        port->number = one->port;
        port->protocol = one->protocol;
        port->protocol_name = pg_protocol_name((enum pg_protocol)one->protocol);
        port->any = false;
        return true;
    }
    return no_service_port(asked, service);
}

static bool same_backends(const struct pg_why *a, const struct pg_why *b)
{
    bool same = a->verdict == b->verdict && a->nbackends == b->nbackends;
    for (uint32_t i = 0; i < a->nbackends && same; i++)
        same = a->backends[i].why->verdict == b->backends[i].why->verdict;
    return same;
}

static const struct pg_report_answer *ask_service(struct asked *asked, uint32_t *n)
{
    struct pg_report_answer *answers =
        pg_arena_array(asked->run->arena, asked->from.n, sizeof *answers);
    *n = 0;
    for (uint32_t i = 0; i < asked->from.n; i++) {
        const struct pg_why *why =
            pg_why_service(asked->run->arena, asked->eval, &asked->from.v[i], asked->to.service,
                           (enum pg_protocol)asked->port.protocol, asked->port.number,
                           pg_eval_assume(asked->eval)->family);
        uint32_t at = 0;
        while (at < *n && !same_backends(answers[at].why, why))
            at++;
        if (at == *n)
            answers[(*n)++].why = why;
        answers[at].pairs++;
    }
    return answers;
}

/* --- the question -------------------------------------------------------------------------------- */

/* A node port is a service's: what is sent there is translated before any policy sees it. */
static void find_node_port(struct asked *asked)
{
    const struct pg_cluster *cluster = pg_eval_cluster(asked->eval);
    struct pg_cli_port *port = &asked->port;
    if (asked->to.service != PG_NONE || asked->to.n != 1 || asked->to.v[0].kind != PG_END_NODE ||
        port->number == 0)
        return;
    for (uint32_t i = 0; i < cluster->nservices; i++)
        for (uint32_t k = 0; k < cluster->services[i].nports; k++) {
            const struct pg_service_port *one = &cluster->services[i].ports[k];
            if (one->node_port != port->number || one->protocol != port->protocol)
                continue;
            asked->to.note = pg_arena_printf(
                asked->run->arena, "%u is a node port: it leads to port %u of the service",
                (unsigned)port->number, (unsigned)one->port);
            asked->to.service = i;
            asked->to.asked = NULL;
            asked->to.n = 0;
            port->number = one->port;
            return;
        }
}

static bool find_ends(struct asked *asked)
{
    struct pg_cli_run *run = asked->run;
    const char *ns = pg_cli_endpoint_namespace(run, pg_eval_cluster(asked->eval)), *name, *port;
    const char *from = run->args->operands.v[0], *to = run->args->operands.v[1];
    if (*from == '[' && !pg_cli_endpoint_split(run->arena, from, &from, &port, asked->err))
        return false;
    if (!pg_cli_endpoint_split(run->arena, to, &name, &port, asked->err))
        return false;
    if (!pg_cli_port_parse(run->arena, port, &asked->port, asked->err))
        return pg_err_add(asked->err, "%s", to);
    if (!pg_cli_endpoint_find(run->arena, asked->eval, from, ns, &asked->from, asked->err) ||
        !pg_cli_endpoint_find(run->arena, asked->eval, name, ns, &asked->to, asked->err))
        return false;
    int family = asked->from.family != 0 ? asked->from.family : asked->to.family;
    if (asked->to.family != 0 && asked->to.family != family)
        return pg_err_set(asked->err, "%s and %s are of different address families", from, name);
    if (family != 0 && pg_eval_assume(asked->eval)->family == 0)
        pg_eval_ask_family(asked->eval, family); /* who names an address asks for its family */
    find_node_port(asked);
    if (asked->from.service != PG_NONE)
        return pg_err_set(asked->err, "%s: a service opens no connections; ask for its pods", from);
    if (asked->to.service != PG_NONE)
        return set_service_port(asked);
    if ((uint64_t)asked->from.n * asked->to.n > PG_WHY_PAIRS)
        return pg_err_set(asked->err, "%s to %s: more than %u pairs; ask for fewer", from, name,
                          PG_WHY_PAIRS);
    if (asked->from.v[0].kind != PG_END_POD && asked->to.v[0].kind != PG_END_POD &&
        !asked->from.v[0].maybe_inside && !asked->to.v[0].maybe_inside)
        return pg_err_set(asked->err, "neither %s nor %s is a pod: no policy has a say", from, name);
    return set_questions(asked);
}

static struct pg_report_endpoint report_endpoint(const struct pg_cli_ends *ends)
{
    struct pg_report_endpoint endpoint = {
        .asked = ends->asked,
        .workload = ends->workload,
        .service = ends->service,
        .nends = ends->n,
    };
    if (ends->n > 0)
        endpoint.end = ends->v[0];
    return endpoint;
}

static void make_question(struct asked *asked, struct pg_report_question *question)
{
    const char **notes = pg_arena_array(asked->run->arena, 2, sizeof *notes);
    *question = (struct pg_report_question){
        .from = report_endpoint(&asked->from),
        .to = report_endpoint(&asked->to),
        .protocol = asked->port.protocol_name,
        .port = asked->to.n > 0 ? single_port(asked) : asked->port.number,
        .port_name = asked->port.name,
        .notes = notes,
    };
    question->answers = asked->to.n > 0 ? ask_all(asked, &question->nanswers)
                                        : ask_service(asked, &question->nanswers);
    if (asked->from.note)
        notes[question->nnotes++] = asked->from.note;
    if (asked->to.note)
        notes[question->nnotes++] = asked->to.note;
}

static int exit_status(enum pg_verdict verdict)
{
    switch (verdict) {
    case PG_VERDICT_ALLOWED: return PG_CLI_YES;
    case PG_VERDICT_DENIED:
    case PG_VERDICT_NO_BACKEND:
    case PG_VERDICT_NO_ROUTE: return PG_CLI_NO;
    case PG_VERDICT_UNKNOWN:
    case PG_VERDICT_MIXED: break;
    }
    return PG_CLI_UNDECIDED;
}

static int answer(struct pg_cli_run *run, struct pg_cli_world *world, bool json)
{
    struct pg_err err;
    struct asked asked = {.run = run, .eval = world->eval, .err = &err};
    if (!find_ends(&asked)) {
        pg_cli_source_say(world, &err);
        return asked.from.unread || asked.to.unread ? PG_CLI_UNDECIDED : PG_CLI_USAGE;
    }
    struct pg_report_question question;
    struct pg_buf out = {0};
    make_question(&asked, &question);
    if (json)
        pg_report_why_json(&out, world->eval, &question);
    else
        pg_report_why_text(&out, world->eval, &question);
    int status = exit_status(pg_report_verdict(&question));
    return pg_cli_write(&out, pg_cli_source_status(run, world, status));
}

int pg_cli_run_why(struct pg_cli_run *run)
{
    return pg_cli_source_answer(run, answer);
}

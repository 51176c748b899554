/*
 * A question to a service: each backend is judged on its own at its target port (semantics 9). The
 * service's own address and port are never matched by a policy.
 */
#include "service_internal.h"

/* Whether an outside client's packet may come with a node's address (9.7). */
static bool source_may_be_node(const struct asking *asking)
{
    return asking->from->kind == PG_END_ADDR && !asking->service->local_traffic;
}

/* What the backend's policies say of a packet from some node, which may be its own. */
static enum pg_verdict verdict_from_node(struct asking *asking, const struct pg_why *client)
{
    struct ask ask = {.self = pg_eval_class_of(asking->eval, &client->to),
                      .other = asking->eval->unknown_node,
                      .dir = PG_INGRESS,
                      .near = PG_NEAR_UNKNOWN,
                      .family = asking->from->addr.family};
    struct pg_side side = pg_cell_side(asking->eval, &ask);
    return pg_why_verdict(asking->eval, client->question, side.sure, side.possible);
}

/* The client's address may have been replaced by a node's: what holds for both is the answer, else
   nothing is known (9.7). */
static const struct pg_why *judge_unknown_node(struct asking *asking, const struct pg_why *client)
{
    if (client->verdict == PG_VERDICT_NO_ROUTE ||
        client->verdict == verdict_from_node(asking, client))
        return client;
    struct pg_why *why = pg_arena_alloc(asking->arena, sizeof *why);
    *why = *client;
    why->verdict = PG_VERDICT_UNKNOWN;
    why->sides[PG_INGRESS].verdict = PG_VERDICT_UNKNOWN;
    why->sides[PG_INGRESS].own_node_unknown = client->verdict == PG_VERDICT_DENIED;
    why->sure = PG_PORTS_NONE;
    why->possible = why->question;
    why->sentence = pg_arena_printf(
        asking->arena,
        "%s But through this service a node may replace the client's address, and then the answer "
        "may be another: it is not known.",
        client->sentence);
    return why;
}

static void judge(struct asking *asking, struct pg_backend *backend)
{
    struct ask_options options = {.family = asking->family, .through_service = true};
    options.hairpin = pg_eval_is_self(asking->eval, asking->from, &backend->end) &&
                      !asking->eval->assume.hairpin_policy;
    pg_ports question =
        pg_portset_range(asking->eval->sets, asking->protocol, backend->port, backend->port);
    backend->why = pg_why_question(asking->arena, asking->eval, asking->from, &backend->end,
                                   question, &options);
    if (source_may_be_node(asking))
        backend->why = judge_unknown_node(asking, backend->why);
}

/* An answer that no backend was needed for. */
static void answer(struct asking *asking, struct pg_why *why, enum pg_verdict verdict,
                   const char *reason)
{
    struct pg_buf text = {0};
    pg_end_print(&text, asking->eval, asking->from);
    pg_buf_puts(&text,
                verdict == PG_VERDICT_UNKNOWN ? " may or may not reach " : " does not reach ");
    pg_service_print(&text, asking);
    pg_buf_printf(&text, " on %u/%s: %s.", asking->port, pg_protocol_name(asking->protocol), reason);
    why->verdict = verdict;
    why->sentence = pg_arena_strndup(asking->arena, pg_buf_text(&text), text.n);
    pg_buf_free(&text);
}

/* Sums up: equal verdicts are that verdict, different ones are mixed. */
static void combine_backends(struct asking *asking, struct pg_why *why)
{
    const struct pg_backend *decider = NULL;
    uint32_t n = 0, allowed = 0;
    for (uint32_t i = 0; i < asking->backends.n; i++) {
        const struct pg_backend *backend = &asking->backends.v[i];
        if (!backend->counted)
            continue;
        if (n++ == 0)
            why->verdict = backend->why->verdict;
        else if (why->verdict != backend->why->verdict)
            why->verdict = PG_VERDICT_MIXED;
        allowed += backend->why->verdict == PG_VERDICT_ALLOWED;
        if (decider == NULL || (decider->why->verdict == PG_VERDICT_ALLOWED &&
                                backend->why->verdict != PG_VERDICT_ALLOWED))
            decider = backend;
    }
    why->to = decider->end;
    why->question = decider->why->question;
    why->sides[0] = decider->why->sides[0];
    why->sides[1] = decider->why->sides[1];
    why->notes = decider->why->notes;
    why->nnotes = decider->why->nnotes;
    struct pg_buf text = {0};
    pg_service_print(&text, asking);
    pg_buf_printf(&text, " port %u/%s is answered by %u backend%s at ", asking->port,
                  pg_protocol_name(asking->protocol), n, n == 1 ? "" : "s");
    pg_buf_printf(&text, "%u/%s; %u of %u allowed; ", decider->port,
                  pg_protocol_name(asking->protocol), allowed, n);
    pg_buf_puts(&text, decider->why->sentence);
    why->sentence = pg_arena_strndup(asking->arena, pg_buf_text(&text), text.n);
    pg_buf_free(&text);
}

/* What ends a question before any backend is looked at. Returns whether it did. */
static bool ends_early(struct asking *asking, struct pg_why *why)
{
    if (pg_service_is(asking, "ExternalName")) {
        answer(asking, why, PG_VERDICT_UNKNOWN,
               "it is an alias for a name outside, whose address is not known"); /* 9.5 */
        return true;
    }
    if (asking->from->kind == PG_END_ADDR && !pg_service_is_open(asking) &&
        !asking->from->maybe_inside) {
        answer(asking, why, PG_VERDICT_NO_ROUTE,
               "a ClusterIP service has no address outside the cluster"); /* 9.7 */
        return true;
    }
    if (asking->service_port == NULL && !asking->headless) {
        answer(asking, why, PG_VERDICT_NO_BACKEND, "the service has no such port");
        return true;
    }
    return false;
}

/* Why nothing answers (9.9). */
static const char *why_none(const struct asking *asking)
{
    if (asking->by_slices)
        return "no endpoint is listed for it";
    return asking->nselected > 0 ? "no pod of it has a port of the name of its target port"
                                 : "no pod answers for it";
}

static void ask(struct asking *asking, struct pg_why *why)
{
    if (ends_early(asking, why))
        return;
    pg_service_backends(asking);
    for (uint32_t i = 0; i < asking->backends.n; i++)
        judge(asking, &asking->backends.v[i]);
    why->backends = asking->backends.v;
    why->nbackends = asking->backends.n;
    if (asking->backends.n == 0)
        answer(asking, why, PG_VERDICT_NO_BACKEND, why_none(asking));
    else
        combine_backends(asking, why);
}

static const struct pg_service_port *find_port(const struct asking *asking)
{
    for (uint32_t i = 0; i < asking->service->nports; i++)
        if (asking->service->ports[i].port == asking->port &&
            asking->service->ports[i].protocol == asking->protocol)
            return &asking->service->ports[i];
    return NULL;
}

static const struct pg_why *ask_service(struct asking *asking, uint32_t service)
{
    struct pg_eval *eval = asking->eval;
    struct pg_why *why = pg_arena_alloc(asking->arena, sizeof *why);
    asking->service = &eval->cluster->services[service];
    asking->service_port = find_port(asking);
    why->from = *asking->from;
    why->service = service;
    why->service_port = asking->port;
    why->family = asking->family;
    why->question = pg_portset_range(eval->sets, asking->protocol, asking->port, asking->port);
    ask(asking, why);
    why->stages = pg_service_stages(asking, why);
    pg_service_notes(asking, why);
    return why;
}

const struct pg_why *pg_why_service(struct pg_arena *arena, struct pg_eval *eval,
                                    const struct pg_end *from, uint32_t service,
                                    enum pg_protocol protocol, uint32_t port, int family)
{
    struct asking asking = {.arena = arena,
                            .eval = eval,
                            .from = from,
                            .headless = eval->cluster->services[service].headless,
                            .protocol = protocol,
                            .port = port,
                            .family = family};
    return ask_service(&asking, service);
}

const struct pg_why *pg_why_proxied(struct pg_arena *arena, struct pg_eval *eval,
                                    const struct pg_end *from, uint32_t service,
                                    enum pg_protocol protocol, uint32_t port, int family)
{
    struct asking asking = {.arena = arena,
                            .eval = eval,
                            .from = from,
                            .protocol = protocol,
                            .port = port,
                            .family = family};
    return ask_service(&asking, service);
}

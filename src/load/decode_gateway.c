/* Gateway, GatewayClass and ReferenceGrant of gateway.networking.k8s.io. */
#include <string.h>

#include "route.h"

static enum pg_routes_from read_from(const struct pg_at *at)
{
    static const struct {
        const char *word;
        enum pg_routes_from from;
    } words[] = {{"Same", PG_ROUTES_SAME}, {"All", PG_ROUTES_ALL}, {"Selector", PG_ROUTES_SELECTOR}};
    const char *text = pg_at_string(at);

    if (!text)
        return PG_ROUTES_SAME;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i].word, text) == 0)
            return words[i].from;
    return PG_ROUTES_NONE;
}

static void read_listener(struct pg_decode *decode, const struct pg_at *at,
                          struct pg_listener *listener)
{
    struct pg_at allowed = pg_at_get(at, "allowedRoutes"), port = pg_at_get(at, "port");
    struct pg_at namespaces = pg_at_get(&allowed, "namespaces");
    struct pg_at from = pg_at_get(&namespaces, "from");
    struct pg_at selector = pg_at_get(&namespaces, "selector"),
                 kinds = pg_at_get(&allowed, "kinds");
    uint32_t n = pg_at_items(&kinds);
    pg_str *list = pg_arena_array(decode->loader->cluster->arena, n, sizeof *list);
    int64_t number;

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at kind = pg_at_item(&kinds, i);
        list[i] = pg_decode_field(decode, &kind, "kind");
    }
    *listener = (struct pg_listener){
        .name = pg_decode_field(decode, at, "name"),
        .from = read_from(&from),
        .namespaces = pg_decode_selector(decode, &selector),
        .kinds = list,
        .nkinds = n,
    };
    if (pg_at_number(&port, &number) && number >= 1 && number <= 65535)
        listener->port = (uint16_t)number;
}

void pg_decode_gateway(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec"), list = pg_at_get(&spec, "listeners");
    uint32_t n = pg_at_items(&list);
    struct pg_listener *listeners =
        pg_arena_array(decode->loader->cluster->arena, n, sizeof *listeners);
    struct pg_raw_gateway raw = {
        .gateway = {.class_name = pg_decode_field(decode, &spec, "gatewayClassName"),
                    .listeners = listeners,
                    .nlisteners = n}};

    for (uint32_t i = 0; i < n; i++) {
        struct pg_at at = pg_at_item(&list, i);
        read_listener(decode, &at, &listeners[i]);
    }
    if (decode->rejected)
        return;
    raw.id = pg_decode_id(decode, object);
    pg_vec_push(decode->loader->work, &pg_routes_of(decode->loader)->gateways, raw);
}

void pg_decode_gateway_class(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec");
    struct pg_raw_entry_class raw = {.class.controller =
                                         pg_decode_field(decode, &spec, "controllerName")};

    if (decode->rejected)
        return;
    raw.id = pg_decode_id(decode, object);
    raw.id.kind = pg_decode_str(decode, decode->kind_name);
    pg_vec_push(decode->loader->work, &pg_routes_of(decode->loader)->classes, raw);
}

static bool is_service(const struct pg_at *at)
{
    struct pg_at group = pg_at_get(at, "group"), kind = pg_at_get(at, "kind");
    const char *text = pg_at_string(&group);

    return (!text || !*text) && pg_at_string(&kind) && strcmp(pg_at_string(&kind), "Service") == 0;
}

/* What it grants to others than routes, or of others than Services, is no matter of ours. */
void pg_decode_reference_grant(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at spec = pg_at_get(object, "spec"), from = pg_at_get(&spec, "from");
    struct pg_at to = pg_at_get(&spec, "to");
    struct pg_arena *arena = decode->loader->cluster->arena;
    struct pg_grant_from *sources = pg_arena_array(arena, pg_at_items(&from), sizeof *sources);
    pg_str *names = pg_arena_array(arena, pg_at_items(&to), sizeof *names);
    struct pg_raw_grant raw = {.grant = {.from = sources, .to = names}};

    for (uint32_t i = 0; i < pg_at_items(&from); i++) {
        struct pg_at at = pg_at_item(&from, i), group = pg_at_get(&at, "group");
        const char *text = pg_at_string(&group);
        if (text && strcmp(text, "gateway.networking.k8s.io") == 0)
            sources[raw.grant.nfrom++] = (struct pg_grant_from){
                pg_decode_field(decode, &at, "kind"), pg_decode_field(decode, &at, "namespace")};
    }
    for (uint32_t i = 0; i < pg_at_items(&to); i++) {
        struct pg_at at = pg_at_item(&to, i);
        if (is_service(&at))
            names[raw.grant.nto++] = pg_decode_field(decode, &at, "name");
    }
    if (decode->rejected)
        return;
    raw.id = pg_decode_id(decode, object);
    pg_vec_push(decode->loader->work, &pg_routes_of(decode->loader)->grants, raw);
}

#include "discovery.h"

#include <string.h>

#include <jansson.h>

void live_discovery_start(struct live_discovery *discovery, struct pg_arena *arena)
{
    *discovery = (struct live_discovery){.arena = arena};
    for (uint32_t i = 0; i < live_nresources; i++)
        if (live_resources[i].always)
            discovery->version[i] = "v1";
}

bool live_discovery_has_group(const struct live_discovery *discovery, const char *group)
{
    for (uint32_t i = 0; i < discovery->groups.n; i++)
        if (strcmp(discovery->groups.v[i], group) == 0)
            return true;
    return false;
}

/* The place of a version in a list of them, best first; UINT32_MAX where it is not in it. */
static uint32_t rank(const char *versions, const char *version)
{
    size_t n = strlen(version);
    uint32_t place = 0;

    for (const char *p = versions; *p; p += strcspn(p, " "), p += *p == ' ', place++)
        if (strcspn(p, " ") == n && strncmp(p, version, n) == 0)
            return place;
    return UINT32_MAX;
}

static void found(struct live_discovery *discovery, const char *group, const char *version,
                  const char *plural)
{
    for (uint32_t i = 0; i < live_nresources; i++) {
        const struct live_resource *resource = &live_resources[i];
        const char *now = discovery->version[i];
        uint32_t place;
        if (strcmp(resource->group, group) != 0 || strcmp(resource->plural, plural) != 0)
            continue;
        place = rank(resource->versions, version);
        if (place == UINT32_MAX) {
            discovery->unknown[i] = !now;
            continue;
        }
        discovery->unknown[i] = false;
        if (!now || place < rank(resource->versions, now))
            discovery->version[i] = pg_arena_strdup(discovery->arena, version);
    }
}

void live_discovery_unclear(struct live_discovery *discovery, const char *group, const char *reason)
{
    for (uint32_t i = 0; i < live_nresources; i++)
        if (strcmp(live_resources[i].group, group) == 0)
            discovery->unclear[i] = pg_arena_strdup(discovery->arena, reason);
}

static const char *text_of(json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));

    return text ? text : "";
}

/* --- the aggregated form --- */

static void read_aggregated(struct live_discovery *discovery, json_t *item)
{
    const char *group = text_of(json_object_get(item, "metadata"), "name");
    size_t i, k;
    json_t *version, *resource;

    pg_vec_push(discovery->arena, &discovery->groups, pg_arena_strdup(discovery->arena, group));
    json_array_foreach(json_object_get(item, "versions"), i, version)
    {
        json_array_foreach(json_object_get(version, "resources"), k, resource)
            found(discovery, group, text_of(version, "version"), text_of(resource, "resource"));
        /* An aggregated API server that is down is listed as it was last seen: without anything, where that was
           never. */
        if (strcmp(text_of(version, "freshness"), "Stale") == 0)
            live_discovery_unclear(discovery, group, "its API server does not answer");
    }
}

/* --- the plain form --- */

static bool matters(const char *group)
{
    for (uint32_t i = 0; i < live_nresources; i++)
        if (!live_resources[i].always && strcmp(live_resources[i].group, group) == 0)
            return true;
    return false;
}

static void read_plain(struct live_discovery *discovery, json_t *item)
{
    const char *group = text_of(item, "name");
    size_t i;
    json_t *version;

    pg_vec_push(discovery->arena, &discovery->groups, pg_arena_strdup(discovery->arena, group));
    if (!matters(group))
        return;
    json_array_foreach(json_object_get(item, "versions"), i, version)
        pg_vec_push(discovery->arena, &discovery->to_ask,
                    pg_arena_printf(discovery->arena, "/apis/%s", text_of(version, "groupVersion")));
}

static json_t *parse(const char *text, size_t n, struct pg_err *err)
{
    json_error_t error;
    json_t *json = json_loadb(text, n, JSON_REJECT_DUPLICATES, &error);

    if (!json_is_object(json)) {
        pg_err_set(err, "what the server says of its APIs is no JSON object");
        json_decref(json);
        return NULL;
    }
    return json;
}

bool live_discovery_read(struct live_discovery *discovery, const char *text, size_t n,
                         struct pg_err *err)
{
    json_t *json = parse(text, n, err), *item;
    size_t i;

    if (!json)
        return false;
    json_array_foreach(json_object_get(json, "items"), i, item) read_aggregated(discovery, item);
    json_array_foreach(json_object_get(json, "groups"), i, item) read_plain(discovery, item);
    json_decref(json);
    return discovery->groups.n > 0 || pg_err_set(err, "the server lists no API groups");
}

bool live_discovery_read_group(struct live_discovery *discovery, const char *text, size_t n,
                               struct pg_err *err)
{
    json_t *json = parse(text, n, err), *resource;
    const char *slash;
    size_t i;

    if (!json)
        return false;
    const char *group_version = text_of(json, "groupVersion");
    slash = strchr(group_version, '/');
    if (slash) {
        const char *group =
            pg_arena_strndup(discovery->arena, group_version, (size_t)(slash - group_version));
        json_array_foreach(json_object_get(json, "resources"), i, resource)
            found(discovery, group, slash + 1, text_of(resource, "name"));
    }
    json_decref(json);
    return slash || pg_err_set(err, "what the server says of an API names no group");
}

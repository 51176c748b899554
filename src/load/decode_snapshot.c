/* The object that polgrid puts first into a snapshot: which cluster it is of, and what could not be read. */
#include <string.h>

#include "decode.h"

static const char *const whats[PG_NUNREADS] = {
    [PG_UNREAD_POLICY] = "policies",
    [PG_UNREAD_PART] = "parts",
    [PG_UNREAD_PEERS] = "peers",
    [PG_UNREAD_EXTRA] = "extra",
};

const char *pg_unread_what(enum pg_unread_kind what)
{
    return whats[what];
}

static const char *text_of(const struct pg_at *up, const char *key)
{
    struct pg_at at = pg_at_get(up, key);

    return pg_at_string(&at);
}

/* What hangs on it; of a sort that a later polgrid knows, everything. */
static enum pg_unread_kind what_of(const char *text)
{
    for (int i = 0; text && i < PG_NUNREADS; i++)
        if (strcmp(whats[i], text) == 0)
            return (enum pg_unread_kind)i;
    return PG_UNREAD_POLICY;
}

/* A list of texts; what is none is "". */
static const char **read_texts(struct pg_decode *decode, const struct pg_at *object,
                               const char *key, uint32_t *n)
{
    struct pg_at list = pg_at_get(object, key);
    const char **texts;

    *n = pg_at_items(&list);
    texts = pg_arena_array(decode->loader->work, *n, sizeof *texts);
    for (uint32_t i = 0; i < *n; i++) {
        struct pg_at item = pg_at_item(&list, i);
        texts[i] = pg_at_text(&item);
        texts[i] = texts[i] ? texts[i] : "";
    }
    return texts;
}

static void read_unread(struct pg_decode *decode, const struct pg_at *item)
{
    struct pg_at namespaced = pg_at_get(item, "namespaced");
    struct pg_unread unread = {
        .what = what_of(text_of(item, "what")),
        .group = text_of(item, "group"),
        .resource = text_of(item, "resource"),
        .kind = text_of(item, "kind"),
        .ns = text_of(item, "namespace"),
        .reason = text_of(item, "reason"),
        .namespaced = pg_at_true(&namespaced),
    };

    unread.group = unread.group ? unread.group : "";
    unread.resource = unread.resource ? unread.resource : "objects";
    unread.kind = unread.kind ? unread.kind : "Policy";
    unread.reason = unread.reason ? unread.reason : "the snapshot does not say why";
    unread.except = read_texts(decode, item, "except", &unread.nexcept);
    pg_loader_unread(decode->loader, &unread);
}

void pg_decode_snapshot(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_at list = pg_at_get(object, "unread");
    struct pg_origin origin = {
        .context = text_of(object, "context"),
        .server = text_of(object, "server"),
        .user = text_of(object, "user"),
        .namespace_ = text_of(object, "namespace"),
        .resource_version = text_of(object, "resourceVersion"),
        .taken = text_of(object, "taken"),
    };
    const char **groups;
    uint32_t ngroups;

    groups = read_texts(decode, object, "groups", &ngroups);
    if (!origin.taken)
        origin.taken = "";
    if (origin.server)
        pg_loader_origin(decode->loader, &origin);
    if (ngroups > 0)
        pg_loader_groups(decode->loader, groups, ngroups);
    for (uint32_t i = 0; i < pg_at_items(&list); i++) {
        struct pg_at item = pg_at_item(&list, i);
        read_unread(decode, &item);
    }
}

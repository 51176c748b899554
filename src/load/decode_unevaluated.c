/* Policies of kinds that decide traffic and are not evaluated: what they touch is unknown, and nobody may
   overlook them (semantics 0.4). */
#include <string.h>

#include "decode.h"

void pg_decode_unevaluated(struct pg_decode *decode, const struct pg_at *object)
{
    struct pg_loader *loader = decode->loader;
    struct pg_raw_policy raw = {.policy.kind = PG_POLICY_UNEVALUATED};
    const char *slash = strchr(decode->api_version, '/');
    size_t group = slash ? (size_t)(slash - decode->api_version) : 0;

    if (decode->rejected)
        return;
    raw.id = pg_decode_id(decode, object);
    raw.id.group = pg_strs_put(loader->cluster->strs, decode->api_version, group);
    raw.id.kind = pg_decode_str(decode, decode->kind_name);
    raw.policy.has_type[PG_INGRESS] = raw.policy.has_type[PG_EGRESS] = true;
    raw.policy.spec_path = "spec";
    raw.policy.loc = raw.id.loc;
    raw.policy.end = pg_decode_end(decode, object);
    pg_vec_push_heap(&loader->policies, raw);
    loader->progress.policies++;
    pg_decode_say(decode, PG_CODE_POLICY_UNEVALUATED, NULL,
                  "polgrid does not evaluate this kind; what it may touch (%s) is shown as unknown",
                  decode->ns ? "the pods of its namespace" : "every pod");
}

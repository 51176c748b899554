#include "polgrid/report.h"

#include <string.h>

#include "parts.h"
#include "polgrid/map.h"
#include "polgrid/plugin.h"

/* --- what was left out ---------------------------------------------------------------------------- */

/* A policy that is left aside though polgrid knows its kind: under this engine, or beside others. */
static bool left_aside(const struct pg_eval *eval, uint32_t policy)
{
    return pg_eval_unevaluated(eval, policy) &&
           pg_eval_cluster(eval)->policies[policy].kind != PG_POLICY_UNEVALUATED;
}

static bool of_other_kind(const struct pg_eval *eval, uint32_t policy)
{
    return pg_eval_unevaluated(eval, policy) && !left_aside(eval, policy) &&
           !pg_eval_cluster(eval)->policies[policy].unread;
}

typedef bool pick_fn(const struct pg_eval *eval, uint32_t policy);

static uint32_t count_policies(const struct pg_eval *eval, pick_fn *pick)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < pg_eval_cluster(eval)->npolicies; i++)
        n += pick(eval, i);
    return n;
}

/* The kinds of the policies that are not evaluated, each once: " (CiliumNetworkPolicy)". */
static void print_kinds(struct pg_buf *out, const struct pg_eval *eval, pick_fn *pick)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    const char *before = " (";
    struct pg_map known = {0};
    for (uint32_t i = 0; i < cluster->npolicies; i++) {
        const struct pg_policy *policy = &cluster->policies[i];
        if (!pick(eval, i) || pg_map_get(&known, policy->kind_name))
            continue;
        pg_map_put(&known, policy->kind_name, 1);
        pg_buf_puts(out, before);
        pg_report_clean(out, pg_cluster_text(cluster, policy->kind_name));
        before = ", ";
    }
    pg_buf_putc(out, ')');
    pg_map_free(&known);
}

static const char *engine_name(const struct pg_eval *eval)
{
    static const char *const names[] = {
        [PG_ENGINE_AUTO] = "",
        [PG_ENGINE_K8S] = "k8s",
        [PG_ENGINE_CILIUM] = "cilium",
        [PG_ENGINE_CALICO] = "calico",
    };
    return names[pg_eval_engine(eval)];
}

/* What would have them evaluated. */
static void print_choice(struct pg_buf *out, const struct pg_eval *eval)
{
    if (pg_eval_two_engines(eval))
        pg_buf_puts(out, "; policies of Cilium and of Calico are both loaded, and no plugin reads "
                         "both: --assume engine= chooses");
    else
        pg_buf_printf(out, " under engine=%s", engine_name(eval));
}

static uint32_t count_fatal(const struct pg_cluster *cluster)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < cluster->ndiags; i++)
        n += cluster->diags[i].severity == PG_SEVERITY_FATAL;
    return n;
}

#define NAMES_SHOWN 3u

static bool same_reason(const struct pg_unread *a, const struct pg_unread *b)
{
    bool extra_a = a->what == PG_UNREAD_EXTRA, extra_b = b->what == PG_UNREAD_EXTRA;
    return extra_a == extra_b && strcmp(a->reason, b->reason) == 0;
}

static bool same_resource(const struct pg_unread *a, const struct pg_unread *b)
{
    return same_reason(a, b) && strcmp(a->group, b->group) == 0 &&
           strcmp(a->resource, b->resource) == 0 && !a->ns == !b->ns;
}

/* Whether a text was not seen before. */
static bool is_new(struct pg_map *seen, const char *a, const char *b, const char *c)
{
    uint64_t key = pg_hash(a, strlen(a) + 1, pg_hash(b, strlen(b) + 1, pg_hash(c, strlen(c), 0)));
    if (pg_map_get(seen, key))
        return false;
    pg_map_put(seen, key, 1);
    return true;
}

/* "networkpolicies of a, b and 7 more namespaces", "pods of all namespaces but a" */
static void print_resource(struct pg_buf *out, const struct pg_cluster *cluster, uint32_t index)
{
    const struct pg_unread *unread = &cluster->unread[index];
    uint32_t n = 0;
    pg_report_clean(out, unread->resource);
    for (uint32_t i = 0; i < unread->nexcept && i < NAMES_SHOWN; i++) {
        pg_buf_puts(out, i > 0 ? ", " : unread->namespaced ? " of all namespaces but " : " but ");
        pg_report_clean(out, unread->except[i]);
    }
    if (unread->nexcept > NAMES_SHOWN)
        pg_buf_printf(out, " and %u more namespaces", (unsigned)(unread->nexcept - NAMES_SHOWN));
    for (uint32_t i = index; unread->ns && i < cluster->nunread; i++) {
        if (!same_resource(unread, &cluster->unread[i]) || n++ >= NAMES_SHOWN)
            continue;
        pg_buf_puts(out, n == 1 ? " of " : ", ");
        pg_report_clean(out, cluster->unread[i].ns);
    }
    if (n > NAMES_SHOWN)
        pg_buf_printf(out, " and %u more namespaces", (unsigned)(n - NAMES_SHOWN));
}

/* What could not be read for the reason of `index`: "pods, nodes (user alice may not list them)". */
static void print_reason(struct pg_buf *out, const struct pg_cluster *cluster, uint32_t index)
{
    const char *before = "";
    struct pg_map seen = {0};
    for (uint32_t i = index; i < cluster->nunread; i++) {
        const struct pg_unread *unread = &cluster->unread[i];
        if (!same_reason(&cluster->unread[index], unread) ||
            !is_new(&seen, unread->group, unread->resource, unread->ns ? "some" : "all"))
            continue;
        pg_buf_puts(out, before);
        print_resource(out, cluster, i);
        before = ", ";
    }
    pg_map_free(&seen);
    pg_buf_puts(out, " (");
    pg_report_clean(out, cluster->unread[index].reason);
    pg_buf_putc(out, ')');
}

/* What cells hang on, or with `extra` the rest. */
static bool print_unread(struct pg_buf *out, const struct pg_cluster *cluster, const char *before,
                         bool extra)
{
    bool any = false;
    struct pg_map seen = {0};
    for (uint32_t i = 0; i < cluster->nunread; i++) {
        if ((cluster->unread[i].what == PG_UNREAD_EXTRA) != extra ||
            !is_new(&seen, cluster->unread[i].reason, "", ""))
            continue;
        pg_buf_puts(out, any ? ", " : before);
        print_reason(out, cluster, i);
        any = true;
    }
    pg_map_free(&seen);
    return any;
}

bool pg_report_left_out(struct pg_buf *out, const struct pg_eval *eval)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    const char *before = "incomplete: ";
    uint32_t fatal = count_fatal(cluster);
    if (pg_eval_complete(eval) && fatal == 0)
        return print_unread(out, cluster, "not read, and no pair of pods hangs on it: ", true);
    if (cluster->nrejected > 0) {
        pg_buf_printf(out, "%s%u %s rejected", before, (unsigned)cluster->nrejected,
                      pg_report_plural(cluster->nrejected, "object", "objects"));
        before = ", ";
    }
    uint32_t others = count_policies(eval, of_other_kind), aside = count_policies(eval, left_aside);
    if (others > 0) {
        pg_buf_printf(out, "%s%u %s", before, (unsigned)others,
                      pg_report_plural(others, "policy of a kind that is not evaluated",
                                       "policies of kinds that are not evaluated"));
        print_kinds(out, eval, of_other_kind);
        before = ", ";
    }
    if (aside > 0) {
        pg_buf_printf(out, "%s%u %s left aside", before, (unsigned)aside,
                      pg_report_plural(aside, "policy", "policies"));
        print_kinds(out, eval, left_aside);
        print_choice(out, eval);
        before = ", ";
    }
    if (fatal > 0) {
        pg_buf_printf(out, "%s%u %s that can't be read", before, (unsigned)fatal,
                      pg_report_plural(fatal, "document", "documents"));
        before = ", ";
    }
    if (cluster->partial) {
        pg_buf_printf(out, "%sthe input was not read to its end", before);
        before = ", ";
    }
    struct pg_buf lead = {0};
    pg_buf_printf(&lead, "%snot read: ", before);
    if (print_unread(out, cluster, pg_buf_text(&lead), false))
        before = ", ";
    print_unread(out, cluster,
                 strcmp(before, ", ") == 0 ? "; not read, and no pair of pods hangs on it: "
                                           : "incomplete: not read: ",
                 true);
    pg_buf_free(&lead);
    return true;
}

/* --- enforcement ---------------------------------------------------------------------------------- */

/* Whether the answers already say what the plugin does: "no policy has an effect". */
static bool taken_for_idle(const struct pg_eval *eval)
{
    return pg_eval_assume(eval)->not_enforced;
}

bool pg_report_not_enforced(const struct pg_eval *eval)
{
    struct pg_arena *scratch = pg_arena_new();
    struct pg_plugin plugin = pg_plugin_find(scratch, pg_eval_cluster(eval));
    pg_arena_free(scratch);
    return plugin.enforcement == PG_ENFORCEMENT_ABSENT && !taken_for_idle(eval);
}

/* " a/b" or " a/b and 2 more": a policy and how many more there are. */
static void print_policies(struct pg_buf *out, const struct pg_cluster *cluster, uint32_t first,
                           uint32_t n)
{
    pg_policy_print(out, cluster, first);
    if (n > 1)
        pg_buf_printf(out, " and %u more", n - 1);
}

/* What the plugins lack that policies here ask for; "" where that is nothing. */
static const char *lacks_text(struct pg_arena *arena, const struct pg_cluster *cluster,
                              const struct pg_plugin *plugin)
{
    struct pg_buf text = {0};
    uint32_t first = 0, n;
    for (uint32_t i = 0; i < plugin->nseen; i++) {
        const struct pg_plugin_seen *seen = &plugin->seen[i];
        if (seen->enforcement == PG_ENFORCEMENT_ABSENT)
            continue;
        for (const struct pg_lack *lack = seen->lacks; lack && lack->text; lack++)
            if ((n = pg_plugin_count(cluster, lack, &first)) > 0) {
                pg_buf_printf(&text, " %s (%s: ", lack->text, pg_feature_name(lack->feature));
                print_policies(&text, cluster, first, n);
                pg_buf_puts(&text, ").");
            }
        if ((n = pg_plugin_count_unread(cluster, seen, &first)) > 0) {
            pg_buf_printf(&text, " %s is not known to read all kinds of policies here (",
                          seen->name);
            print_policies(&text, cluster, first, n);
            pg_buf_puts(&text, ").");
        }
    }
    const char *kept = pg_arena_strdup(arena, pg_buf_text(&text));
    pg_buf_free(&text);
    return kept;
}

const char *pg_report_enforcement_text(struct pg_arena *arena, const struct pg_eval *eval)
{
    static const char *const words[] = {
        [PG_ENFORCEMENT_UNKNOWN] = "Enforcement unknown",
        [PG_ENFORCEMENT_FOUND] = "Enforced",
        [PG_ENFORCEMENT_ABSENT] = "NOT ENFORCED",
    };
    struct pg_plugin plugin = pg_plugin_find(arena, pg_eval_cluster(eval));
    if (taken_for_idle(eval))
        return "Policies are taken to have no effect (assume-enforced=no).";
    if (!plugin.name)
        return "Policy as written; the cluster's network plugin must enforce it (none seen).";
    return pg_arena_printf(arena, "%s: %s (%s).%s", words[plugin.enforcement], plugin.sentence,
                           plugin.evidence, lacks_text(arena, pg_eval_cluster(eval), &plugin));
}

static void print_enforcement(struct pg_buf *out, const struct pg_eval *eval)
{
    struct pg_arena *scratch = pg_arena_new();
    pg_report_wrap(out, pg_report_enforcement_text(scratch, eval), 0);
    pg_arena_free(scratch);
}

void pg_report_head(struct pg_buf *out, const struct pg_eval *eval)
{
    if (!pg_report_not_enforced(eval))
        return;
    print_enforcement(out, eval);
    pg_buf_putc(out, '\n');
}

void pg_report_foot(struct pg_buf *out, const struct pg_eval *eval)
{
    struct pg_buf foot = {0};
    if (!pg_report_not_enforced(eval))
        print_enforcement(&foot, eval);
    if (pg_report_left_out(&foot, eval))
        pg_buf_putc(&foot, '\n');
    if (foot.n > 0)
        pg_buf_printf(out, "\n%s", pg_buf_text(&foot));
    pg_buf_free(&foot);
}

/* --- documents ------------------------------------------------------------------------------------ */

static void write_kinds(struct pg_json *json, const char *key, unsigned kinds)
{
    pg_json_array(json, key, true);
    for (unsigned kind = 0; kind < 32; kind++)
        if ((kinds & (1u << kind)) != 0 && pg_plugin_kind_name(kind))
            pg_json_text(json, NULL, pg_plugin_kind_name(kind));
    pg_json_end(json);
}

static void write_lack(struct pg_json *json, const struct pg_cluster *cluster,
                       const struct pg_lack *lack)
{
    uint32_t first;
    pg_json_object(json, NULL, true);
    pg_json_text(json, "feature", pg_feature_name(lack->feature));
    pg_json_text(json, "text", lack->text);
    pg_json_int(json, "policies", pg_plugin_count(cluster, lack, &first));
    pg_json_end(json);
}

static void write_plugin(struct pg_json *json, const struct pg_cluster *cluster,
                         const struct pg_plugin_seen *seen)
{
    pg_json_object(json, NULL, false);
    pg_json_text(json, "name", seen->name);
    pg_json_text(json, "state", pg_enforcement_name(seen->enforcement));
    pg_json_text(json, "evidence", seen->evidence);
    if (seen->own_node)
        pg_json_text(json, "ownNode", seen->own_node);
    else
        pg_json_null(json, "ownNode");
    pg_json_array(json, "lacks", false);
    for (const struct pg_lack *lack = seen->lacks; lack && lack->text; lack++)
        write_lack(json, cluster, lack);
    pg_json_end(json);
    write_kinds(json, "reads", seen->reads);
    write_kinds(json, "mayRead", seen->may_read);
    pg_json_end(json);
}

static void write_enforcement(struct pg_json *json, const struct pg_cluster *cluster)
{
    struct pg_arena *scratch = pg_arena_new();
    struct pg_plugin plugin = pg_plugin_find(scratch, cluster);
    pg_json_object(json, "enforcement", true);
    pg_json_text(json, "state", pg_enforcement_name(plugin.enforcement));
    if (plugin.name) {
        pg_json_text(json, "plugin", plugin.name);
        pg_json_text(json, "evidence", plugin.evidence);
        pg_json_bool(json, "mixed", plugin.mixed);
    } else {
        pg_json_null(json, "plugin");
        pg_json_null(json, "evidence");
    }
    pg_json_end(json);
    if (plugin.name) {
        pg_json_array(json, "plugins", false);
        for (uint32_t i = 0; i < plugin.nseen; i++)
            write_plugin(json, cluster, &plugin.seen[i]);
        pg_json_end(json);
    }
    pg_arena_free(scratch);
}

static void write_known(struct pg_json *json, const char *key, const char *text)
{
    if (text && *text)
        pg_json_text(json, key, text);
    else
        pg_json_null(json, key);
}

/* The live cluster, where the objects came from one. */
static void write_origin(struct pg_json *json, const struct pg_origin *origin)
{
    write_known(json, "context", origin->context);
    write_known(json, "server", origin->server);
    write_known(json, "user", origin->user);
    write_known(json, "resourceVersion", origin->resource_version);
    if (origin->taken)
        pg_json_text(json, "taken", origin->taken);
}

static void write_source(struct pg_json *json, const struct pg_eval *eval)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    struct pg_buf assumed = {0};
    pg_json_object(json, "source", false);
    bool live = cluster->origin && !cluster->origin->taken;
    if (cluster->origin)
        write_origin(json, cluster->origin);
    /* What was read of a live cluster is no file, though texts of it have names. */
    pg_json_array(json, "files", live);
    for (uint32_t i = 0; i < cluster->nfiles && !live; i++) {
        pg_json_object(json, NULL, true);
        pg_json_text(json, "name", cluster->files[i].name);
        pg_json_text(json, "sha256", cluster->files[i].sha256);
        pg_json_end(json);
    }
    pg_json_end(json);
    pg_json_array(json, "assume", true);
    pg_assume_print(&assumed, pg_eval_assume(eval));
    for (char *word = assumed.p; word && *word;) {
        char *space = strchr(word, ' ');
        if (space)
            *space = '\0';
        pg_json_text(json, NULL, word);
        word = space ? space + 1 : NULL;
    }
    pg_json_end(json);
    write_enforcement(json, cluster);
    pg_json_text(json, "engine", engine_name(eval));
    pg_json_array(json, "skipped", false);
    for (uint32_t i = 0; i < cluster->nskipped; i++) {
        pg_json_object(json, NULL, true);
        pg_json_text(json, "apiVersion", cluster->skipped[i].api_version);
        pg_json_text(json, "kind", cluster->skipped[i].kind);
        pg_json_int(json, "count", cluster->skipped[i].count);
        pg_json_end(json);
    }
    pg_json_end(json);
    pg_json_end(json);
    pg_buf_free(&assumed);
}

static void write_touched(struct pg_json *json, const char *ns, uint32_t pods)
{
    pg_json_object(json, "touches", true);
    if (ns)
        pg_json_text(json, "namespace", ns);
    else
        pg_json_null(json, "namespace");
    pg_json_int(json, "pods", pods);
    pg_json_end(json);
}

/* "NetworkPolicy shop/api-in" as kind, namespace, name; and the pods of that namespace. */
static void write_object(struct pg_json *json, const struct pg_cluster *cluster, const char *object)
{
    struct pg_arena *scratch = pg_arena_new();
    const char *space = strchr(object, ' ');
    const char *kind =
        pg_arena_strndup(scratch, object, space ? (size_t)(space - object) : strlen(object));
    const char *name = space ? space + 1 : "";
    const char *slash = strchr(name, '/');
    const char *ns = slash ? pg_arena_strndup(scratch, name, (size_t)(slash - name)) : NULL;
    pg_json_text(json, "kind", kind);
    if (ns)
        pg_json_text(json, "namespace", ns);
    else
        pg_json_null(json, "namespace");
    pg_json_text(json, "name", slash ? slash + 1 : name);
    uint32_t index = ns ? pg_cluster_find_namespace(cluster, ns) : PG_NONE;
    if (ns)
        write_touched(json, ns, index == PG_NONE ? 0 : cluster->namespaces[index].npods);
    pg_arena_free(scratch);
}

/* Several things wrong with one object are one object left out. Objects without a name can't be told
   apart, "Pod (without a name)": each counts. */
static bool same_object(const struct pg_diag *a, const struct pg_diag *b)
{
    return a && a->severity == b->severity && a->loc.file == b->loc.file && a->object &&
           b->object && !strchr(a->object, '(') && strcmp(a->object, b->object) == 0;
}

static void write_diags(struct pg_json *json, const struct pg_cluster *cluster)
{
    const struct pg_diag *last = NULL;
    for (uint32_t i = 0; i < cluster->ndiags; i++) {
        const struct pg_diag *diag = &cluster->diags[i];
        if (diag->severity < PG_SEVERITY_REJECT || same_object(last, diag))
            continue;
        last = diag;
        pg_json_object(json, NULL, true);
        pg_json_text(json, "reason",
                     diag->severity == PG_SEVERITY_REJECT ? "rejected" : "unreadable");
        if (diag->object)
            write_object(json, cluster, diag->object);
        pg_report_json_loc(json, cluster, diag->loc);
        if (diag->path)
            pg_json_text(json, "field", diag->path);
        pg_json_text(json, "message", diag->message);
        pg_json_end(json);
    }
}

static void write_policies(struct pg_json *json, const struct pg_eval *eval)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    for (uint32_t i = 0; i < cluster->npolicies; i++) {
        const struct pg_policy *policy = &cluster->policies[i];
        if (!pg_eval_unevaluated(eval, i) || policy->unread)
            continue;
        pg_json_object(json, NULL, true);
        pg_json_text(json, "reason", "not-evaluated");
        pg_report_json_policy(json, cluster, i);
        pg_report_json_loc(json, cluster, policy->loc);
        pg_json_text(json, "message", pg_eval_why_not(eval, i));
        write_touched(json,
                      policy->ns == PG_NONE
                          ? NULL
                          : pg_cluster_text(cluster, cluster->namespaces[policy->ns].name),
                      pg_eval_selected(eval, i));
        pg_json_end(json);
    }
}

void pg_report_except(struct pg_json *json, const struct pg_unread *unread)
{
    if (unread->nexcept == 0)
        return;
    pg_json_array(json, "except", true);
    for (uint32_t i = 0; i < unread->nexcept; i++)
        pg_json_text(json, NULL, unread->except[i]);
    pg_json_end(json);
}

static void write_unread(struct pg_json *json, const struct pg_cluster *cluster)
{
    for (uint32_t i = 0; i < cluster->nunread; i++) {
        const struct pg_unread *unread = &cluster->unread[i];
        pg_json_object(json, NULL, true);
        pg_json_text(json, "reason", "not-read");
        pg_json_text(json, "group", unread->group);
        pg_json_text(json, "resource", unread->resource);
        pg_json_text(json, "kind", unread->kind);
        if (unread->ns)
            pg_json_text(json, "namespace", unread->ns);
        else
            pg_json_null(json, "namespace");
        pg_report_except(json, unread);
        pg_json_text(json, "message", unread->reason);
        pg_json_end(json);
    }
}

struct pg_json pg_report_begin(struct pg_buf *out, const char *kind, const struct pg_eval *eval)
{
    const struct pg_cluster *cluster = pg_eval_cluster(eval);
    struct pg_json json = pg_json_start(out);
    pg_json_object(&json, NULL, false);
    pg_json_text(&json, "apiVersion", "polgrid/v1");
    pg_json_text(&json, "kind", kind);
    write_source(&json, eval);
    pg_json_bool(&json, "complete", pg_eval_complete(eval) && count_fatal(cluster) == 0);
    pg_json_array(&json, "unevaluated", false);
    write_diags(&json, cluster);
    write_policies(&json, eval);
    write_unread(&json, cluster);
    if (cluster->partial) {
        pg_json_object(&json, NULL, true);
        pg_json_text(&json, "reason", "partial");
        pg_json_text(&json, "message", "the input was not read to its end");
        pg_json_end(&json);
    }
    pg_json_end(&json);
    return json;
}

/* The kubeconfig files: which there are, what is in them, and the merge. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kubeconfig_inner.h"

#define MAX_FILES 100

const char *kube_env_get(const struct pg_kube_env *env, const char *name)
{
    const char *value = env->get ? env->get(env->context, name) : getenv(name);

    return value && *value ? value : NULL;
}

int64_t kube_env_now_ms(const struct pg_kube_env *env)
{
    struct timespec now;

    if (env->now_ms)
        return env->now_ms(env->context);
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- paths and files --------------------------------------------------------------------------- */

const char *kube_path_join(struct pg_arena *arena, const char *dir, const char *path)
{
    while (path[0] == '.' && path[1] == '/' && path[2])
        path += 2;
    if (*path == '/' || !*dir)
        return pg_arena_strdup(arena, path);
    return pg_arena_printf(arena, "%s%s%s", dir, dir[strlen(dir) - 1] == '/' ? "" : "/", path);
}

static const char *directory_of(struct pg_arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash == path ? "/" : pg_arena_strndup(arena, path, slash ? (size_t)(slash - path) : 0);
}

void kube_file_stamp(struct pg_kube_file *file)
{
    struct stat info;

    file->exists = stat(file->path, &info) == 0;
    if (!file->exists)
        return;
    file->mtime_ns = (int64_t)info.st_mtim.tv_sec * 1000000000 + info.st_mtim.tv_nsec;
    file->size = info.st_size;
    file->device = info.st_dev;
    file->inode = info.st_ino;
}

static bool read_all(struct pg_secret *out, int fd, const char *path, size_t limit,
                     struct pg_err *err)
{
    struct pg_secret more = {0};
    size_t cap = 16384, n = 0;
    ssize_t got = 0;
    int failure = 0;

    more.p = pg_xmalloc(cap + 1);
    more.n = cap;
    while (n <= limit) {
        if (n == cap) { /* not realloc(): the old copy must not stay behind */
            struct pg_secret old = more;
            more.n = cap *= 2;
            more.p = pg_xmalloc(cap + 1);
            memcpy(more.p, old.p, n);
            pg_secret_wipe(&old);
        }
        got = read(fd, more.p + n, cap - n);
        if (got < 0 && errno == EINTR)
            continue;
        failure = got < 0 ? errno : 0;
        if (got <= 0)
            break;
        n += (size_t)got;
    }
    if (!failure && n <= limit)
        pg_secret_set(out, more.p, n);
    more.n = n;
    pg_secret_wipe(&more);
    if (failure)
        return pg_err_set(err, "%s: can't be read: %s", path, strerror(failure));
    return n <= limit || pg_err_set(err, "%s: larger than %zu bytes", path, limit);
}

bool kube_file_read(struct pg_secret *out, const char *path, size_t limit, struct pg_err *err)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    bool ok;

    if (fd < 0)
        return pg_err_set(err, "%s: can't be read: %s", path, strerror(errno));
    ok = read_all(out, fd, path, limit, err);
    close(fd);
    return ok;
}

bool pg_kube_changed(const struct pg_kube_target *target)
{
    for (uint32_t i = 0; i < target->nfiles; i++) {
        const struct pg_kube_file *then = &target->files[i];
        struct pg_kube_file now = {.path = then->path};
        kube_file_stamp(&now);
        if (now.exists != then->exists || now.mtime_ns != then->mtime_ns ||
            now.size != then->size || now.device != then->device || now.inode != then->inode)
            return true;
    }
    return false;
}

/* --- what is in them --------------------------------------------------------------------------- */

enum kind { STRING, BOOL, STRINGS, STRINGS_MAP, OBJECT, LIST };

/* A field that polgrid reads. Others are not looked at, as in client-go. */
struct field {
    const char *name;
    enum kind kind;
    const struct field *of; /* OBJECT, LIST: ends with a NULL name; NULL: anything */
};

static const struct field extension_fields[] = {{"name", STRING, NULL}, {NULL, STRING, NULL}};
static const struct field cluster_fields[] = {
    {"server", STRING, NULL},
    {"tls-server-name", STRING, NULL},
    {"insecure-skip-tls-verify", BOOL, NULL},
    {"certificate-authority", STRING, NULL},
    {"certificate-authority-data", STRING, NULL},
    {"proxy-url", STRING, NULL},
    {"disable-compression", BOOL, NULL},
    {"extensions", LIST, extension_fields},
    {NULL, STRING, NULL},
};
static const struct field env_fields[] = {
    {"name", STRING, NULL}, {"value", STRING, NULL}, {NULL, STRING, NULL}};
static const struct field exec_fields[] = {
    {"command", STRING, NULL},         {"args", STRINGS, NULL},
    {"env", LIST, env_fields},         {"apiVersion", STRING, NULL},
    {"installHint", STRING, NULL},     {"provideClusterInfo", BOOL, NULL},
    {"interactiveMode", STRING, NULL}, {NULL, STRING, NULL},
};
static const struct field user_fields[] = {
    {"client-certificate", STRING, NULL},
    {"client-certificate-data", STRING, NULL},
    {"client-key", STRING, NULL},
    {"client-key-data", STRING, NULL},
    {"token", STRING, NULL},
    {"tokenFile", STRING, NULL},
    {"as", STRING, NULL},
    {"as-uid", STRING, NULL},
    {"as-groups", STRINGS, NULL},
    {"as-user-extra", STRINGS_MAP, NULL},
    {"username", STRING, NULL},
    {"password", STRING, NULL},
    {"auth-provider", OBJECT, extension_fields},
    {"exec", OBJECT, exec_fields},
    {NULL, STRING, NULL},
};
static const struct field context_fields[] = {
    {"cluster", STRING, NULL},
    {"user", STRING, NULL},
    {"namespace", STRING, NULL},
    {NULL, STRING, NULL},
};
static const struct field clusters_fields[] = {
    {"name", STRING, NULL}, {"cluster", OBJECT, cluster_fields}, {NULL, STRING, NULL}};
static const struct field users_fields[] = {
    {"name", STRING, NULL}, {"user", OBJECT, user_fields}, {NULL, STRING, NULL}};
static const struct field contexts_fields[] = {
    {"name", STRING, NULL}, {"context", OBJECT, context_fields}, {NULL, STRING, NULL}};
static const struct field file_fields[] = {
    {"kind", STRING, NULL},
    {"apiVersion", STRING, NULL},
    {"current-context", STRING, NULL},
    {"clusters", LIST, clusters_fields},
    {"users", LIST, users_fields},
    {"contexts", LIST, contexts_fields},
    {NULL, STRING, NULL},
};

struct check {
    struct pg_arena *arena;
    const char *path; /* of the file */
    struct pg_err *err;
};

static bool wrong_type(const struct check *check, const struct pg_tree *node, const char *where,
                       const char *wanted)
{
    enum pg_document_kind kind = pg_document_kind(node);
    const char *hint = "";

    if ((kind == PG_DOCUMENT_BOOL || kind == PG_DOCUMENT_NUMBER) && strstr(wanted, "string"))
        hint = "; put it in quotes";
    return pg_err_set(check->err, "%s:%" PRIu32 ": %s%s%s where %s is needed%s", check->path,
                      pg_document_line(node), where, *where ? ": " : "", pg_document_what(node),
                      wanted, hint);
}

static bool check_map(const struct check *check, const struct pg_tree *map, const char *where,
                      const struct field *fields);

static bool check_strings(const struct check *check, const struct pg_tree *node, const char *where)
{
    if (pg_document_kind(node) == PG_DOCUMENT_NOTHING)
        return true;
    if (pg_document_kind(node) != PG_DOCUMENT_LIST)
        return wrong_type(check, node, where, "a list of strings");
    for (uint32_t i = 0; i < pg_document_count(node); i++) {
        const struct pg_tree *item = pg_document_item(node, i);
        if (pg_document_kind(item) != PG_DOCUMENT_NOTHING && !pg_document_text(item))
            return wrong_type(check, item, pg_arena_printf(check->arena, "%s[%u]", where, i),
                              "a string");
    }
    return true;
}

static bool check_strings_map(const struct check *check, const struct pg_tree *node,
                              const char *where)
{
    if (pg_document_kind(node) != PG_DOCUMENT_MAP)
        return wrong_type(check, node, where, "a map of lists of strings");
    for (uint32_t i = 0; i < pg_document_count(node); i++) {
        const char *key = pg_document_key(node, i);
        if (key && !check_strings(check, pg_document_item(node, i),
                                  pg_arena_printf(check->arena, "%s[%s]", where, key)))
            return false;
    }
    return true;
}

/* An element of a list is called by its name where it has one: users[admin]. */
static bool check_list(const struct check *check, const struct pg_tree *node, const char *where,
                       const struct field *fields)
{
    if (pg_document_kind(node) != PG_DOCUMENT_LIST)
        return wrong_type(check, node, where, "a list");
    for (uint32_t i = 0; i < pg_document_count(node); i++) {
        const struct pg_tree *item = pg_document_item(node, i);
        const char *name = kube_string(item, "name");
        const char *place = name ? pg_arena_printf(check->arena, "%s[%s]", where, name)
                                 : pg_arena_printf(check->arena, "%s[%u]", where, i);
        if (!check_map(check, item, place, fields))
            return false;
    }
    return true;
}

static bool check_field(const struct check *check, const struct pg_tree *node, const char *where,
                        const struct field *field)
{
    enum pg_document_kind kind = pg_document_kind(node);

    if (kind == PG_DOCUMENT_NOTHING)
        return true;
    switch (field->kind) {
    case STRING: return kind == PG_DOCUMENT_STRING || wrong_type(check, node, where, "a string");
    case BOOL: return kind == PG_DOCUMENT_BOOL || wrong_type(check, node, where, "true or false");
    case STRINGS: return check_strings(check, node, where);
    case STRINGS_MAP: return check_strings_map(check, node, where);
    case OBJECT: return check_map(check, node, where, field->of);
    case LIST: break;
    }
    return check_list(check, node, where, field->of);
}

static bool check_map(const struct check *check, const struct pg_tree *map, const char *where,
                      const struct field *fields)
{
    if (pg_document_kind(map) == PG_DOCUMENT_NOTHING)
        return true;
    if (pg_document_kind(map) != PG_DOCUMENT_MAP)
        return wrong_type(check, map, where, "a map");
    for (; fields->name; fields++) {
        const struct pg_tree *node = pg_document_get(map, fields->name);
        const char *place = fields->name;
        if (!node)
            continue;
        if (*where)
            place = pg_arena_printf(check->arena, "%s.%s", where, fields->name);
        if (!check_field(check, node, place, fields))
            return false;
    }
    return true;
}

static bool check_kind(struct kube_loading *loading, const struct kube_source *source)
{
    const char *kind = kube_string(source->document, "kind");
    const char *version = kube_string(source->document, "apiVersion");

    if ((!kind || strcmp(kind, "Config") == 0) && (!version || strcmp(version, "v1") == 0))
        return true;
    return pg_err_set(loading->err, "%s: this is %s of %s, and no kubeconfig (Config of v1)%s",
                      source->path, kind ? kind : "a Config", version ? version : "v1",
                      kind && strcmp(kind, "Config") != 0 ? "; read manifests with -f" : "");
}

/* --- merge ------------------------------------------------------------------------------------- */

/* The entry of that name; NULL where there is none, then *key is where it belongs. */
static struct kube_entry *find(const struct kube_entries *entries, const char *name, uint64_t *key)
{
    const uint32_t *place;

    *key = pg_hash(name, strlen(name), 0);
    for (; (place = pg_map_get(&entries->places, *key)) != NULL; ++*key)
        if (strcmp(entries->list.v[*place].name, name) == 0)
            return &entries->list.v[*place];
    return NULL;
}

const struct kube_entry *kube_find(const struct kube_entries *entries, const char *name)
{
    uint64_t key;

    return find(entries, name, &key);
}

/* Adds one file's list. A name twice in it is an error, even if it counts for nothing; one that an earlier file has is
   passed over, whole. */
static bool merge_list(struct kube_loading *loading, const struct kube_source *source,
                       const char *list, const char *what, struct kube_entries *all)
{
    const struct pg_tree *node = pg_document_get(source->document, list);

    for (uint32_t i = 0; i < pg_document_count(node); i++) {
        const struct pg_tree *item = pg_document_item(node, i);
        const char *name = kube_string(item, "name");
        struct kube_entry *known;
        struct kube_entry entry = {name ? name : "", pg_document_get(item, what), source, source};
        uint64_t key;
        if (pg_document_kind(entry.body) != PG_DOCUMENT_MAP)
            entry.body = NULL;
        known = find(all, entry.name, &key);
        if (known && known->last == source)
            return pg_err_set(loading->err, "%s:%" PRIu32 ": %s[%s]: this name is there twice",
                              source->path, pg_document_line(item), list, entry.name);
        if (known) {
            known->last = source;
        } else {
            pg_map_put(&all->places, key, all->list.n);
            pg_vec_push(loading->arena, &all->list, entry);
        }
    }
    return true;
}

static bool merge(struct kube_loading *loading, const struct kube_source *source)
{
    struct check check = {loading->arena, source->path, loading->err};
    const char *current;

    if (pg_document_kind(source->document) == PG_DOCUMENT_NOTHING)
        return true;
    if (!check_map(&check, source->document, "", file_fields) || !check_kind(loading, source))
        return false;
    current = kube_string(source->document, "current-context");
    if (current && !loading->current) {
        loading->current = current;
        loading->current_path = source->path;
    }
    return merge_list(loading, source, "clusters", "cluster", &loading->clusters) &&
           merge_list(loading, source, "users", "user", &loading->users) &&
           merge_list(loading, source, "contexts", "context", &loading->contexts);
}

/* Reads one file. A missing one is passed over unless it `must` be there. */
static bool read_source(struct kube_loading *loading, const char *path, bool must)
{
    struct pg_kube_file file = {.path = kube_path_join(loading->arena, loading->cwd, path)};
    struct kube_source source = {.path = file.path};
    struct pg_secret text = {0};
    struct pg_err why;
    bool ok, missing;

    kube_file_stamp(&file);
    missing = !file.exists && errno == ENOENT;
    pg_vec_push(loading->arena, &loading->files, file);
    if (missing) {
        if (must)
            return pg_err_set(loading->err, "%s: no such file; --kubeconfig takes one file%s",
                              file.path, strchr(path, ':') ? ", a list goes into $KUBECONFIG" : "");
        return true;
    }
    if (!kube_file_read(&text, file.path, KUBE_MAX_FILE, loading->err))
        return false;
    ok = pg_document_read(loading->arena, text.p, text.n, &source.document, &why);
    pg_secret_wipe(&text);
    if (!ok)
        return pg_err_set(loading->err, "%s: %s", file.path, why.text);
    source.dir = directory_of(loading->arena, source.path);
    pg_vec_push(loading->arena, &loading->sources, source);
    return true;
}

static bool is_listed(const struct kube_loading *loading, const char *path)
{
    const char *whole = kube_path_join(loading->arena, loading->cwd, path);

    for (uint32_t i = 0; i < loading->files.n; i++)
        if (strcmp(loading->files.v[i].path, whole) == 0)
            return true;
    return false;
}

/* The files of $KUBECONFIG, between colons. */
static bool read_list(struct kube_loading *loading, const char *list)
{
    for (;;) {
        size_t n = strcspn(list, ":");
        const char *path = pg_arena_strndup(loading->arena, list, n);
        if (n && !is_listed(loading, path)) {
            if (loading->files.n == MAX_FILES)
                return pg_err_set(loading->err, "$KUBECONFIG names more than %d files", MAX_FILES);
            if (!read_source(loading, path, false))
                return false;
        }
        if (list[n] == '\0')
            return true;
        list += n + 1;
    }
}

static bool read_sources(struct kube_loading *loading)
{
    const char *list = kube_env_get(loading->env, "KUBECONFIG");
    const char *home = loading->env->home;

    if (loading->flags->kubeconfig && *loading->flags->kubeconfig)
        return read_source(loading, loading->flags->kubeconfig, true);
    if (list)
        return read_list(loading, list);
    home = home ? home : kube_env_get(loading->env, "HOME");
    return !home ||
           read_source(loading, kube_path_join(loading->arena, home, ".kube/config"), false);
}

bool kube_files_load(struct kube_loading *loading)
{
    if (!read_sources(loading))
        return false;
    for (uint32_t i = 0; i < loading->sources.n; i++)
        if (!merge(loading, &loading->sources.v[i]))
            return false;
    loading->target->files = loading->files.v;
    loading->target->nfiles = loading->files.n;
    return true;
}

void kube_files_wipe(struct kube_loading *loading)
{
    for (uint32_t i = 0; i < loading->sources.n; i++)
        pg_document_wipe(loading->sources.v[i].document);
    pg_map_free(&loading->clusters.places);
    pg_map_free(&loading->users.places);
    pg_map_free(&loading->contexts.places);
}

const char *kube_files_names(struct kube_loading *loading)
{
    const char *names = NULL;

    for (uint32_t i = 0; i < loading->sources.n; i++)
        names = names ? pg_arena_printf(loading->arena, "%s, %s", names, loading->sources.v[i].path)
                      : loading->sources.v[i].path;
    if (names)
        return names;
    /* What was looked for and is not there is where a reader must look. */
    for (uint32_t i = 0; i < loading->files.n; i++)
        names = names ? pg_arena_printf(loading->arena, "%s, %s", names, loading->files.v[i].path)
                      : loading->files.v[i].path;
    if (names)
        return pg_arena_printf(loading->arena, "%s (%s)", names,
                               loading->files.n == 1 ? "no such file" : "no such files");
    return "any kubeconfig";
}

const char *kube_files_lack(struct kube_loading *loading)
{
    const char *names = kube_files_names(loading);

    if (loading->sources.n)
        return pg_arena_printf(loading->arena, "%s %s no context", names,
                               loading->sources.n == 1 ? "holds" : "hold");
    return loading->files.n ? names : "there is no kubeconfig";
}

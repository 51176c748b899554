#include "kube.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "say.h"

static const char *from_environment(void *context, const char *name)
{
    (void)context;
    return getenv(name);
}

static const struct pg_kube_env environment = {.get = from_environment};

void pg_cli_kube_flags(const struct pg_cli_args *args, struct pg_kube_flags *flags)
{
    const char *const *values = args->values;

    *flags = (struct pg_kube_flags){
        .kubeconfig = values[PG_OPT_KUBECONFIG],
        .context = values[PG_OPT_CONTEXT],
        .cluster = values[PG_OPT_CLUSTER],
        .user = values[PG_OPT_USER],
        .namespace_ = args->given[PG_OPT_ALL_NAMESPACES] ? NULL : values[PG_OPT_NAMESPACE],
        .server = values[PG_OPT_SERVER],
        .token = values[PG_OPT_TOKEN],
        .as = values[PG_OPT_AS],
        .as_uid = values[PG_OPT_AS_UID],
        .as_groups = args->as_groups.v,
        .nas_groups = args->as_groups.n,
        .as_user_extra = args->as_user_extra.v,
        .nas_user_extra = args->as_user_extra.n,
        .tls_server_name = values[PG_OPT_TLS_SERVER_NAME],
        .certificate_authority = values[PG_OPT_CERTIFICATE_AUTHORITY],
        .client_certificate = values[PG_OPT_CLIENT_CERTIFICATE],
        .client_key = values[PG_OPT_CLIENT_KEY],
        .insecure_skip_tls_verify = args->given[PG_OPT_INSECURE_SKIP_TLS_VERIFY],
        .disable_compression = args->given[PG_OPT_DISABLE_COMPRESSION],
        .request_timeout = values[PG_OPT_REQUEST_TIMEOUT],
    };
}

/* A core would hold tokens and keys. A limit of one byte is more than none: with that alone the kernel gives none to a
   program either (core(5)). */
static void forbid_cores(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_CORE, &limit) != 0 || limit.rlim_max < 1)
        return;
    limit.rlim_cur = 1;
    setrlimit(RLIMIT_CORE, &limit);
}

struct pg_live *pg_cli_kube_open(const struct pg_cli_args *args, struct pg_err *err)
{
    struct pg_kube_flags flags;

    forbid_cores();
    pg_cli_kube_flags(args, &flags);
    return pg_live_new(&flags, &environment, err);
}

const char *pg_cli_kube_title(struct pg_arena *arena, const struct pg_kube_target *target)
{
    const char *name = target->context ? target->context : target->cluster ? target->cluster : "";
    const char *user = target->as ? target->as : target->user;

    if (!*name)
        return pg_arena_printf(arena, "%s%s%s", target->url, user ? " as " : "", user ? user : "");
    /* What is cut off first, where there is little room, is said last. */
    return pg_arena_printf(arena, "%s%s%s (%s)", name, user ? " as " : "", user ? user : "",
                           target->url);
}

void pg_cli_kube_hints(struct pg_buf *out, const struct pg_cli_args *args,
                       const struct pg_live *live)
{
    if (live) {
        pg_buf_puts(out, "what was asked:\n");
        pg_kube_describe(out, pg_live_target(live));
    }
    pg_buf_printf(out,
                  "without a cluster:\n"
                  "  %s --demo       the built-in demo cluster\n"
                  "  %s -f PATH      manifests, a file or a directory\n",
                  args->program, args->program);
}

void pg_cli_kube_unreachable(const struct pg_cli_args *args, const struct pg_live *live,
                             const struct pg_err *err)
{
    struct pg_buf out = {0};

    pg_cli_say_lines("no cluster can be read: ", err->text);
    pg_cli_kube_hints(&out, args, live);
    fputs(pg_buf_text(&out), stderr);
    pg_buf_free(&out);
}

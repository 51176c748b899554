#include "polgrid/diag.h"

#include <assert.h>
#include <string.h>

#include "polgrid/cluster.h"
#include "polgrid/text.h"

const char *pg_severity_name(enum pg_severity severity)
{
    static const char *const names[] = {
        [PG_SEVERITY_INFO] = "info",   [PG_SEVERITY_WARNING] = "warning",
        [PG_SEVERITY_ERROR] = "error", [PG_SEVERITY_REJECT] = "rejected",
        [PG_SEVERITY_FATAL] = "fatal",
    };

    assert(severity < sizeof names / sizeof *names);
    return names[severity];
}

static void clean(struct pg_buf *out, const char *text)
{
    pg_text_clean(out, text, strlen(text));
}

void pg_diag_print(struct pg_buf *out, const struct pg_cluster *cluster, const struct pg_diag *diag)
{
    if (diag->loc.file < cluster->nfiles) {
        clean(out, cluster->files[diag->loc.file].name);
        if (diag->loc.line)
            pg_buf_printf(out, ":%u", diag->loc.line);
        if (diag->loc.line && diag->loc.column)
            pg_buf_printf(out, ":%u", diag->loc.column);
        pg_buf_puts(out, ": ");
    }
    pg_buf_printf(out, "%s: ", pg_severity_name(diag->severity));
    if (diag->object) {
        clean(out, diag->object);
        pg_buf_puts(out, ": ");
    }
    if (diag->path) {
        clean(out, diag->path);
        pg_buf_puts(out, ": ");
    }
    clean(out, diag->message);
}

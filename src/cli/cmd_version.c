#include <string.h>

#include "command.h"
#include "polgrid/json_writer.h"
#include "say.h"

int pg_cli_run_version(struct pg_cli_run *run)
{
    const char *format = run->args->values[PG_OPT_OUTPUT];
    struct pg_buf out = {0};
    if (format && strcmp(format, "json") == 0) {
        struct pg_json json = pg_json_start(&out);
        pg_json_object(&json, NULL, false);
        pg_json_text(&json, "apiVersion", "polgrid/v1");
        pg_json_text(&json, "kind", "Version");
        pg_json_text(&json, "version", PG_VERSION);
        pg_json_end(&json);
        pg_json_finish(&json);
    } else if (!format || strcmp(format, "table") == 0) {
        pg_buf_printf(&out, "polgrid %s\n", PG_VERSION);
    } else {
        pg_cli_say("version writes table and json, not %s", format);
        return PG_CLI_USAGE;
    }
    return pg_cli_write(&out, PG_CLI_YES);
}

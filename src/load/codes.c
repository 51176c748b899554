#include "codes.h"

#include <assert.h>

#include "polgrid/load.h"

static const struct pg_load_code codes[] = {
#define X(id, name, severity, meaning) {name, PG_SEVERITY_##severity, meaning},
    PG_CODES(X)
#undef X
};

const char *pg_code_name(enum pg_code code)
{
    assert(code < PG_CODE_COUNT);
    return codes[code].code;
}

enum pg_severity pg_code_severity(enum pg_code code)
{
    assert(code < PG_CODE_COUNT);
    return codes[code].severity;
}

const struct pg_load_code *pg_load_codes(uint32_t *n)
{
    *n = PG_CODE_COUNT;
    return codes;
}

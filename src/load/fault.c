#include "fault.h"

#include <stdarg.h>
#include <stdio.h>

bool pg_fault_set(struct pg_fault *fault, enum pg_code code, struct pg_mark mark,
                  const char *format, ...)
{
    va_list args;

    fault->code = code;
    fault->mark = mark;
    va_start(args, format);
    vsnprintf(fault->message, sizeof fault->message, format, args);
    va_end(args);
    return false;
}

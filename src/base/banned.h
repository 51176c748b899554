/*
 * Functions that polgrid does not call. The build includes this file before every source (-include,
 * see AM_CPPFLAGS in Makefile.am), so a call to one of them does not compile. The headers that
 * declare them come first: with their include guards set, no later #include meets the macros below.
 *
 * tests/style/style.sh reads the names from the #define lines of this file: one line a name.
 */
#ifndef PG_BANNED_H
#define PG_BANNED_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#define PG_BANNED(name) polgrid_does_not_call_##name##_see_banned_h

/* Write without knowing how much room there is. Use pg_buf_*, snprintf or memcpy. */
#undef strcpy
#undef stpcpy
#undef strcat
#undef sprintf
#undef vsprintf
#undef gets
#define strcpy(...)   PG_BANNED(strcpy)
#define stpcpy(...)   PG_BANNED(stpcpy)
#define strcat(...)   PG_BANNED(strcat)
#define sprintf(...)  PG_BANNED(sprintf)
#define vsprintf(...) PG_BANNED(vsprintf)
#define gets(...)     PG_BANNED(gets)

/* Leave the result without its NUL, or cut it in silence. */
#undef strncpy
#undef stpncpy
#undef strncat
#define strncpy(...) PG_BANNED(strncpy)
#define stpncpy(...) PG_BANNED(stpncpy)
#define strncat(...) PG_BANNED(strncat)

/* Wide twins of the above. */
#undef wcscpy
#undef wcscat
#define wcscpy(...) PG_BANNED(wcscpy)
#define wcscat(...) PG_BANNED(wcscat)

/* Cannot say that the text is not a number, or overflow. Use pg_text_* or strtol with a check. */
#undef atoi
#undef atol
#undef atoll
#undef atof
#define atoi(...)  PG_BANNED(atoi)
#define atol(...)  PG_BANNED(atol)
#define atoll(...) PG_BANNED(atoll)
#define atof(...)  PG_BANNED(atof)

/* Parse with undefined overflow, and %s without a limit. */
#undef scanf
#undef sscanf
#undef fscanf
#define scanf(...)  PG_BANNED(scanf)
#define sscanf(...) PG_BANNED(sscanf)
#define fscanf(...) PG_BANNED(fscanf)

/* Keep hidden state, or answer in a static buffer. */
#undef strtok
#undef asctime
#undef ctime
#undef gmtime
#undef localtime
#undef rand
#undef srand
#define strtok(...)    PG_BANNED(strtok)
#define asctime(...)   PG_BANNED(asctime)
#define ctime(...)     PG_BANNED(ctime)
#define gmtime(...)    PG_BANNED(gmtime)
#define localtime(...) PG_BANNED(localtime)
#define rand(...)      PG_BANNED(rand)
#define srand(...)     PG_BANNED(srand)

/* Hand a line to a shell. An editor is started with fork and exec. */
#undef system
#undef popen
#define system(...) PG_BANNED(system)
#define popen(...)  PG_BANNED(popen)

/* Name a temporary file that someone else can create first. Use mkstemp. */
#undef tmpnam
#undef tempnam
#undef mktemp
#define tmpnam(...)  PG_BANNED(tmpnam)
#define tempnam(...) PG_BANNED(tempnam)
#define mktemp(...)  PG_BANNED(mktemp)

/* Take from the stack what only the input's author knows the size of. */
#undef alloca
#define alloca(...) PG_BANNED(alloca)

#endif

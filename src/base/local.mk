# base: arena, buffer, strings, map, text, err, clock. Sees libc only. Compiled with -Wconversion.
libstrict_a_SOURCES += \
	include/polgrid/arena.h \
	include/polgrid/base64.h \
	include/polgrid/buf.h \
	include/polgrid/clock.h \
	include/polgrid/err.h \
	include/polgrid/json_writer.h \
	include/polgrid/map.h \
	include/polgrid/sha256.h \
	include/polgrid/strs.h \
	include/polgrid/text.h \
	include/polgrid/vec.h \
	src/base/arena.c \
	src/base/banned.h \
	src/base/base64.c \
	src/base/buf.c \
	src/base/clock.c \
	src/base/err.c \
	src/base/json_writer.c \
	src/base/map.c \
	src/base/sha256.c \
	src/base/sha256_x86.c \
	src/base/sha256_x86.h \
	src/base/strs.c \
	src/base/text.c \
	src/base/text_tables.h \
	src/base/vec.c

# Writes text_tables.h; not run by the build.
EXTRA_DIST += src/base/text_tables.py

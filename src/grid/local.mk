# grid: axis, grouping, lens, filter, sort, diff. Sees base, model, eval.
libpolgrid_a_SOURCES += \
	include/polgrid/grid.h \
	include/polgrid/journal.h \
	src/grid/abbr.c \
	src/grid/axis.c \
	src/grid/axis.h \
	src/grid/causes.c \
	src/grid/detail.c \
	src/grid/grid.c \
	src/grid/inner.h \
	src/grid/journal.c \
	src/grid/meet.c \
	src/grid/outside.c

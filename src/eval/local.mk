# eval: compile, classes, port sets, reach, why. Pure: tests/style/pure.sh. Sees base, model. Compiled with -Wconversion.
libstrict_a_SOURCES += \
	src/eval/blocks.c src/eval/blocks.h \
	src/eval/cell.c \
	src/eval/classes.c \
	src/eval/compile.c \
	src/eval/eval.c src/eval/eval_internal.h \
	src/eval/match.c \
	src/eval/miss.c \
	src/eval/order.c \
	src/eval/plugin.c include/polgrid/plugin.h \
	src/eval/say.c \
	src/eval/service.c \
	src/eval/subjects.c \
	src/eval/why.c src/eval/why_internal.h \
	include/polgrid/eval.h include/polgrid/why.h

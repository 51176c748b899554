# eval: compile, classes, port sets, reach, why. Pure: tests/style/pure.sh. Sees base, model. Compiled with -Wconversion.
libstrict_a_SOURCES += \
	src/eval/alike.c \
	src/eval/blocks.c src/eval/blocks.h \
	src/eval/cell.c \
	src/eval/classes.c \
	src/eval/compile.c \
	src/eval/complete.c \
	src/eval/entry.c src/eval/entry_internal.h include/polgrid/entry.h \
	src/eval/entry_controller.c \
	src/eval/entry_outside.c \
	src/eval/follow.c src/eval/follow_internal.h include/polgrid/follow.h \
	src/eval/follow_classes.c \
	src/eval/follow_cluster.c \
	src/eval/follow_copy.c \
	src/eval/follow_policies.c \
	src/eval/follow_slots.c \
	src/eval/eval.c src/eval/eval_internal.h \
	src/eval/large.c \
	src/eval/match.c \
	src/eval/miss.c \
	src/eval/odd.c \
	src/eval/oddsets.c \
	src/eval/order.c \
	src/eval/peersets.c src/eval/peersets.h src/eval/peersets_internal.h \
	src/eval/plugin.c src/eval/plugin_internal.h include/polgrid/plugin.h \
	src/eval/plugin_lacks.c \
	src/eval/plugin_table.c \
	src/eval/say.c \
	src/eval/samples.c \
	src/eval/service.c src/eval/service_internal.h \
	src/eval/service_find.c \
	src/eval/service_say.c \
	src/eval/strangers.c \
	src/eval/special.c \
	src/eval/subjects.c \
	src/eval/sweep.c src/eval/sweep.h \
	src/eval/totals.c include/polgrid/totals.h \
	src/eval/why.c src/eval/why_internal.h \
	include/polgrid/eval.h include/polgrid/why.h

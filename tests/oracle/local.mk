# tests/oracle: an independent slow evaluator against random small clusters. `make check' asks 3,000 of them and plants
# bugs to see that it would find them; `make check-oracle' asks 100,000, on two processors.
check_PROGRAMS += tests/oracle/oracle
tests_oracle_oracle_SOURCES = \
	tests/oracle/check.c tests/oracle/check.h \
	tests/oracle/check_alike.c \
	tests/oracle/check_follow.c \
	tests/oracle/check_grids.c \
	tests/oracle/check_memo.c \
	tests/oracle/check_pairs.c \
	tests/oracle/check_tiers.c \
	tests/oracle/check_totals.c \
	tests/oracle/check_whys.c \
	tests/oracle/gen.c tests/oracle/gen.h \
	tests/oracle/gen_admin.c \
	tests/oracle/gen_calico.c \
	tests/oracle/gen_cilium.c \
	tests/oracle/main.c \
	tests/oracle/render.c tests/oracle/render.h \
	tests/oracle/render_admin.c \
	tests/oracle/render_calico.c \
	tests/oracle/render_cilium.c tests/oracle/render_parts.h \
	tests/oracle/slow.c tests/oracle/slow.h \
	tests/oracle/slow_admin.c \
	tests/oracle/slow_calico.c \
	tests/oracle/slow_cilium.c tests/oracle/slow_kinds.h \
	tests/oracle/slow_side.c \
	tests/oracle/slow_worlds.c \
	tests/oracle/tree.c tests/oracle/tree.h \
	tests/oracle/world.h tests/oracle/world_kinds.h
TESTS += tests/oracle/oracle
EXTRA_DIST += tests/oracle/plant.sh

# A planted bug is found or not whatever the oracle is built with; with sanitizers it takes minutes.
if !SANITIZED
TESTS += tests/oracle/plant.sh
endif

# Two halves at once; a difference in either is printed, and fails.
check-oracle: tests/oracle/oracle$(EXEEXT)
	@./tests/oracle/oracle --seeds 1..50000 & first=$$!; \
	./tests/oracle/oracle --seeds 50001..100000; second=$$?; wait $$first && test $$second -eq 0
.PHONY: check-oracle

# tests/bench: what `make bench' builds and runs, one program after the other, without arguments:
#   bench_list += tests/bench/bench
#   tests_bench_bench_SOURCES = tests/bench/bench.c
# `make check' only compares the matrix from the totals with that found class by class, pod by pod, and with what is on
# record in matrix.txt (check_matrix --record prints it); it never looks at a clock.
# `make tests/bench/gen_cluster' builds what prints the clusters.
bench_list = tests/bench/bench tests/bench/follow_bench tests/bench/many_bench tests/bench/memo_bench
bench_cluster = tests/bench/make_cluster.c tests/bench/make_cluster.h tests/bench/make_internal.h tests/bench/make_policies.c \
	tests/bench/writer.c tests/bench/writer.h
bench_matrix = tests/bench/matrix.c tests/bench/matrix.h tests/bench/naive.c

tests_bench_bench_SOURCES = tests/bench/bench.c tests/bench/bench.h tests/bench/stages.c tests/bench/screens.c \
	tests/bench/events.c tests/bench/events.h tests/bench/others.c tests/bench/report.c $(bench_cluster) $(bench_matrix)
EXTRA_tests_bench_bench_DEPENDENCIES = polgrid$(EXEEXT)
tests_bench_bench_LDADD = $(LDADD) -lm
tests_bench_follow_bench_SOURCES = tests/bench/follow_bench.c tests/bench/events.c tests/bench/events.h $(bench_cluster)
tests_bench_many_bench_SOURCES = tests/bench/many_bench.c $(bench_cluster)
tests_bench_memo_bench_SOURCES = tests/bench/memo_bench.c $(bench_cluster)
tests_bench_gen_cluster_SOURCES = tests/bench/gen_cluster.c $(bench_cluster)
tests_bench_gen_cluster_LDADD =
tests_bench_check_matrix_SOURCES = tests/bench/check_matrix.c $(bench_cluster) $(bench_matrix)

check_PROGRAMS += tests/bench/check_matrix
TESTS += tests/bench/check_matrix
EXTRA_PROGRAMS += $(bench_list) tests/bench/gen_cluster
CLEANFILES += $(bench_list) tests/bench/gen_cluster
EXTRA_DIST += tests/bench/matrix.txt docs/performance.md

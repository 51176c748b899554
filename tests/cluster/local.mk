# tests/cluster: polgrid against a real API server. As part of `make check' where one was built before, else skipped;
# `make check-cluster' builds it (Go, four minutes once) and runs the same.
TESTS += tests/cluster/cached.sh
EXTRA_DIST += tests/cluster/build.sh tests/cluster/cached.sh tests/cluster/check.py tests/cluster/cluster.py \
	tests/cluster/kubeconfigs.py tests/cluster/time.py
.PHONY: check-cluster
check-cluster: all
	POLGRID=$(abs_builddir)/polgrid PG_SRC=$(abs_srcdir) python3 $(srcdir)/tests/cluster/check.py

# tests/live: servers of the tests' own that speak TLS, behave and misbehave; polgrid reads them.
TESTS += tests/live/lists.py tests/live/faults.py tests/live/watch.py
EXTRA_DIST += tests/live/lists.py tests/live/faults.py tests/live/watch.py tests/live/harness.py tests/live/server/__init__.py \
	tests/live/server/cluster.py tests/live/server/pki.py tests/live/server/server.py

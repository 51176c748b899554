# tests/spec: a manifest, a question, the verdict expected. A directory in EXTRA_DIST is distributed whole.
spec_tests = tests/spec/selftest.sh tests/spec/core.sh tests/spec/examples.sh tests/spec/demo.sh tests/spec/docs.py tests/spec/snapshots.py

TESTS += $(spec_tests)
EXTRA_DIST += $(spec_tests) tests/spec/README.md tests/spec/run.py tests/spec/vectors tests/spec/demo-questions \
	data/examples data/demo

# tests/cli: command lines and golden output. A script in TESTS must stand in EXTRA_DIST too.
TESTS += tests/cli/run.sh
EXTRA_DIST += tests/cli/run.sh tests/cli/cases tests/cli/fixtures

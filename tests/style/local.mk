# tests/style: what keeps the rooms as the design has them. The sources are the same whatever they are built with, and
# instrumented objects call what pure.sh forbids, so a sanitized build leaves these out.
style_tests = tests/style/includes.sh tests/style/pure.sh tests/style/style.sh tests/style/format.sh \
	tests/style/selftest.sh
EXTRA_DIST += $(style_tests)

if !SANITIZED
TESTS += $(style_tests)
endif

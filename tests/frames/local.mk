# tests/frames: key scripts replayed without a terminal against golden screens.
check_PROGRAMS += tests/frames/replay
tests_frames_replay_SOURCES = tests/frames/replay.c
TESTS += tests/frames/frames.sh tests/frames/keys.sh
EXTRA_DIST += tests/frames/frames.sh tests/frames/keys.sh tests/frames/cases tests/frames/golden tests/frames/fixtures

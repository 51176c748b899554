# tests/tmux: the real terminal, screens read back through tmux.
TESTS += tests/tmux/tmux.sh
EXTRA_DIST += tests/tmux/tmux.sh

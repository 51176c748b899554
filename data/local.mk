# data: the demo cluster and what else is compiled in or installed.
EXTRA_DIST +=

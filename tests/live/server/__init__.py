"""A small API server for tests: lists, pages, watches and rights as the real one has them, and faults on demand."""

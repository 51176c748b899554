polgrid --help

polgrid matrix -R -f fixtures/dir -o json | grep "\"pods\"\|\"name\""

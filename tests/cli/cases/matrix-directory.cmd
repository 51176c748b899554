polgrid matrix -f fixtures/dir -o json | grep "\"pods\"\|\"name\""

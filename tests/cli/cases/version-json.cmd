polgrid version -o json | sed "s/\"version\": .*/VERSION/"

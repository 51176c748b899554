polgrid why -f fixtures/entries.yaml internet ingress/svc/controller:https -o json

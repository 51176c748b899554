polgrid why -f fixtures/entries.yaml -f fixtures/flannel.yaml ingress/deployment/controller shop/svc/web:http --strict

# An address that nobody has who was read may be anybody's: a pod's, a node's, a service's.
service='{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, spec: {clusterIP: 10.96.0.1, selector: {app: a}, ports: [{port: 80, targetPort: 8080}]}}'
ask() {
    echo "== $*"
    (cat fixtures/limited.yaml; printf '\n---\n%s\n' "$service") | polgrid why -f - "$@" | head -1
}
ask shop/p-0000 10.9.9.9:80
ask 10.9.9.9 shop/p-0000:8080
ask 10.9.9.9 shop/svc/s:80
ask shop/p-0003 10.9.9.9/32:80
ask shop/p-0003 10.9.0.0/16:80
ask 10.9.9.9 10.8.8.8:80
ask shop/p-0000 10.0.0.1/32:80

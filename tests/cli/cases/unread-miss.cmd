# The rule is told as it was written, not as what is made of it where labels of namespaces are not known.
polgrid why -f fixtures/limited.yaml -f - shop/p-0000 shop/p-0003:80 2>/dev/null <<'EOF'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: b-in, namespace: shop}
spec:
  podSelector: {matchLabels: {app: b}}
  ingress:
  - from:
    - namespaceSelector: {matchLabels: {team: web}}
      podSelector: {matchLabels: {app: c}}
    ports: [{port: 8080}]
EOF

cat >"$SCRATCH/plugin.yaml" <<'EOF'
apiVersion: v1
kind: Config
current-context: zone-a
contexts: [{name: zone-a, context: {cluster: east, user: plug}}]
clusters: [{name: east, cluster: {server: "https://127.0.0.1:1"}}]
users:
- name: plug
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1
      interactiveMode: Never
      command: /nonexistent/login
      installHint: "Get it:\n\n  brew install login\n\x1b[31mred\n"
EOF
polgrid matrix --kubeconfig "$SCRATCH/plugin.yaml" 2>&1 | sed "s|$SCRATCH|SCRATCH|"
exit "${PIPESTATUS[0]}"

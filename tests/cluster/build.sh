#!/usr/bin/env bash
# build.sh: a real kube-apiserver, etcd and kubectl, built from their Go modules into a cache outside of the source.
# Prints the directory of the programs. Ends with 77 where they can't be had: no Go, or no modules.
# With --cached it builds nothing. Four minutes the first time on two cores, then nothing.
set -euo pipefail
version=${K8S_VERSION:-v1.34.4}
cache=${POLGRID_CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/polgrid-cluster}/$version
bin=$cache/bin
if [ -x "$bin/kube-apiserver" ] && [ -x "$bin/etcd" ] && [ -x "$bin/kubectl" ]; then
    echo "$bin"
    exit 0
fi
if [ "${1:-}" = --cached ]; then
    echo "no kube-apiserver in $bin; make check-cluster builds it" >&2
    exit 77
fi
PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null || { echo "no Go to build a kube-apiserver with" >&2; exit 77; }
mkdir -p "$bin" "$cache/src/etcd" "$cache/src/kubectl"
cd "$cache/src"

cat >main.go <<'GO'
package main

import (
    "os"

    "k8s.io/component-base/cli"
    _ "k8s.io/component-base/logs/json/register"
    _ "k8s.io/component-base/metrics/prometheus/clientgo"
    _ "k8s.io/component-base/metrics/prometheus/version"
    "k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() { os.Exit(cli.Run(app.NewAPIServerCommand())) }
GO
cat >etcd/main.go <<'GO'
package main

import (
    "os"

    "go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
GO
cat >kubectl/main.go <<'GO'
package main

import (
    "k8s.io/component-base/cli"
    "k8s.io/kubectl/pkg/cmd"
    "k8s.io/kubectl/pkg/cmd/util"
)

func main() {
    if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
        util.CheckErr(err)
    }
}
GO

export GOFLAGS=-mod=mod CGO_ENABLED=0
# k8s.io/kubernetes keeps its libraries beside it: each is replaced by the module of the same release.
if [ ! -s go.sum ]; then
    mod=$(go mod download -json "k8s.io/kubernetes@$version" | sed -n 's/.*"GoMod": "\(.*\)".*/\1/p') || exit 77
    {
        echo "module polgrid.test/cluster"
        grep '^go ' "$mod"
        echo "require k8s.io/kubernetes $version"
        echo "replace ("
        sed -n "s#^[[:space:]]*\(k8s.io/[a-z0-9-]*\) => \./staging/.*#\t\1 => \1 v0.${version#v1.}#p" "$mod"
        echo ")"
    } >go.mod
    go mod tidy >&2 || { rm -f go.sum; exit 77; }
fi
IFS=. read -r major minor _ <<<"${version#v}"
at=k8s.io/component-base/version
flags="-s -w -X $at.gitVersion=$version -X $at.gitMajor=$major -X $at.gitMinor=$minor -X $at.gitTreeState=clean"
for program in kube-apiserver etcd kubectl; do
    echo "building $program $version" >&2
    source=./$program
    [ "$program" = kube-apiserver ] && source=.
    go build -trimpath -ldflags "$flags" -o "$bin/.$program" "$source" >&2 && mv "$bin/.$program" "$bin/$program"
done
echo "$bin"

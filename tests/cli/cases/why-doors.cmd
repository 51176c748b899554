# Whatever address a service is asked for at, its backends are judged.
for to in svc/api:80 10.96.0.9:80 198.51.100.7:80 198.51.100.8:80 192.168.0.1:30080 192.168.0.1:30081 10.0.0.2/32:8080; do
    echo "== $to"
    polgrid why -f fixtures/doors.yaml -n shop web "$to" | sed -n '1,2p;/^note/p'
done
polgrid snapshot -f fixtures/doors.yaml -o - | polgrid why -f - -n shop web 198.51.100.8:80 | head -1
exit "${PIPESTATUS[1]}"

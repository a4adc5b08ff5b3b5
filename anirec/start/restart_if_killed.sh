# Runs a command, and runs it again when it was killed, as by a machine without memory. What ends by itself stays ended:
# it has said why.
stopping=
trap 'stopping=1' TERM INT HUP
while :; do
    "$@"
    code=$?
    [ -n "$stopping" ] && exit 0
    [ $code -gt 128 ] || exit $code
    echo "$1 was killed; it is started again." >&2
    sleep 1
done

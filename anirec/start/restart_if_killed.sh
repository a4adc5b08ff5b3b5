# Runs the launcher, and runs it again when it was killed, as by a machine without memory. It ends with this shell, whose
# number it gets as GUARD_PID. What ends by itself stays ended: it has said why.
stopping=
trap 'stopping=1' TERM INT HUP
export GUARD_PID=$$
while :; do
    "$@"
    code=$?
    [ -n "$stopping" ] && exit 0
    [ $code -gt 128 ] || exit $code
    echo "$1 was killed; it is started again." >&2
    export RESTARTED=1
    sleep 0.5
done

# Runs a server for as long as somebody holds the other end of our standard input.
#
# Arguments: folder of the server, program, arguments of the program. Commands, one a line: start, stop, kill.
# When the input ends, because the owner closed it, died or was killed, the server and its folder go too.
folder=$1
shift

start() {
    "$@" <&- >>"$folder/log" 2>&1 &
    pid=$!
}

stop() {
    [ -n "$pid" ] && kill -"$1" "$pid" && wait "$pid"
    pid=
}

pid=
while read -r command; do
    case $command in
    start) start "$@" ;;
    stop) stop INT ;;
    kill) stop KILL ;;
    esac
    echo done
done
# PostgreSQL is gone at once for QUIT, PgBouncer for TERM.
[ -n "$pid" ] && kill -QUIT "$pid" && kill -TERM "$pid"
wait
rm -rf "$folder"

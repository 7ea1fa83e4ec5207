#!/usr/bin/env bash
# Times what others need for the same question on the same data: how often was each call made.
#
#     benches/peers.sh DIR [RUNS]
#
# DIR is a generated set (cargo run --release --example generate). Each peer that is installed is
# run RUNS times (3), in turn with trailhound, and the whole process is timed; a peer that is absent
# is named and left out. Needs GNU time. Peers looked for: suzaku, python3 with duckdb or chdb (set
# PYTHON to a venv's), jq.
#
#     python3 -m venv peers && peers/bin/pip install duckdb chdb && PYTHON=peers/bin/python …
set -u
dir=${1:?a folder with generated events}
runs=${2:-3}
python=${PYTHON:-python3}
here=$(cd "$(dirname "$0")/.." && pwd)
trailhound=${TRAILHOUND:-$here/target/release/trailhound}
[ -x "$trailhound" ] || (cd "$here" && cargo build --release --quiet) || exit 1
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# run NAME COMMAND…: one line of wall seconds, processor seconds and peak megabytes into NAME.
run() {
    local name=$1
    shift
    if /usr/bin/time -f '%e %U %S %M' -o "$out/time" "$@" >"$out/$name.out" 2>"$out/$name.err"; then
        awk '{ printf "%s %.2f %.0f\n", $1, $2 + $3, $4 / 1024 }' "$out/time" >>"$out/$name"
    else
        echo "$name failed: $(tail -1 "$out/$name.err")"
    fi
}

duckdb_script='
import duckdb, sys
db = duckdb.connect()
db.execute("set threads to " + sys.argv[2])
# Each file is one object of many megabytes.
db.execute("""create table events as select unnest(Records) as r from read_json(
    ?, format = \"unstructured\", maximum_object_size = 268435456,
    columns = {Records: \"STRUCT(eventName VARCHAR, eventSource VARCHAR, eventTime VARCHAR, awsRegion VARCHAR, sourceIPAddress VARCHAR, userAgent VARCHAR, errorCode VARCHAR, eventID VARCHAR, recipientAccountId VARCHAR, userIdentity JSON, requestParameters JSON, responseElements JSON)[]\"})""",
    [sys.argv[1] + "/**/*.json.gz"])
print(db.execute("select r.eventName, count(*) n from events group by 1 order by n desc limit 5").fetchall())
'
chdb_script='
import chdb, sys
from chdb.session import Session
s = Session()
s.query("create database t; ")
s.query("create table t.e engine = MergeTree order by tuple() as select JSONExtractString(r, \x27eventName\x27) name, JSONExtractString(r, \x27eventSource\x27) source, JSONExtractString(r, \x27eventTime\x27) time, JSONExtractString(r, \x27awsRegion\x27) region, JSONExtractString(r, \x27sourceIPAddress\x27) ip, JSONExtractString(r, \x27userAgent\x27) agent, JSONExtractString(r, \x27errorCode\x27) error, JSONExtractString(r, \x27eventID\x27) id, JSONExtractRaw(r, \x27userIdentity\x27) who, JSONExtractRaw(r, \x27requestParameters\x27) request, JSONExtractRaw(r, \x27responseElements\x27) response from (select arrayJoin(JSONExtractArrayRaw(json, \x27Records\x27)) r from file(\x27" + sys.argv[1] + "/**/*.json.gz\x27, \x27JSONAsString\x27)) settings max_threads = " + sys.argv[2])
print(s.query("select name, count() n from t.e group by name order by n desc limit 5"))
'
threads=$(nproc)
peers=()
absent=()
command -v suzaku >/dev/null && peers+=(suzaku) || absent+=(suzaku)
"$python" -c 'import duckdb' 2>/dev/null && peers+=(duckdb) || absent+=(duckdb)
"$python" -c 'import chdb' 2>/dev/null && peers+=(chdb) || absent+=(chdb)
command -v jq >/dev/null && peers+=(jq) || absent+=(jq)

for _ in $(seq "$runs"); do
    run trailhound "$trailhound" stats "$dir" --by what --top 5
    for peer in "${peers[@]}"; do
        case $peer in
            suzaku) run suzaku suzaku aws-ct-metrics -d "$dir" --quiet ;;
            duckdb) run duckdb "$python" -c "$duckdb_script" "$dir" "$threads" ;;
            chdb) run chdb "$python" -c "$chdb_script" "$dir" "$threads" ;;
            jq) run jq sh -c 'find "$1" -name "*.json.gz" -exec zcat {} + | jq -r ".Records[].eventName" | sort | uniq -c | sort -rn | head -5' sh "$dir" ;;
        esac
    done
done

printf '%-12s %28s %12s %10s %8s\n' who 'wall s, median [least-most]' 'processor s' 'peak MB' 'times'
for name in trailhound "${peers[@]}"; do
    [ -s "$out/$name" ] || continue
    sort -n "$out/$name" | awk -v name="$name" -v base="${base:-0}" '
        { wall[NR] = $1; cpu[NR] = $2; if ($3 > peak) peak = $3 }
        END {
            mid = int((NR + 1) / 2)
            printf "%-12s %12.2f [%.2f-%.2f] %14.2f %10d %7.1fx\n", name, wall[mid], wall[1], wall[NR], cpu[mid], peak, base > 0 ? wall[mid] / base : 1
        }'
    [ "$name" = trailhound ] && base=$(sort -n "$out/$name" | awk '{ wall[NR] = $1 } END { print wall[int((NR + 1) / 2)] }')
done
for name in "${absent[@]}"; do
    echo "$name: not installed, left out"
done

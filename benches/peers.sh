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
# trailhound stands there three times: as the command, which loads what the question needs; as a load
# of the columns and of every value, the counterpart of a database that keeps requests and responses,
# with which the peers are compared; and as the load of everything the screen uses (resources and
# lineage, too). What each answered first is printed: the peers count records that were delivered
# twice twice, trailhound once.
#
#     python3 -m venv peers && peers/bin/pip install duckdb chdb && PYTHON=peers/bin/python …
set -u
dir=${1:?a folder with generated events}
runs=${2:-3}
python=${PYTHON:-python3}
here=$(cd "$(dirname "$0")/.." && pwd)
trailhound=${TRAILHOUND:-$here/target/release/trailhound}
[ -x "$trailhound" ] || (cd "$here" && cargo build --release --quiet) || exit 1
everything=${YARDSTICK:-$(cd "$here" && cargo bench --no-run --bench yardstick 2>&1 |
    sed -n 's/.*Executable.*(\(.*\))$/\1/p')}
case $everything in "" | /*) ;; *) everything=$here/$everything ;; esac
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

# Not named as the modules are: python would take the script for one.
cat >"$out/ask_duckdb.py" <<'END'
import duckdb
import sys

db = duckdb.connect()
db.execute("set threads to " + sys.argv[2])
# Each file is one object of many megabytes.
db.execute(
    """create table events as select unnest(Records) as r from read_json(
    ?, format = 'unstructured', maximum_object_size = 268435456,
    columns = {Records: 'STRUCT(eventName VARCHAR, eventSource VARCHAR, eventTime VARCHAR,
        awsRegion VARCHAR, sourceIPAddress VARCHAR, userAgent VARCHAR, errorCode VARCHAR,
        eventID VARCHAR, recipientAccountId VARCHAR, userIdentity JSON, requestParameters JSON,
        responseElements JSON)[]'})""",
    [sys.argv[1] + "/**/*.json.gz"],
)
count = "select r.eventName, count(*) n from events group by 1 order by n desc limit 5"
print(db.execute(count).fetchall())
END
cat >"$out/ask_chdb.py" <<'END'
import sys

from chdb.session import Session

texts = ["eventName", "eventSource", "eventTime", "awsRegion", "sourceIPAddress", "userAgent",
         "errorCode", "eventID"]
trees = ["userIdentity", "requestParameters", "responseElements"]
columns = [f"JSONExtractString(r, '{name}') {name}" for name in texts]
columns += [f"JSONExtractRaw(r, '{name}') {name}" for name in trees]
session = Session()
session.query("create database t")
session.query(
    "create table t.e engine = MergeTree order by tuple() as select "
    + ", ".join(columns)
    + " from (select arrayJoin(JSONExtractArrayRaw(json, 'Records')) r from file('"
    + sys.argv[1]
    + "/**/*.json.gz', 'JSONAsString')) settings max_threads = "
    + sys.argv[2]
)
print(session.query(
    "select eventName, count() n from t.e group by eventName order by n desc limit 5"))
END
threads=$(nproc)
peers=()
absent=()
command -v suzaku >/dev/null && peers+=(suzaku) || absent+=(suzaku)
"$python" -c 'import duckdb' 2>/dev/null && peers+=(duckdb) || absent+=(duckdb)
"$python" -c 'import chdb' 2>/dev/null && peers+=(chdb) || absent+=(chdb)
command -v jq >/dev/null && peers+=(jq) || absent+=(jq)

for _ in $(seq "$runs"); do
    run trailhound "$trailhound" stats "$dir" --by what --top 5
    for scope in values everything; do
        [ -x "$everything" ] && run "$scope" "$everything" --child "$dir" "$scope"
    done
    for peer in "${peers[@]}"; do
        case $peer in
            suzaku) run suzaku suzaku aws-ct-metrics -d "$dir" --quiet ;;
            duckdb) run duckdb "$python" "$out/ask_duckdb.py" "$dir" "$threads" ;;
            chdb) run chdb "$python" "$out/ask_chdb.py" "$dir" "$threads" ;;
            jq) run jq sh -c 'find "$1" -name "*.json.gz" -exec zcat {} + | jq -r ".Records[].eventName" | sort | uniq -c | sort -rn | head -5' sh "$dir" ;;
        esac
    done
done

# What the peers are compared with, and by how much they are to be slower.
against=values
[ -s "$out/$against" ] || against=trailhound
middle() { # FILE FIELD
    sort -n "$out/$1" | awk -v at="$2" '{ all[NR] = $at } END { print all[int((NR + 1) / 2)] }'
}
goal() {
    case $1 in
        suzaku) echo '>= 8x (100,000 events)' ;;
        duckdb) echo '>= 15x (100,000 events)' ;;
        chdb) echo '>= 1.7x, and half its memory or less (2,000,000 events)' ;;
    esac
}
printf '%-12s %28s %12s %10s %8s %8s  %s\n' who 'wall s, median [least-most]' 'processor s' 'peak MB' \
    "$against" 'memory' 'goal'
for name in trailhound values everything "${peers[@]}"; do
    [ -s "$out/$name" ] || continue
    sort -n "$out/$name" | awk -v name="$name" -v wall="$(middle $against 1)" \
        -v peak="$(middle $against 3)" -v goal="$(goal "$name")" '
        { all[NR] = $1; cpu[NR] = $2; if ($3 > most) most = $3 }
        END {
            mid = int((NR + 1) / 2)
            printf "%-12s %12.2f [%.2f-%.2f] %14.2f %10d %7.1fx %7.2fx  %s\n", name, all[mid], all[1],
                all[NR], cpu[mid], most, all[mid] / wall, most / peak, goal
        }'
done
for name in trailhound "${peers[@]}"; do
    [ -s "$out/$name.out" ] || continue
    said=$(grep -m 1 -E '[A-Za-z].*[0-9]|[0-9].*[A-Za-z]' "$out/$name.out" | cut -c 1-80)
    echo "$name answered first: $said"
done
for name in "${absent[@]}"; do
    echo "$name: not installed, left out"
done

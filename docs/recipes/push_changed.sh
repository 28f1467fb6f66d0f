#!/bin/sh
# Push the pages of a static site that have changed since the last time, and withdraw those that are gone.
#
#   DESK=… KEY=… sh push_changed.sh public https://news.example 'posts/*/index.html' [.copydesk-sent]
#
# The last file remembers what the desk has taken, hash and page; keep it from build to build. Without it every page is
# pushed, and what the desk has already it answers as a duplicate. Exit code 1 where a page was not taken: it is pushed
# again at the next build.
set -u
folder=${1%/} site=${2%/} pattern=$3 sent=${4:-.copydesk-sent}
now=$(mktemp) before=$(mktemp) answer=$(mktemp)
trap 'rm -f "$now" "$before" "$answer"' EXIT
touch "$sent" && cp "$sent" "$before" || exit 1
(cd "$folder" && find . -type f -path "./$pattern" -exec sha256sum {} +) | sed 's/  \.\//  /' | sort -k 2 >"$now"
failed=0

ask() { # ask METHOD PATH [options of curl]: whether the desk has done it
    method=$1 path=$2
    shift 2
    status=$(curl --silent --show-error --retry 3 --retry-connrefused --max-time 60 --output "$answer" \
        --write-out '%{http_code}' --request "$method" --header "Authorization: Bearer $KEY" "$@" "$DESK$path")
    case $method$status in *20[0-2] | DELETE404 | DELETE410) return 0 ;; esac
    echo "$method $path: $status $(cat "$answer")" >&2
    failed=1
    return 1
}

address() { # posts/rubber/index.html is read at https://news.example/posts/rubber/
    printf '%s/%s' "$site" "$(printf %s "$1" | sed 's/index\.html$//; s/ /%20/g')"
}

remember() { # remember PAGE [HASH]: after the desk's answer; the file is there whole at any moment
    awk -v page="$1" 'substr($0, 67) != page' "$sent" >"$sent.new" || exit 1
    [ $# -eq 1 ] || printf '%s  %s\n' "$2" "$1" >>"$sent.new"
    mv "$sent.new" "$sent"
}

while read -r hash page; do
    grep -qxF "$hash  $page" "$before" && continue
    ask POST /v1/articles --header "Content-Type: text/html" --header "Content-Location: $(address "$page")" \
        --data-binary "@$folder/$page" && remember "$page" "$hash"
done <"$now"

while read -r _ page; do
    awk -v page="$page" 'substr($0, 67) == page { there = 1 } END { exit !there }' "$now" && continue
    name=$(address "$page" | sed 's/%/%25/g; s/:/%3A/g; s/\//%2F/g; s/?/%3F/g; s/#/%23/g')
    ask DELETE "/v1/articles/$name?reason=Gone+from+the+site" && remember "$page"
done <"$before"
exit "$failed"

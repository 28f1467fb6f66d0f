#!/bin/sh
# Push the files of a folder, and move each when the desk has it. For cron, each minute:
#
#   * * * * * DESK=… KEY=… flock -n /srv/outbox/.lock sh push_folder.sh /srv/outbox
#
# Write a file as NAME.part and rename it: what ends in .part is not looked at. Taken: sent/NAME with NAME.receipt.json.
# Refused for good: refused/NAME with NAME.problem.json. While the desk is away it stays, and the exit code is 1. Killed at
# any moment, the next run pushes again what was not moved; the desk knows it by name and content, and has it once.
set -u
cd "$1" && mkdir -p sent refused || exit 1
answer=.answer # in the folder, so that a run that is killed leaves no more than the next one writes over

for file in *.txt *.html *.json *.xml; do
    [ -f "$file" ] || continue
    case $file in
        *.txt) type=text/plain ;;
        *.html) type=text/html ;;
        *.json) type=application/json ;;
        *) type=application/xml ;;
    esac
    name=$(printf %s "$file" | od -An -v -tx1 | tr -d ' \n') # any name makes an address: its bytes as hexadecimal digits
    status=$(curl --silent --max-time 60 --output "$answer" --write-out '%{http_code}' \
        --header "Authorization: Bearer $KEY" --header "Content-Type: $type" --header "X-Article-URI: urn:outbox:$name" \
        --data-binary "@./$file" "$DESK/v1/articles")
    case $status in
        200 | 202) into=sent kind=receipt ;;
        400 | 409 | 410 | 413 | 415 | 422) into=refused kind=problem ;;
        *)
            echo "push_folder: $1/$file: the desk at $DESK answers $status; the next run pushes it" >&2
            exit 1
            ;;
    esac
    cp "$answer" "$into/.new" && mv "$into/.new" "$into/$file.$kind.json" && mv "$file" "$into/$file" || exit 1
done

#!/bin/sh
# docs.sh - what the documents name is there: tests, files, commands. Run from the root.
bad=0
say() { echo "$1"; bad=1; }
for name in $(grep -o '`[a-z]*/[a-z_]*\(_test\.c\|\.py\)`' docs/guarantees.md | tr -d '`'); do
    [ -f "tests/$name" ] || say "docs/guarantees.md: tests/$name is not there"
done
for doc in README.md docs/*.md docs/decisions/*.md; do
    for link in $(grep -o '](\([^)#h][^)]*\))' "$doc" | sed 's/^](//; s/)$//'); do
        [ -e "$(dirname "$doc")/$link" ] || say "$doc: $link is not there"
    done
done
for name in $(grep -o '`\(workers\|broker\|gateways\|common\|include\|cli\|bench\|deploy\|tests\)/[A-Za-z0-9_./-]*\.[a-z]*`' README.md docs/*.md | sed 's/.*`\(.*\)`/\1/' |
    grep -v '^gateways/.*\.\(conf\|csv\|keys*\|hooks\)$' | sort -u); do # those are of a site folder
    [ -e "$name" ] || say "documents name $name, which is not there"
done
for event in $(grep -o 'event=[a-z_]*' docs/running.md | sort -u); do
    [ "$event" = event=memory_short ] && event='event=memory_' # its second half is a value
    grep -rq "$event" broker workers gateways common cli --include=*.c || say "docs/running.md: nothing logs $event"
done
exit $bad

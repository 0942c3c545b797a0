#!/bin/sh
# layers.sh - hold the house to its plan (tests/layers.txt): who may include whom, which
# file knows which library, how long a file may be. Run from the root.
plan=tests/layers.txt

room() { # the deepest room that holds path $1
    case $1 in faultline/*) set -- "include/$1" ;; esac
    awk -v p="$1" 'index(p, $1 "/") == 1 && length($1) > length(r) { r = $1 } END { print r }' $plan
}
welcome() { # is $2 on the line that begins with $1?
    awk -v a="$1" -v b="$2" '$1 == a { for (i = 2; i <= NF; i++) if ($i == b) ok = 1 } END { exit !ok }' $plan
}

bad=0
say() { echo "$1"; bad=1; }
files=$(find include common broker workers gateways cli bench -name '*.[ch]')
[ -n "$files" ] || say "no source files found: run from the project's root"
for file in $files; do
    here=$(room "$file")
    for name in $(sed -n 's/^#include "\(.*\)"/\1/p' "$file"); do
        case $name in */*) ;; *) continue ;; esac # a text that the build embeds
        there=$(room "$name")
        [ "$here" = "$there" ] || welcome "$here" "$there" || say "$file: $here may not include $name"
    done
    for name in $(sed -n 's/^#include \(<.*>\)/\1/p' "$file"); do
        ! grep -qF "$name " $plan || welcome "$name" "$file" || say "$file: $name has its own doorman"
    done
done
for file in $files $(find tests -name '*.[ch]'); do
    [ "$(wc -l < "$file")" -le 700 ] || say "$file: more than 700 lines"
done
exit $bad

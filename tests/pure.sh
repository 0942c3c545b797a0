#!/bin/sh
# pure.sh libcore.a libbase.a - thought may call nothing but itself and these.
allowed='mem(cpy|move|set|cmp|chr)|str(len|cmp|ncmp)|v?snprintf|qsort|bsearch|malloc|calloc|realloc|free|abort|__assert_fail|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_'
outside=$(nm --undefined-only "$@" | awk 'NF == 2 && $1 == "U" { print $2 }' | sort -u)
own=$(nm --defined-only "$@" | awk 'NF == 3 { print $3 }' | sort -u)
[ -n "$own" ] || { echo "pure.sh: no symbols in $*"; exit 1; }
bad=$(echo "$outside" | sed 's/^__\(.*\)_chk$/\1/' | grep -vxE "$allowed" | grep -vxF "$own")
[ -z "$bad" ] && exit 0
echo "the core reaches outside: $bad"
exit 1

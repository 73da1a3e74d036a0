#!/bin/sh
# The shape of the sources: short functions, 100 columns, comments that say why.
. "$(dirname "$0")/lib.sh"
cd "$top" || exit 1
for file in vrrp.h ipvs.h check.h sidecar.c; do
    gate "shape: $file" python3 test/unit/gates/shape.py $file
done
exit $bad

#!/usr/bin/env bash
# usage: eng/libc-start.sh OUTPUT
#
# Writes the start of the static C library, libc-start.o, as it is, but for one thing: glibc for x86-64 asks the processor some sixty questions (CPUID) about
# the sizes of its caches before main(), from which memcpy(3) for megabytes would profit. In a virtual machine each leaves the guest: together they are a
# quarter of an `exec`. Here the function that asks says "1 MiB" instead. A C library without that function is left as it is.
set -euo pipefail
output=$(realpath "${1:?}")
archive=$("${CC:-gcc}" -print-file-name=libc.a)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
(cd "$work" && ar x "$archive" libc-start.o)
object=$work/libc-start.o

# handle_intel(name, …), static in sysdeps/x86/dl-cacheinfo.h; gcc adds suffixes. Its value is its place in .text.
value=$(nm "$object" | awk '$2 == "t" && $3 ~ /^handle_intel(\.|$)/ { print $1 }')
text=$(readelf -SW "$object" | sed -nE 's/^ *\[ *[0-9]+\] \.text +PROGBITS +[0-9a-f]+ ([0-9a-f]+) .*/\1/p')

# Writes bytes at a place in .text.
put() { printf "$2" | dd of="$object" bs=1 seek=$((16#$text + $1)) conv=notrunc status=none; }

if [[ $value =~ ^[0-9a-f]+$ && $text =~ ^[0-9a-f]+$ ]]; then
  start=$((16#$value)) place=$((16#$value + 2))
  # What follows must be out of the way of the linker, which fills in addresses: none of 4 or 8 bytes may begin in it, or end.
  for relocation in $(readelf -rW "$object" | sed -n "/'\.rela\.text'/,/^$/p" | awk '$3 ~ /^R_X86_64_/ { print $1 }' | LC_ALL=C sort); do
    at=$((16#$relocation))
    ((at >= start)) || continue
    ((at < place + 6)) || break
    place=$((at + 8))
  done
  put "$start" "\\xeb\\x$(printf %02x $((place - start - 2)))"   # jmp place
  put "$place" '\xb8\x00\x00\x10\x00\xc3'                       # mov $0x100000, %eax; ret
fi
mv "$object" "$output"

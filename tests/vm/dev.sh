export XDG_CACHE_HOME=/tmp/vm-cache
cd /work/wt/vm/tests/vm
sed 's#INITRD=No quietly.*#cp -a /tmp/vm-x/root "$tree"#; s#hash:0:16#hash:0:15#' image.sh > image-dev.sh;  chmod +x image-dev.sh
sed 's#vm/image.sh#vm/image-dev.sh#' run >run-dev; chmod +x run-dev
./run-dev "$@"

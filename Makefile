# mailtriage - one file, no recursion; `make help` lists the targets.
#
# Objects live under build/VARIANT/ (release, debug, asan, tsan, fuzz), side by side, so switching
# never needs a clean. A new src/FOLDER/FILE.c or tests/unit/test_FILE.c needs no edit here.
# A target that needs another variant, or packages that `deps` has only just installed, starts make
# anew: variables such as PKG_CFLAGS are worked out when make starts.

PROGRAM  := mailtriage
VERSION  := 0.1.0
VARIANT  ?= release
B        := build/$(VARIANT)
CC       ?= cc
CFLAGS   ?= -O2 -g
PKG_CONFIG ?= pkg-config
JOBS     ?= $(shell nproc 2>/dev/null || echo 2)

# Where the configuration is looked for, and installed: $(SYSCONFDIR)/mailtriage/config.yaml
SYSCONFDIR ?= /etc

flags_release :=
flags_debug   := -O0 -g
flags_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
flags_tsan    := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
flags_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined

NEEDED_PKGS := libpcre2-8 yaml-0.1
PKG_CFLAGS  := $(shell $(PKG_CONFIG) --cflags $(NEEDED_PKGS) 2>/dev/null)
PKG_LIBS    := $(shell $(PKG_CONFIG) --libs $(NEEDED_PKGS) 2>/dev/null || echo -lpcre2-8 -lyaml)

# Optional parts: auto (used when their header is found), yes (needed) or no. OPTIONAL is for all.
OPTIONAL   ?= auto
LIBARCHIVE   ?= $(OPTIONAL)
LIBSYSTEMD   ?= $(OPTIONAL)
LIBUNISTRING ?= $(OPTIONAL)
LIBPSL       ?= $(OPTIONAL)
LIBSQLITE    ?= $(OPTIONAL)
LIBCURL      ?= $(OPTIONAL)
# $(1): auto, yes or no, $(2): its header, $(3): what finds it; not empty: use it.
use = $(if $(filter yes,$(1)),yes,$(if $(filter auto,$(1)),$(shell \
      $(CC) $(CPPFLAGS) $(3) -include $(2) -E -x c /dev/null > /dev/null 2>&1 && echo yes)))
# With zlib, which libarchive itself needs: gzip is unpacked by that.
ARCHIVE_CFLAGS := $(shell $(PKG_CONFIG) --cflags libarchive zlib 2>/dev/null)
ifneq ($(call use,$(LIBARCHIVE),archive.h -include zlib.h,$(ARCHIVE_CFLAGS)),)
PKG_CFLAGS += -DHAVE_LIBARCHIVE $(ARCHIVE_CFLAGS)
PKG_LIBS   += $(shell $(PKG_CONFIG) --libs libarchive zlib 2>/dev/null || echo -larchive -lz)
endif
SYSTEMD_CFLAGS := $(shell $(PKG_CONFIG) --cflags libsystemd 2>/dev/null)
ifneq ($(call use,$(LIBSYSTEMD),systemd/sd-journal.h,$(SYSTEMD_CFLAGS)),)
PKG_CFLAGS += -DHAVE_LIBSYSTEMD $(SYSTEMD_CFLAGS)
PKG_LIBS   += $(shell $(PKG_CONFIG) --libs libsystemd 2>/dev/null || echo -lsystemd)
endif
ifneq ($(call use,$(LIBUNISTRING),uniwidth.h,),)
PKG_CFLAGS += -DHAVE_LIBUNISTRING
PKG_LIBS   += -lunistring
endif

PSL_CFLAGS := $(shell $(PKG_CONFIG) --cflags libpsl 2>/dev/null)
ifneq ($(call use,$(LIBPSL),libpsl.h,$(PSL_CFLAGS)),)
PKG_CFLAGS += -DHAVE_LIBPSL $(PSL_CFLAGS)
PKG_LIBS   += $(shell $(PKG_CONFIG) --libs libpsl 2>/dev/null || echo -lpsl)
endif

SQLITE_CFLAGS := $(shell $(PKG_CONFIG) --cflags sqlite3 2>/dev/null)
ifneq ($(call use,$(LIBSQLITE),sqlite3.h,$(SQLITE_CFLAGS)),)
PKG_CFLAGS += -DHAVE_LIBSQLITE $(SQLITE_CFLAGS)
PKG_LIBS   += $(shell $(PKG_CONFIG) --libs sqlite3 2>/dev/null || echo -lsqlite3)
endif

# Only its headers: it is loaded when it is needed (store/http.c).
CURL_CFLAGS := $(shell $(PKG_CONFIG) --cflags libcurl 2>/dev/null)
ifneq ($(call use,$(LIBCURL),curl/curl.h,$(CURL_CFLAGS)),)
PKG_CFLAGS += -DHAVE_LIBCURL $(CURL_CFLAGS)
endif

OUR_CPPFLAGS := -D_GNU_SOURCE -DPCRE2_CODE_UNIT_WIDTH=8 -DMAILTRIAGE_VERSION='"$(VERSION)"' \
                -DMAILTRIAGE_SYSCONFDIR='"$(SYSCONFDIR)"' -Isrc \
                -include base/banned.h $(PKG_CFLAGS)

# gcc clears and copies what has some hundred bytes by "rep stos" and "rep movs", which take longer
# to begin than plain moves take in all: with these a report takes 5 % less time. Not of clang, nor
# of other processors.
BY_MOVES := unrolled_loop:512:noalign,libcall:-1:noalign
MOVES_CFLAGS := -mmemset-strategy=$(BY_MOVES) -mmemcpy-strategy=$(BY_MOVES)
ifneq ($(shell echo | $(CC) $(MOVES_CFLAGS) -x c -c -o /dev/null - 2>/dev/null && echo taken),taken)
MOVES_CFLAGS :=
endif

OUR_CFLAGS   := -std=c17 -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes \
                -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 -fno-common -pthread \
                $(MOVES_CFLAGS) $(flags_$(VARIANT))
OUR_LIBS     := $(PKG_LIBS) -lcsv -lm -pthread
COMPILE      := $(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS)
LINK         := $(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS)

SOURCES  := $(sort $(wildcard src/*/*.c))
OBJECTS  := $(SOURCES:src/%.c=$(B)/%.o) $(B)/builtin_files.o $(B)/html_style.o
LIBRARY  := $(filter-out $(B)/app/main.o,$(OBJECTS))
PATTERNS := $(shell find patterns -type f 2>/dev/null)

# The program that puts the pattern files into the program.
HOST_CC       ?= $(CC)
EMBEDDED      := $(filter %.yaml %.csv %/order,$(PATTERNS))
EMBED_SOURCES := src/embed.c $(addprefix src/rules/,yaml.c yaml_pack.c csv_rows.c) \
                 $(wildcard src/base/*.c)
EMBED_HEADERS := $(addprefix src/rules/,yaml.h yaml_pack.h csv_rows.h) $(wildcard src/base/*.h)

UNIT_TESTS     := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/unit/test_*.c)))
PROPERTY_TESTS := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/property/test_*.c)))
# What several property tests share lies beside them, under another name than test_*.
PROPERTY_SHARED := $(patsubst %.c,$(B)/%.o,$(filter-out tests/property/test_%, \
                   $(wildcard tests/property/*.c)))
FUZZ_TARGETS   := $(patsubst %.c,$(B)/%,$(sort $(wildcard tests/fuzz/fuzz_*.c)))
# What the makers of logs share lies beside them, under another name than make_*_log.
BENCH_SHARED   := tests/bench/traffic.c
BENCH_TOOLS    := $(patsubst %.c,$(B)/%,$(filter-out $(BENCH_SHARED),$(sort $(wildcard tests/bench/*.c))))

.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:

.PHONY: all
all: build/$(PROGRAM) ## the program, build/mailtriage (release)

build/$(PROGRAM): build/release/$(PROGRAM)
	@ln -sf release/$(PROGRAM) $@

# The manual pages and the completions: their lists are those of the program.
all: manuals completions
MANUAL_DATE := November 22, 2026
MANUALS     := $(addprefix build/install/,mailtriage.1 mailtriage-config.5 mailtriage-patterns.5 \
               mailtriage-thresholds.5)
COMPLETIONS := $(addprefix build/install/mailtriage.,bash zsh fish)
.PHONY: manuals completions
manuals: $(MANUALS)
completions: $(COMPLETIONS)

.PHONY: help
help: ## this list
	@sed -n 's/^\([a-z-][a-z -]*\):.*## /\1: /p' Makefile | \
	    awk '{ at = index($$0, ": "); printf "make %-16s %s\n", substr($$0, 1, at - 1), substr($$0, at + 2) }'

# --- what the program is made of

# One short line a file; V=1 shows the whole commands.
QUIET = $(if $(V),,@echo '  $(1) $(patsubst build/%,%,$@)';)

$(B)/$(PROGRAM): $(OBJECTS)
	$(call QUIET,link)$(LINK) -o $@ $(OBJECTS) $(OUR_LIBS) $(LDLIBS)

$(B)/%.o: src/%.c $(B)/flags | build/libraries
	@mkdir -p $(@D)
	$(call QUIET,cc  )$(COMPILE) $(if $(STRICT),-Werror) -MMD -MP -c -o $@ $<

$(B)/builtin_files.c: build/embed $(PATTERNS)
	@mkdir -p $(@D)
	$(call QUIET,make)build/embed patterns $(patsubst patterns/%,%,$(EMBEDDED)) > $@

# Runs while building, so it is made for this machine whatever the program is made for.
build/embed: $(EMBED_SOURCES) $(EMBED_HEADERS) | build/libraries
	@mkdir -p $(@D)
	$(call QUIET,link)$(HOST_CC) $(OUR_CPPFLAGS) -std=c17 -O1 -o $@ $(EMBED_SOURCES) -lyaml -lcsv -ldl

$(B)/html_style.c: src/style.sh src/report/html.css src/report/html.js
	@mkdir -p $(@D)
	$(call QUIET,make)src/style.sh src/report/html.css src/report/html.js > $@

$(B)/builtin_files.o $(B)/html_style.o: %.o: %.c $(B)/flags | build/libraries
	$(call QUIET,cc  )$(COMPILE) -c -o $@ $<

# Runs while building, too.
build/describe: src/describe.c $(wildcard src/*/*.def) Makefile
	@mkdir -p $(@D)
	$(call QUIET,link)$(HOST_CC) $(OUR_CPPFLAGS) -std=c17 -O1 -o $@ src/describe.c

build/install/mailtriage.1 $(COMPLETIONS): build/install/%: src/install/% build/describe $(PATTERNS)
	@mkdir -p $(@D)
	$(call QUIET,make)build/describe patterns $< '$(MANUAL_DATE)' > $@

build/install/mailtriage-%.5: src/mdoc.sh Makefile
	@mkdir -p $(@D)
	$(call QUIET,make)src/mdoc.sh $(filter docs/%,$^) mailtriage-$* 5 '$(MANUAL_DATE)' '$(about)' > $@
build/install/mailtriage-config.5: docs/configuration.md
build/install/mailtriage-config.5: about := options of mailtriage in a file
build/install/mailtriage-thresholds.5: docs/thresholds.md
build/install/mailtriage-thresholds.5: about := what mailtriage holds the numbers of a log against
build/install/mailtriage-patterns.5: docs/patterns.md
build/install/mailtriage-patterns.5: about := what mailtriage knows of wordings, and how a site adds to it

# Changes only when the way of compiling does, and then every object is made anew.
$(B)/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(subst ','\'',$(COMPILE))' | cmp -s - $@ || echo '$(subst ','\'',$(COMPILE))' > $@
.PHONY: FORCE
FORCE:

# A pattern file that goes away must be noticed too: the list of files is a prerequisite by its text.
$(B)/builtin_files.c: $(B)/patterns.list
$(B)/patterns.list: FORCE
	@mkdir -p $(@D)
	@echo '$(sort $(PATTERNS))' | cmp -s - $@ || echo '$(sort $(PATTERNS))' > $@

# --- what must be installed: header, function, linker flags, Debian package

BUILD_NEEDS := stdio.h,puts,,libc6-dev \
               pcre2.h,pcre2_compile_8,-lpcre2-8,libpcre2-dev \
               csv.h,csv_init,-lcsv,libcsv-dev \
               yaml.h,yaml_parser_initialize,-lyaml,libyaml-dev
# Optional parts: `yes` needs them, and `make deps` installs what is not refused by `no`.
archive_need   := archive.h,archive_read_new,-larchive,libarchive-dev \
                  zlib.h,inflate,-lz,zlib1g-dev
systemd_need   := systemd/sd-journal.h,sd_journal_next,-lsystemd,libsystemd-dev
unistring_need := uniwidth.h,uc_width,-lunistring,libunistring-dev
psl_need       := libpsl.h,psl_builtin,-lpsl,libpsl-dev
sqlite_need    := sqlite3.h,sqlite3_open_v2,-lsqlite3,libsqlite3-dev
curl_need      := curl/curl.h,curl_easy_init,-lcurl,libcurl4-openssl-dev
BUILD_NEEDS    += $(if $(filter yes,$(LIBARCHIVE)),$(archive_need)) \
                  $(if $(filter yes,$(LIBSYSTEMD)),$(systemd_need)) \
                  $(if $(filter yes,$(LIBUNISTRING)),$(unistring_need)) \
                  $(if $(filter yes,$(LIBPSL)),$(psl_need)) \
                  $(if $(filter yes,$(LIBSQLITE)),$(sqlite_need)) \
                  $(if $(filter yes,$(LIBCURL)),$(curl_need))
OPTIONAL_NEEDS := $(if $(filter no,$(LIBARCHIVE)),,$(archive_need)) \
                  $(if $(filter no,$(LIBSYSTEMD)),,$(systemd_need)) \
                  $(if $(filter no,$(LIBUNISTRING)),,$(unistring_need)) \
                  $(if $(filter no,$(LIBPSL)),,$(psl_need)) \
                  $(if $(filter no,$(LIBSQLITE)),,$(sqlite_need)) \
                  $(if $(filter no,$(LIBCURL)),,$(curl_need))
CHECK_NEEDS := setjmp.h+stdarg.h+stddef.h+stdint.h+cmocka.h,_cmocka_run_group_tests,-lcmocka,libcmocka-dev
# A program, and its Debian package where that has another name.
CHECK_TOOLS := bats jq python3 mandoc zsh fish /lib/systemd/systemd-journal-remote,systemd-journal-remote \
               logrotate xz,xz-utils

MTA_TOOLS   := debootstrap ip,iproute2 unshare,util-linux python3 \
               /lib/systemd/systemd-journal-remote,systemd-journal-remote

# The package, and a fresh system to try it in.
DEB_TOOLS   := dh,debhelper dpkg-buildpackage,dpkg-dev lintian debootstrap unshare,util-linux

# ClickHouse itself is fetched by tests/fleet/clickhouse.sh, and not installed.
FLEET_TOOLS := python3 openssl

# What cannot be had is done without: the checks that need it are skipped, and say so.
FORMATS_TOOLS := chromium node,nodejs npm soffice,libreoffice-calc-nogui \
                 /usr/bin/jsonschema,python3-jsonschema

# Shell: sets $missing to the Debian packages of what is not there. $(1): needs, $(2): tools.
define find_missing
missing=; probe=$$(mktemp -d); trap 'rm -rf "$$probe"' EXIT; \
command -v $(firstword $(CC)) > /dev/null || missing='gcc'; \
for need in $(1); do \
    IFS=, read -r headers function library package <<< "$$need"; \
    for header in $${headers//+/ }; do echo "#include <$$header>"; done > "$$probe/probe.c"; \
    echo "int main(void) { return (void *)$$function == 0; }" >> "$$probe/probe.c"; \
    $(CC) $(CPPFLAGS) -DPCRE2_CODE_UNIT_WIDTH=8 $(PKG_CFLAGS) $(CFLAGS) -w $(LDFLAGS) \
        $(filter -L%,$(PKG_LIBS)) -o "$$probe/probe" "$$probe/probe.c" $$library 2> /dev/null || \
        missing="$$missing $$package"; \
done; \
for tool in $(2); do \
    command -v $${tool%,*} > /dev/null || missing="$$missing $${tool#*,}"; \
done; \
missing=$$(echo $$missing)
endef

build/libraries: SHELL := bash
build/libraries: build/needs
	@$(call find_missing,$(BUILD_NEEDS)); \
	if [ -n "$$missing" ]; then \
	    echo "$(PROGRAM) needs what these Debian packages hold: $$missing" >&2; \
	    echo "  apt-get install $$missing" >&2; \
	    exit 1; \
	fi; \
	touch $@

# An optional part that is asked for later must be looked for then.
build/needs: FORCE
	@mkdir -p $(@D)
	@echo '$(BUILD_NEEDS)' | cmp -s - $@ || echo '$(BUILD_NEEDS)' > $@

.PHONY: deps deps-check deps-mta deps-fleet deps-formats deps-deb
deps: NEEDS := $(BUILD_NEEDS) $(OPTIONAL_NEEDS)
deps-check: NEEDS := $(BUILD_NEEDS) $(OPTIONAL_NEEDS) $(CHECK_NEEDS)
deps-check: TOOLS := $(CHECK_TOOLS)
deps-mta: NEEDS := $(BUILD_NEEDS) $(OPTIONAL_NEEDS)
deps-mta: TOOLS := $(MTA_TOOLS)
deps-fleet: NEEDS := $(BUILD_NEEDS) $(OPTIONAL_NEEDS)
deps-fleet: TOOLS := $(FLEET_TOOLS)
deps-deb: NEEDS := $(BUILD_NEEDS) $(OPTIONAL_NEEDS)
deps-deb: TOOLS := $(DEB_TOOLS)
deps-formats: NEEDS := $(BUILD_NEEDS) $(OPTIONAL_NEEDS)
deps-formats: TOOLS := $(CHECK_TOOLS) $(FORMATS_TOOLS)
deps-formats: WITHOUT := yes
deps deps-check deps-mta deps-fleet deps-formats deps-deb: SHELL := bash
deps: ## installs what building needs and is missing (Debian; DEPS=no: nothing)
deps-check: ## the same, and what make check needs
deps-mta: ## the same, and what make check-mta needs
deps-fleet: ## the same, and what make check-fleet needs
deps-formats: ## the same, and what make check-formats needs; goes on without what cannot be had
deps-deb: ## the same, and what make deb and make check-deb need
deps deps-check deps-mta deps-fleet deps-formats deps-deb:
	@[ '$(DEPS)' != no ] || exit 0; \
	$(call find_missing,$(NEEDS),$(TOOLS)); \
	[ -n "$$missing" ] || exit 0; \
	if ! command -v apt-get > /dev/null; then \
	    echo "missing, and no apt-get to install it: $$missing" >&2; exit 0; \
	fi; \
	root=; [ "$$(id -u)" = 0 ] || root=sudo; \
	if [ -n "$$root" ] && ! command -v sudo > /dev/null; then \
	    echo "missing, and neither root nor sudo to install it: $$missing" >&2; exit 0; \
	fi; \
	echo "Installing missing packages with apt-get (not with DEPS=no): $$missing"; \
	apt="$$root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=600"; \
	$$apt update > "$$probe/apt.log" 2>&1 && \
	    $$apt install -y --no-install-recommends $$missing > "$$probe/apt.log" 2>&1 && exit 0; \
	if [ -n '$(WITHOUT)' ]; then \
	    for one in $$missing; do \
	        $$apt install -y --no-install-recommends $$one > "$$probe/apt.log" 2>&1 || \
	            echo "apt-get could not install $$one; going on without it"; \
	    done; exit 0; \
	fi; \
	cat "$$probe/apt.log" >&2; echo "apt-get could not install: $$missing" >&2; exit 1

# --- tests; tests/run.sh builds what a suite needs, runs it and counts

RUN_TESTS = MAKE='$(MAKE)' JOBS='$(JOBS)' tests/run.sh

.PHONY: check check-quick check-patterns check-unit check-property check-lint check-golden \
        check-html check-machines check-oracle check-resume check-spikes check-install check-fuzz check-bench check-mta \
        check-fleet check-deb check-formats
check: deps-check ## every test; installs what is missing (Debian; DEPS=no: nothing)
	@$(RUN_TESTS) patterns unit property lint golden html machines oracle resume spikes install fuzz bench corpora
check-quick: ## patterns, units and golden cases
	@$(RUN_TESTS) patterns unit golden
check-patterns: ## proves every example of the pattern files
	@$(RUN_TESTS) patterns
check-unit: ## one program a module, with the sanitizers
	@$(RUN_TESTS) unit
check-property: ## the laws: threads, cuts, save and load, merge
	@$(RUN_TESTS) property
check-lint: ## layers, headers, lists, names, recipes
	@$(RUN_TESTS) lint
check-golden: ## command lines and the output they must give
	@$(RUN_TESTS) golden
check-html: ## HTML pages, read far more strictly than browsers do
	@$(RUN_TESTS) html
check-machines: ## what programs read: JSON against its schemas, CSV and metrics by the book
	@$(RUN_TESTS) machines
check-oracle: ## times and journals, beside what systemd makes of them
	@$(RUN_TESTS) oracle
check-resume: ## each line once: a log that is written and rotated under runs that are killed
	@$(RUN_TESTS) resume
check-spikes: ## weeks of made-up mail in which things go wrong: the truth about them holds
	@$(RUN_TESTS) spikes
check-install: ## make install and uninstall, the manual pages, the completions in their shells
	@$(RUN_TESTS) install
check-fuzz: ## the fuzz corpora, replayed with the sanitizers
	@$(RUN_TESTS) fuzz
check-bench: ## totals of small made-up logs, threads, instructions a line; one verdict for every way to it
	@$(RUN_TESTS) bench

# Real mail servers, as root: MTA="postfix" for some of them, SCENARIO="NAME ..." for some scenarios.
# They mostly wait, so more of them run side by side than there are processors.
check-mta: deps-mta ## what real Postfix, Exim and Sendmail log, against what really happened
	@MAKE='$(MAKE)' JOBS=4 DEPS='$(DEPS)' MTA='$(MTA)' SCENARIO='$(SCENARIO)' tests/run.sh mta

# Two shards of ClickHouse on loopback, started and ended by it: no server of this machine is touched.
check-fleet: deps-fleet ## histories of several hosts on a ClickHouse cluster, and what may go wrong on the way
	@DEPS='$(DEPS)' $(RUN_TESTS) fleet

# As root: fresh systems of Debian are made for it, build/fresh and build/fresh-nights.
check-deb: deb ## the package in a fresh Debian: installed, purged, and its nights under systemd and cron
	@$(RUN_TESTS) deb

# Every tests/*/formats_*.sh: the formats, judged by the programs that people open them with.
check-formats: deps-formats ## the formats in the programs they are made for (Chromium, LibreOffice, Prometheus)
	@$(RUN_TESTS) formats

# Every guard of tests/mutants/guards.py, or ONLY="CSV" those whose name begins so.
.PHONY: mutants
mutants: deps-check ## takes each guard against hostile text out in turn: a test must fail
	@ONLY='$(ONLY)' $(RUN_TESTS) mutants

.PHONY: small-bounds
small-bounds: deps-check ## go on with bounds so small that every log reaches them (SEEDS=10)
	@SEEDS='$(SEEDS)' $(RUN_TESTS) small-bounds

# 25 runs are killed in make check.
KILLED ?= 500
.PHONY: proof
proof: build/$(PROGRAM) deps-check ## the same until KILLED=500 runs were killed (about 20 minutes)
	@python3 -B tests/resume/proof.py --killed $(KILLED)
	@python3 -B tests/resume/proof.py --full --killed $(KILLED)
	@python3 -B tests/resume/check_faults.py $(KILLED)
	@python3 -B tests/resume/check_moves.py $(KILLED)

.PHONY: mta-docs
mta-docs: ## writes docs/servers.md from the scenarios of check-mta
	@PYTHONDONTWRITEBYTECODE=1 python3 tests/mta/page.py > docs/servers.md

.PHONY: samples
samples: deps-mta ## plays the story of samples/ with real servers and writes it anew (10 minutes)
	set -e; for variant in postfix postfix-file exim sendmail; do \
	    tests/mta/run $$variant --story; done
	PYTHONDONTWRITEBYTECODE=1 python3 tests/mta/samples.py build/mta/run samples

.PHONY: score
score: $(B)/tests/unit/test_replies ## right, wrong and unclassified of the labelled replies, for each reason
	@REPLIES_TABLE=1 $(if $(WRONG),REPLIES_WRONG=1) $<

.PHONY: lang
lang: $(B)/tests/unit/test_lang ## what is to be translated or outdated, ready to paste into patterns/lang
	@LANG_MISSING=1 $< 2> /dev/null || true

.PHONY: catalogue
catalogue: build/$(PROGRAM) ## writes docs/codes.md and its translations
	@tests/catalogue/codes_page.sh en > docs/codes.md
	@for lang in es fr th; do tests/catalogue/codes_page.sh $$lang > docs/codes.$$lang.md; done

.PHONY: golden-accept
golden-accept: build/$(PROGRAM) ## shows what the golden cases give now, then takes it as expected
	@tests/golden/accept.sh $(CASES)

.PHONY: fixtures-accept
fixtures-accept: $(B)/tests/unit/test_fixtures build/$(PROGRAM) ## shows what the fixtures give now, then takes it as expected
	@tests/fixtures/take.sh $<
	@tests/fixtures/formats.sh docs/formats
	@tests/lying-codes/page.sh > docs/reasons/lying-codes.md

.PHONY: pictures
pictures: deps-formats ## writes docs/pictures from samples/: look at them before you commit them
	@$(MAKE) --no-print-directory -j$(JOBS) all
	@tests/browser/pictures.sh docs/pictures

.PHONY: formats
formats: build/$(PROGRAM) ## writes docs/formats and docs/reasons from the tests
	@tests/fixtures/formats.sh docs/formats
	@tests/lying-codes/page.sh > docs/reasons/lying-codes.md

.PHONY: unit-programs property-programs html-programs formats-programs fuzz-programs \
        bench-programs
unit-programs: $(UNIT_TESTS)
property-programs: $(PROPERTY_TESTS)
html-programs: $(B)/tests/html/specimen
formats-programs: html-programs $(B)/tests/bench/make_postfix_log
fuzz-programs: $(FUZZ_TARGETS)
bench-programs: $(BENCH_TOOLS)

# cmocka.h wants these before it, and sorted includes put it first.
CMOCKA_WANTS := -include stdarg.h -include stddef.h -include stdint.h -include setjmp.h

$(B)/tests/%.o: tests/%.c $(B)/flags | build/libraries
	@mkdir -p $(@D)
	$(call QUIET,cc  )$(COMPILE) $(CMOCKA_WANTS) $(if $(STRICT),-Werror) -MMD -MP -c -o $@ $<

$(PROPERTY_TESTS): $(PROPERTY_SHARED)
$(UNIT_TESTS) $(PROPERTY_TESTS): %: %.o $(LIBRARY)
	$(call QUIET,link)$(LINK) -o $@ $(filter %.o,$^) -lcmocka $(OUR_LIBS) $(LDLIBS)

$(B)/tests/html/specimen: %: %.o $(LIBRARY)
	$(call QUIET,link)$(LINK) -o $@ $^ $(OUR_LIBS) $(LDLIBS)

# bench_* measure parts of the program, the others what it reads and costs from outside.
BENCH_PARTS := $(filter $(B)/tests/bench/bench_%,$(BENCH_TOOLS))
$(BENCH_PARTS): %: %.o $(LIBRARY)
	$(call QUIET,link)$(LINK) -o $@ $< $(LIBRARY) $(OUR_LIBS) $(LDLIBS)
LOG_MAKERS := $(filter $(B)/tests/bench/make_%_log,$(BENCH_TOOLS))
$(LOG_MAKERS): $(BENCH_SHARED:%.c=$(B)/%.o)
$(B)/tests/bench/floor: LDLIBS += $(OUR_LIBS)
$(filter-out $(BENCH_PARTS),$(BENCH_TOOLS)): %: %.o
	$(call QUIET,link)$(LINK) -o $@ $^ -lm $(LDLIBS)

# The same targets run under libFuzzer (variant fuzz, clang) or over their corpus (any other).
ifeq ($(VARIANT),fuzz)
$(FUZZ_TARGETS): %: %.o $(LIBRARY)
	$(call QUIET,link)$(LINK) -fsanitize=fuzzer -o $@ $< $(LIBRARY) $(OUR_LIBS) $(LDLIBS)
else
$(FUZZ_TARGETS): %: %.o $(B)/tests/fuzz/replay.o $(LIBRARY)
	$(call QUIET,link)$(LINK) -o $@ $< $(B)/tests/fuzz/replay.o $(LIBRARY) $(OUR_LIBS) $(LDLIBS)
endif

.PHONY: asan tsan debug
asan tsan debug: ## the program in that variant, build/VARIANT/mailtriage
	@$(MAKE) --no-print-directory -j$(JOBS) VARIANT=$@ build/$@/$(PROGRAM)

FUZZ_SECONDS ?= 60
.PHONY: fuzz
fuzz: ## every fuzz target under clang's libFuzzer for FUZZ_SECONDS=60
	@$(MAKE) --no-print-directory -j$(JOBS) VARIANT=fuzz CC=clang fuzz-programs
	@tests/fuzz/fuzz.sh $(FUZZ_SECONDS)

.PHONY: side-by-side
side-by-side: build/$(PROGRAM) ## totals of samples/ by pflogsumm, eximstats, sma and mailtriage (docs/coming-from.md)
	@tests/bench/side_by_side.sh

.PHONY: bench
bench: build/$(PROGRAM) $(BENCH_TOOLS) ## speed, memory and exact totals on made-up logs of BENCH_BYTES=1000000000
	@tests/bench/bench.sh

.PHONY: bench-table
bench-table: bench ## the same, and writes its table into docs/performance.md
	@tests/bench/into_page.sh bench build/bench/table.md

.PHONY: scale
scale: build/$(PROGRAM) $(BENCH_TOOLS) ## time and memory up to 10 GB and 10 million addresses (needs 11 GB of disk)
	@tests/bench/scale.sh
	@tests/bench/into_page.sh scale build/bench/scale.md

.PHONY: bench-spikes
bench-spikes: build/$(PROGRAM) ## what spikes finds in 80 made-up logs of three weeks, into docs/spikes.md (some minutes)
	@mkdir -p build/bench
	@python3 -B tests/spikes/score.py --logs 80 --jobs $(JOBS) --verbose --table build/bench/spikes.md; \
	    status=$$?; tests/bench/into_page.sh spikes build/bench/spikes.md docs/spikes.md && exit $$status

.PHONY: bench-history
bench-history: build/$(PROGRAM) $(BENCH_TOOLS) ## what keeping and asking history costs, into docs/performance.md (5 minutes)
	@tests/bench/history.sh
	@tests/bench/into_page.sh history build/bench/history.md

# Needs clickhouse-server (apt-get install clickhouse-server, or what check-fleet has unpacked).
.PHONY: bench-fleet
bench-fleet: build/$(PROGRAM) $(BENCH_TOOLS) ## 200 hosts and 30 days, in SQLite and on two shards, into docs/performance.md (5 to 10 minutes)
	@DEPS='$(DEPS)' tests/fleet/clickhouse.sh speed.py
	@tests/bench/into_page.sh fleet build/bench/fleet.md

.PHONY: stages
stages: build/$(PROGRAM) $(BENCH_TOOLS) ## where the instructions of a line go, into docs/performance.md
	@tests/bench/stages.sh
	@tests/bench/into_page.sh stages build/bench/stages.md

.PHONY: budget budget-accept
budget: build/$(PROGRAM) $(BENCH_TOOLS) ## instructions a line of each kind, beside those recorded
	@JOBS='$(JOBS)' tests/bench/budget.sh

budget-accept: build/$(PROGRAM) $(BENCH_TOOLS) ## records them anew, shows what has changed, and writes them into docs/performance.md
	@JOBS='$(JOBS)' tests/bench/budget.sh accept
	@tests/bench/into_page.sh budget build/bench/budget/table.md

# --- installing copies what `make` has built; it builds nothing and needs no network

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
DATADIR ?= $(PREFIX)/share
MANDIR  ?= $(DATADIR)/man
DOCDIR  ?= $(DATADIR)/doc/$(PROGRAM)
# Where each shell looks; Debian has its own folder for zsh.
BASHDIR ?= $(DATADIR)/bash-completion/completions
ZSHDIR  ?= $(DATADIR)/zsh/site-functions
FISHDIR ?= $(DATADIR)/fish/vendor_completions.d
# The report of each night: systemd's units, the user that they run as, and cron's script.
LIBEXECDIR  ?= $(PREFIX)/libexec
SYSTEMDDIR  ?= $(PREFIX)/lib/systemd/system
SYSUSERSDIR ?= $(PREFIX)/lib/sysusers.d
CRONDIR     ?= $(SYSCONFDIR)/cron.daily

# FROM:TO. The patterns are built in; these are there to be read, and to begin one's own with.
INSTALLED  = build/$(PROGRAM):$(BINDIR)/$(PROGRAM) \
             $(foreach page,$(MANUALS),$(page):$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(notdir $(page))) \
             build/install/mailtriage.bash:$(BASHDIR)/mailtriage \
             build/install/mailtriage.zsh:$(ZSHDIR)/_mailtriage \
             build/install/mailtriage.fish:$(FISHDIR)/mailtriage.fish \
             LICENSE:$(DOCDIR)/LICENSE README.md:$(DOCDIR)/README.md \
             $(foreach file,$(shell find docs -type f -not -path 'docs/decisions/*'),$(file):$(DOCDIR)/$(file)) \
             $(foreach file,$(EMBEDDED),$(file):$(DATADIR)/$(PROGRAM)/$(file))
# FROM:TO:MODE. Folders are written into these where they name them: @BINDIR@.
FILLED     := nightly.sh:$(LIBEXECDIR)/$(PROGRAM)/nightly:755 \
              $(foreach unit,.service -send.service -push.service .timer,mailtriage$(unit):$(SYSTEMDDIR)/mailtriage$(unit):644) \
              mailtriage.sysusers:$(SYSUSERSDIR)/mailtriage.conf:644 \
              mailtriage.cron:$(CRONDIR)/mailtriage:755
FILL       := sed -e 's,@BINDIR@,$(BINDIR),g' -e 's,@LIBEXECDIR@,$(LIBEXECDIR)/$(PROGRAM),g'
# Folders that are only ours: they go when they are empty.
OUR_FOLDERS := $(DOCDIR) $(DATADIR)/$(PROGRAM) $(LIBEXECDIR)/$(PROGRAM) $(SYSCONFDIR)/$(PROGRAM)
CONFIG_FROM := src/install/config.yaml
CONFIG_TO   := $(DESTDIR)$(SYSCONFDIR)/$(PROGRAM)

.PHONY: install uninstall
install: ## copies what is built to PREFIX=/usr/local (DESTDIR= BINDIR= DATADIR= MANDIR= SYSCONFDIR=)
	@for pair in $(INSTALLED); do \
	    [ -e "$${pair%%:*}" ] || { echo "$${pair%%:*} is not there yet: run make first" >&2; exit 1; }; \
	done
	@grep -q -F '"$(SYSCONFDIR)"' build/release/flags || { \
	    echo "the program was built for another SYSCONFDIR: run make SYSCONFDIR=$(SYSCONFDIR) first" >&2; \
	    exit 1; }
	@set -e; umask 022; for pair in $(INSTALLED); do \
	    to="$(DESTDIR)$${pair#*:}"; mode=644; [ "$$to" != "$(DESTDIR)$(BINDIR)/$(PROGRAM)" ] || mode=755; \
	    mkdir -p "$${to%/*}"; install -m $$mode "$${pair%%:*}" "$$to"; \
	done
	@set -e; umask 022; for three in $(FILLED); do \
	    to="$(DESTDIR)$${three#*:}"; mode="$${to##*:}"; to="$${to%:*}"; mkdir -p "$${to%/*}"; \
	    $(FILL) "src/install/$${three%%:*}" > "$$to"; chmod $$mode "$$to"; \
	done
	@umask 022; [ -e "$(CONFIG_TO)/config.yaml" ] || { mkdir -p "$(CONFIG_TO)" && \
	    install -m 644 $(CONFIG_FROM) "$(CONFIG_TO)/config.yaml"; }

uninstall: ## takes away what install has copied; a configuration that was changed stays
	@for pair in $(INSTALLED) $(patsubst %:644,%,$(FILLED:%:755=%)); do rm -f "$(DESTDIR)$${pair#*:}"; done
	@! cmp -s $(CONFIG_FROM) "$(CONFIG_TO)/config.yaml" || rm -f "$(CONFIG_TO)/config.yaml"
	@for folder in $(OUR_FOLDERS); do \
	    [ ! -d "$(DESTDIR)$$folder" ] || find "$(DESTDIR)$$folder" -depth -type d -empty -delete; \
	done

# A Debian package, built beside the tree: debian/ has no place at the top of it.
DEB_FOLDER := build/deb/$(PROGRAM)-$(VERSION)
DEB         = build/deb/$(PROGRAM)_$(VERSION)_$(shell dpkg --print-architecture 2>/dev/null).deb

.PHONY: deb
deb: deps-deb ## a Debian package, in build/deb (debhelper; lintian judges it)
	@rm -rf build/deb && mkdir -p $(DEB_FOLDER)
	@cp -R Makefile README.md LICENSE src docs patterns $(DEB_FOLDER)
	@cp -R src/install/debian $(DEB_FOLDER)/debian
	@cd $(DEB_FOLDER) && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL DEB_BUILD_OPTIONS=noautodbgsym \
	    dpkg-buildpackage -us -uc -b > ../build.log 2>&1 || { tail -n 30 ../build.log >&2; exit 1; }
	@lintian --allow-root --fail-on error,warning $(DEB)
	@echo $(DEB)

# --- the rest

.PHONY: demo
demo: deps ## a report on samples/; installs what is missing first (DEPS=no: nothing)
	@$(MAKE) --no-print-directory -j$(JOBS) all
	build/$(PROGRAM) report --no-config --year 2026 samples/postfix/mail.log \
	    samples/exim/mainlog samples/sendmail/maillog

.PHONY: format
format: ## clang-format on every C file
	clang-format -i $(wildcard src/*.c src/*/*.[ch] tests/*/*.[ch])

.PHONY: lint
lint: check-lint ## the same as check-lint

.PHONY: clean
clean: ## removes build/
	rm -rf build

-include $(shell find build \( -path build/mta -o -path build/deb -o -path 'build/fresh*' -o -path build/mutants -o -path build/small \) -prune -o -type f -name '*.d' -print \
           2>/dev/null)

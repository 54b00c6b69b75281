# mailtriage - one file, no recursion; `make help` lists the targets.
#
# Objects live under build/VARIANT/ (release, debug, asan, tsan, fuzz), side by side, so switching
# never needs a clean. A new src/FOLDER/FILE.c needs no edit here.

PROGRAM  := mailtriage
VERSION  := 0.1.0
VARIANT  ?= release
B        := build/$(VARIANT)
CC       ?= cc
CFLAGS   ?= -O2 -g
PKG_CONFIG ?= pkg-config

flags_release :=
flags_debug   := -O0 -g
flags_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
flags_tsan    := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
flags_fuzz    := -O1 -g -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined

NEEDED_PKGS := libpcre2-8 yaml-0.1
PKG_CFLAGS  := $(shell $(PKG_CONFIG) --cflags $(NEEDED_PKGS) 2>/dev/null)
PKG_LIBS    := $(shell $(PKG_CONFIG) --libs $(NEEDED_PKGS) 2>/dev/null || echo -lpcre2-8 -lyaml)

OUR_CPPFLAGS := -D_GNU_SOURCE -DPCRE2_CODE_UNIT_WIDTH=8 -DMAILTRIAGE_VERSION='"$(VERSION)"' -Isrc \
                -include base/banned.h $(PKG_CFLAGS)
OUR_CFLAGS   := -std=c17 -Wall -Wextra -Wshadow -Wpointer-arith -Wstrict-prototypes \
                -Wmissing-prototypes -Wwrite-strings -Wvla -Wformat=2 -fno-common -pthread \
                $(if $(STRICT),-Werror) $(flags_$(VARIANT))
OUR_LIBS     := $(PKG_LIBS) -lcsv -pthread

SOURCES  := $(sort $(wildcard src/*/*.c))
OBJECTS  := $(SOURCES:src/%.c=$(B)/%.o) $(B)/builtin_files.o
LIBRARY  := $(filter-out $(B)/app/main.o,$(OBJECTS))
PATTERNS := $(shell find patterns -type f 2>/dev/null)

.DEFAULT_GOAL := all
.SECONDARY:
.DELETE_ON_ERROR:

.PHONY: all
all: build/$(PROGRAM) ## the program, build/mailtriage (release)

build/$(PROGRAM): build/release/$(PROGRAM)
	@ln -sf release/$(PROGRAM) $@

$(B)/$(PROGRAM): $(OBJECTS)
	$(CC) $(CFLAGS) $(OUR_CFLAGS) $(LDFLAGS) -o $@ $(OBJECTS) $(OUR_LIBS) $(LDLIBS)

build/%/$(PROGRAM):
	@$(MAKE) --no-print-directory VARIANT=$* build/$*/$(PROGRAM)

$(B)/%.o: src/%.c | libraries
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) -MMD -MP -c -o $@ $<

$(B)/builtin_files.c: src/rules/embed.sh $(PATTERNS)
	@mkdir -p $(@D)
	sh src/rules/embed.sh patterns > $@

$(B)/builtin_files.o: $(B)/builtin_files.c
	$(CC) $(CPPFLAGS) $(OUR_CPPFLAGS) $(CFLAGS) $(OUR_CFLAGS) -c -o $@ $<

-include $(wildcard build/*/*/*.d)

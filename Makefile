# Tsunagi. 'make' alone lists the targets; each installs what it needs and says so.

SHELL := /bin/bash -euo pipefail
BIN   := build/bin
GO    := go
TAGS  := desktop,production,webkit2_41
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
LDFLAGS := -s -w -X tsunagi/shared/version.Version=$(VERSION)
# Windows wants four numbers: those of the tag, if there is one, and the count of commits.
FILE_VERSION := $(shell git describe --tags --match 'v[0-9]*' 2>/dev/null | sed -nE 's/^v([0-9]+\.[0-9]+\.[0-9]+).*/\1/p' | grep . || echo 0.0.0).$(shell git rev-list --count HEAD 2>/dev/null || echo 0)
WINRES  := $(GO) run github.com/tc-hib/go-winres@v0.3.3 make --arch amd64 --file-version $(FILE_VERSION) --product-version $(VERSION)
MODULES := ./shared/... ./server/... ./desktop/... ./frontend/...

# A program with the race detector waits a second at its end, in case a goroutine that was
# left behind races still. The tests end hundreds of programs: a tenth is enough for that.
export GORACE ?= atexit_sleep_ms=100

.DEFAULT_GOAL := help
.PHONY: bench-desktop test-windows deps-wine linux windows icons deps-windows
.PHONY: help demo test check server desktop frontend bindings prompts fuzz faults canary guide screens \
        test-go test-frontend test-browser test-window test-pbx deps-go deps-window deps-browser deps-npm clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(if $(HEADLESS),,deps-window) server operator $(if $(HEADLESS),,desktop) ## a call from ringing to 決済OK, before your eyes (HEADLESS=1: without a window)
	HEADLESS=$(HEADLESS) build/demo.sh

test: check test-go test-frontend test-browser test-window test-windows test-pbx ## every test: Go with -race, frontend, real screens in Chromium, the real window, Windows under wine, a real PBX

check: bindings ## gofmt, vet, staticcheck, and whether generated files are up to date
	@test -z "$$(gofmt -l server shared desktop frontend/*.go)" || { echo "gofmt these:"; gofmt -l server shared desktop frontend/*.go; exit 1; }
	CGO_ENABLED=0 $(GO) vet $(MODULES)
	GOOS=windows CGO_ENABLED=0 $(GO) vet $(MODULES)
	cd server && CGO_ENABLED=0 $(GO) tool staticcheck ./... tsunagi/shared/...
	git diff --exit-code -- frontend/wailsjs

# More packages and tests at once than a small machine has processors: those of whole
# calls wait most of the time, as people and networks do.
AT_ONCE := -p 3 -parallel 4

test-go: deps-go ## every Go test but those of 'make pbx', with the race detector
	CGO_ENABLED=1 $(GO) test -race -shuffle=on -count=1 $(AT_ONCE) ./shared/... $$($(GO) list ./server/... | grep -v /e2e/pbx) ./desktop/...

test-frontend: deps-npm ## type check, lint and unit tests of the screens
	cd frontend && npm run check && npm run lint && npm test

test-browser: deps-browser server operator $(BIN)/tsunagi-dev ## the real screens in Chromium and WebKit, the real Go backend, a real SIP call
	cd frontend && npm run shift && npm run axe && npm run e2e

test-window: deps-browser desktop server operator ## the real window under Xvfb, photographed
	build/window.sh

# Of the server's packages, those whose files, folders and clocks are Windows' own. What
# opens a UDP or a unix socket cannot run: wine 8 refuses the option that Go sets on each
# UDP socket, and knows no unix sockets.
WINDOWS_TESTS := ./desktop/... ./shared/... ./server ./server/audit ./server/board ./server/call ./server/config \
                 ./server/identity ./server/secret ./server/store ./server/ws

test-windows: windows deps-wine ## the installer and the unit tests of both programs, as Windows programs under wine
	build/windows/test.sh $(WINDOWS_TESTS)
	build/windows/test.sh -run '^TestService' ./server/cmd/tsunagid
	build/windows/test-installer.sh
	build/windows/test-service.sh

bench-desktop: deps-browser desktop windows server operator $(BIN)/tsunagi-dev ## the desktop's figures (desktop/docs/performance.md), into build/bench/desktop.md
	build/bench-desktop.sh

faults: ## break payments on purpose: 10,000 pure days, 320 calls to a server that is killed (SEED=1)
	build/faults.sh $(or $(SEED),1)

canary: deps-go ## 200 calls with cards that must be found nowhere afterwards (half an hour)
	$(GO) test -count=1 -timeout 60m ./server/e2e -run '^TestNoDigitOfACardIsEverWritten$$|^TestCardsInTheServersMemory$$|^TestAnAbortedServerLeavesNoDump$$' -args -calls=200

test-pbx: ## the calls through a real Asterisk; left out where none can be made, except with CI=true
	build/need.sh compiler
	build/pbx.sh test-if-possible -parallel 4

.PHONY: bench
bench: ## the server against Asterisk, side by side (root, two idle processors; BENCH=quick: short forms)
	build/need.sh compiler pbx
	build/bench.sh

pbx: ## the calls through a real Asterisk (makes one of its own, once)
	build/need.sh compiler pbx
	build/pbx.sh test -parallel 4

picture: deps-browser desktop server operator ## desktop/docs/screen.png, from the real program
	PICTURE=desktop/docs/screen.png build/window.sh

.PHONY: soak
soak: ## 20,000 short calls, after which nothing is held that was not before (CALLS=20000)
	cd server && SOAK=$(or $(CALLS),20000) $(GO) test -count=1 -v -timeout 30m ./soak

guide: deps-browser server operator $(BIN)/tsunagi-dev ## the pictures of desktop/docs/operator.md, from the real program
	build/need.sh pictures
	cd frontend && npm run guide
	pngquant --force --ext .png --strip 128 -- desktop/docs/pictures/*.png

fuzz: ## every fuzz target for FUZZTIME each (10s)
	build/fuzz.sh $(or $(FUZZTIME),10s)

server: ## build/bin/tsunagid
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/tsunagid ./server/cmd/tsunagid

.PHONY: operator
operator: ## build/bin/operator, the scripted operator
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/operator ./desktop/cmd/operator

desktop: deps-window frontend ## build/bin/tsunagi, the desktop program
	$(GO) build -tags $(TAGS) -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/tsunagi ./desktop

linux: server desktop ## the server and the desktop program for this Linux

windows: deps-windows frontend ## tsunagi.exe, tsunagid.exe and the installer tsunagi-setup.exe, built on Linux
	$(WINRES) --in build/windows/tsunagi.winres.json --out desktop/rsrc
	$(WINRES) --in build/windows/tsunagid.winres.json --out server/cmd/tsunagid/rsrc
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 $(GO) build -tags desktop,production,wv2runtime.embed -trimpath \
	  -ldflags '$(LDFLAGS) -H windowsgui' -o $(BIN)/tsunagi.exe ./desktop
	GOOS=windows GOARCH=amd64 CGO_ENABLED=0 $(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/tsunagid.exe ./server/cmd/tsunagid
	makensis -V2 -DVERSION=$(VERSION) -DFILE_VERSION=$(FILE_VERSION) -DBIN=$(CURDIR)/$(BIN) \
	  -DWEBVIEW2=$$($(GO) list -f '{{.Dir}}' -m github.com/wailsapp/wails/v2)/internal/webview2runtime/MicrosoftEdgeWebview2Setup.exe build/windows/tsunagi.nsi

icons: ## every icon of the product, from build/icon/tsunagi.svg
	build/need.sh drawing
	build/icon/make.sh

frontend: deps-npm ## the screens, built into frontend/dist
	cd frontend && npm run build

bindings: ## frontend/wailsjs from the bound Go methods
	CGO_ENABLED=0 tsoutputtype=interfaces $(GO) run -tags bindings ./desktop

# The desktop as a development build: its methods and events reach any browser on
# 127.0.0.1. For tests only; never shipped.
.PHONY: $(BIN)/tsunagi-dev
$(BIN)/tsunagi-dev: deps-window frontend
	$(GO) build -tags dev,webkit2_41 -ldflags '$(LDFLAGS)' -o $@ ./desktop

prompts: ## the spoken prompts from their catalogue (VOICE=path of tohoku-f01-neutral.htsvoice)
	build/need.sh voices
	build/prompts/make.sh "$(VOICE)"

screens: deps-browser ## a picture of every screen on the fake backend, in build/screens
	cd frontend && npm run shots

deps-go: ; @build/need.sh compiler window telephone bus trace
deps-window: ; @build/need.sh window
deps-browser: deps-npm ; @build/need.sh browser window
deps-windows: deps-npm ; @build/need.sh windows
deps-wine: ; @build/need.sh wine
deps-npm: frontend/node_modules/.stamp
frontend/node_modules/.stamp: frontend/package-lock.json
	cd frontend && npm ci --no-audit --no-fund
	@touch $@

clean: ## remove what was built
	rm -rf $(BIN) build/demo build/screens frontend/dist/assets frontend/node_modules

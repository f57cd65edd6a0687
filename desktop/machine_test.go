package main

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"tsunagi/desktop/native"
	"tsunagi/desktop/server"
	"tsunagi/shared/message"
	"tsunagi/shared/wire"
)

// testTray is a notification area with room for one icon.
type testTray struct {
	mu      sync.Mutex
	options native.TrayOptions
	shown   bool
	mood    native.Mood
	words   string
}

func (n *testTray) open(options native.TrayOptions) (native.Tray, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.shown {
		return nil, errors.New("a second icon")
	}
	n.options, n.shown = options, true
	return n, nil
}

func (n *testTray) Show(mood native.Mood, words string) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mood, n.words = mood, words
	return nil
}

func (n *testTray) Close() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.shown = false
}

// testStartup is a system's list of what it starts.
type testStartup struct {
	on  bool
	err error
}

func (s *testStartup) Enabled() (bool, error) { return s.on, nil }

func (s *testStartup) Set(on bool) error {
	if s.err == nil {
		s.on = on
	}
	return s.err
}

func TestClosingHidesBehindTheTray(t *testing.T) {
	area, f := &testTray{}, &testFrame{visible: true}
	m := testMachine()
	m.tray, m.frame = area.open, f
	b := startAppOn(t, flags{ConfigDir: t.TempDir()}, m)
	if !b.State().Can.Tray || area.shown {
		t.Fatalf("at first: can %t, shown %t", b.State().Can.Tray, area.shown)
	}
	if b.leave() || !f.visible {
		t.Error("without the icon the window stayed")
	}
	settings := native.DefaultSettings()
	settings.Tray = true
	if err := b.SaveSettings(settings); err != nil {
		t.Fatal(err)
	}
	if !area.shown || area.options.OpenWords != message.TrayOpen {
		t.Fatalf("after the setting: %+v", area)
	}
	if !b.leave() || f.visible {
		t.Error("with the icon the window did not hide")
	}
	if area.options.Open(); !f.visible {
		t.Error("the icon did not bring the window back")
	}
	settings.Tray = false
	if err := b.SaveSettings(settings); err != nil {
		t.Fatal(err)
	}
	if area.shown || b.leave() {
		t.Error("the icon stayed after the setting")
	}
}

func TestTrayTellsHowThingsStand(t *testing.T) {
	area := &testTray{}
	language := native.LanguageJapanese
	icon := &trayIcon{open: area.open, log: quiet, language: func() string { return language }}
	icon.show(native.MoodReady) // before it is there
	icon.want(true)
	if area.mood != native.MoodReady || !strings.Contains(area.words, message.HeaderReady) {
		t.Errorf("got %s, %q", area.mood, area.words)
	}
	language = native.LanguageEnglish
	if icon.show(native.MoodSend); area.words != "Tsunagi\nSend the order." {
		t.Errorf("in English: got %q", area.words)
	}
	if icon.want(true); area.options.OpenWords != message.In(language, message.TrayOpen) || area.options.OpenWords == message.TrayOpen {
		t.Errorf("the menu in English: got %q", area.options.OpenWords)
	}
	icon.show(native.MoodPlain)
	if area.mood != native.MoodPlain || area.words != "Tsunagi" {
		t.Errorf("logged out: got %s, %q", area.mood, area.words)
	}
	without := &trayIcon{log: quiet}
	without.want(true)
	if without.show(native.MoodLost); without.shown() {
		t.Error("shown where there is no notification area")
	}
}

// The system's list is the truth: the person may have changed it elsewhere.
func TestStartWithSystem(t *testing.T) {
	list := &testStartup{on: true}
	m := testMachine()
	m.startup = list
	b := startAppOn(t, flags{ConfigDir: t.TempDir()}, m)
	if !b.State().Settings.StartWithSystem || !b.State().Can.StartWithSystem {
		t.Error("the system's list was not asked")
	}
	if err := b.SaveSettings(native.DefaultSettings()); err != nil || list.on {
		t.Errorf("switched off: got %t, %v", list.on, err)
	}
	list.err = errors.New("not allowed")
	settings := native.DefaultSettings()
	settings.StartWithSystem = true
	var refusal *wire.Error
	if err := b.SaveSettings(settings); !errors.As(err, &refusal) || refusal.Message != message.CannotStartWithSystem {
		t.Errorf("refused: got %v", err)
	}
}

func TestReturnCallIsToldByTheSystem(t *testing.T) {
	type shown struct {
		text string
		good bool
	}
	seen, answer := make(chan shown), make(chan error)
	fronts := make(chan struct{}, 10)
	d := &dialogs{
		front: func() { fronts <- struct{}{} }, log: quiet, language: func() string { return native.LanguageJapanese },
		show: func(_, text string, good bool) error { seen <- shown{text, good}; return <-answer },
	}
	notice := func(id message.ID) server.Event {
		return server.Event{Change: &wire.Change{Notice: &wire.Notice{MessageID: string(id), Message: id.Text(), TransactionID: "A-1"}}}
	}
	for _, id := range []message.ID{message.I402, message.F301, message.W406, message.I405} {
		d.event(notice(id))
	}
	d.event(server.Event{})
	var got []shown
	got = append(got, <-seen) // the second waits until the first is closed
	answer <- nil
	got = append(got, <-seen)
	answer <- errors.New("no display")
	want := []shown{{message.I402.Text() + "\n\n取引ID  A-1", true}, {message.I405.Text() + "\n\n取引ID  A-1", false}}
	if !slices.Equal(got, want) || len(fronts) != 2 {
		t.Errorf("got %+v with %d times to the front, want %+v", got, len(fronts), want)
	}
	(&dialogs{}).event(notice(message.I402)) // where the screens show them
}

func TestPresetOfTheInstaller(t *testing.T) {
	fingerprint := strings.Repeat("AB", 32)
	for _, test := range []struct{ name, preset, server, pin, notice string }{
		{"none", "", "", "", ""},
		{"server and certificate", `{"server":"a.example","fingerprint":"` + fingerprint + `"}`, "a.example:8443", strings.ToLower(fingerprint), ""},
		{"server alone", `{"server":"a.example:9","fingerprint":""}`, "a.example:9", "", ""},
		{"no address", `{"server":"a b","fingerprint":""}`, "", "", message.PresetRefused},
		{"no fingerprint", `{"server":"a.example","fingerprint":"xyz"}`, "", "", message.PresetRefused},
		{"no JSON", `{"server":"a"b"}`, "", "", message.PresetRefused},
	} {
		t.Run(test.name, func(t *testing.T) {
			f := flags{ConfigDir: t.TempDir(), presetFolder: t.TempDir()}
			if test.preset != "" {
				if err := os.WriteFile(filepath.Join(f.presetFolder, "preset.json"), []byte(test.preset), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			opened, err := openFiles(f, quiet)
			if err != nil {
				t.Fatal(err)
			}
			pin, err := opened.secrets.Pin(opened.settings.Settings().Server)
			if got := opened.settings.Settings().Server; got != test.server || pin != test.pin || opened.notice != test.notice || err != nil {
				t.Errorf("got %q pinned %q with %q, %v", got, pin, opened.notice, err)
			}
		})
	}
}

func TestForget(t *testing.T) {
	f := flags{ConfigDir: t.TempDir(), Server: "a:1", Trust: strings.Repeat("ab", 32)}
	opened, err := openFiles(f, quiet)
	if err != nil {
		t.Fatal(err)
	}
	if err := opened.secrets.SetToken(server.Owner{Address: "a:1", Merchant: "demo", User: "sato"}, "token"); err != nil {
		t.Fatal(err)
	}
	if err := forget(f); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(f.ConfigDir); !errors.Is(err, os.ErrNotExist) {
		left, _ := filepath.Glob(filepath.Join(f.ConfigDir, "*"))
		t.Errorf("left behind: %q", left)
	}
	if err := forget(f); err != nil {
		t.Errorf("once more: %v", err)
	}
}

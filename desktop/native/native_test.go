package native

import (
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"tsunagi/shared/message"
)

func TestSettingsAreKept(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "made", "on the way")
	file, notice, err := OpenSettings(folder)
	if err != nil || notice != "" || file.Settings() != DefaultSettings() {
		t.Fatalf("first start: got %+v, %q, %v", file, notice, err)
	}
	want := Settings{
		Server: "tsunagi.example:8443", MerchantID: "demo", UserID: "sato",
		Language: LanguageEnglish, Theme: ThemeDark, Sound: true, SoundVolume: 30, Sounds: Sounds{Lost: true},
		Tray: true, StartWithSystem: true,
	}
	places := Places{Full: Place{10, 20, 1280, 800, true}, Mini: Place{1, 2, 360, 180, false}}
	if err := errors.Join(file.Change(func(s *Settings) { *s = want }), file.SetPlaces(places)); err != nil {
		t.Fatal(err)
	}
	again, notice, err := OpenSettings(folder)
	if err != nil || notice != "" || again.Settings() != want || again.Places() != places {
		t.Errorf("second start: got %+v, %q, %v, want %+v", again.Settings(), notice, err, want)
	}
	wantMode(t, filepath.Join(folder, "settings.json"))
	if names, _ := filepath.Glob(filepath.Join(folder, "*")); len(names) != 1 {
		t.Errorf("files left over: %q", names)
	}
}

func TestDamagedSettingsAreSetAside(t *testing.T) {
	for _, test := range []struct{ name, content string }{
		{"cut off", `{"server":"tsu`},
		{"empty", ``},
		{"another shape", `[1,2]`},
		{"a theme that does not exist", `{"theme":"neon"}`},
		{"a language that does not exist", `{"language":"xx"}`},
		{"a volume out of range", `{"soundVolume":1000}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "settings.json")
			if err := os.WriteFile(path, []byte(test.content), 0o600); err != nil {
				t.Fatal(err)
			}
			file, notice, err := OpenSettings(folder)
			if err != nil || notice != message.SettingsDamaged || file.Settings() != DefaultSettings() {
				t.Errorf("got %+v, %q, %v, want the defaults and a notice", file.Settings(), notice, err)
			}
			if kept, err := os.ReadFile(path + ".damaged"); err != nil || string(kept) != test.content {
				t.Errorf("set aside: got %q, %v", kept, err)
			}
			if _, notice, _ := OpenSettings(folder); notice != "" {
				t.Errorf("told again: %q", notice)
			}
		})
	}
}

func TestSettingsOfOtherVersions(t *testing.T) {
	got, err := parseSettings([]byte(`{"server":"a:1","addedLater":true,"sounds":{"window":true}}`))
	want := content{Settings: DefaultSettings()}
	want.Server = "a:1"
	if err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
}

func TestChangeThatIsRefused(t *testing.T) {
	file, _, err := OpenSettings(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Change(func(s *Settings) { s.Theme = "neon" }); err == nil {
		t.Error("a theme that does not exist was kept")
	}
	if file.Settings() != DefaultSettings() {
		t.Errorf("got %+v, want the old settings", file.Settings())
	}
}

func TestPresetIsFollowedOnce(t *testing.T) {
	file, _, err := OpenSettings(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	follow := func(preset Preset, want bool, server string) {
		t.Helper()
		if got, err := file.FollowPreset(preset); got != want || err != nil || file.Settings().Server != server {
			t.Errorf("%+v: followed %t to %q, %v", preset, got, file.Settings().Server, err)
		}
	}
	first := Preset{Server: "a:1", Fingerprint: "ab"}
	follow(Preset{}, false, "")
	follow(first, true, "a:1")
	if err := file.Change(func(s *Settings) { s.Server = "elsewhere:1" }); err != nil {
		t.Fatal(err)
	}
	follow(first, false, "elsewhere:1")
	follow(Preset{Server: "a:1", Fingerprint: "cd"}, true, "a:1") // the certificate was renewed
}

func TestReadPreset(t *testing.T) {
	folder := t.TempDir()
	if got, err := ReadPreset(folder); got != (Preset{}) || err != nil {
		t.Errorf("without a file: got %+v, %v", got, err)
	}
	path := filepath.Join(folder, "preset.json")
	if err := os.WriteFile(path, []byte(`{"server":"a.example","fingerprint":"AB"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadPreset(folder); got != (Preset{"a.example", "AB"}) || err != nil {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := os.WriteFile(path, []byte(`{"server":"a"b"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := ReadPreset(folder); err == nil {
		t.Errorf("damaged: got %+v", got)
	}
}

func TestWorkstationIsMadeOnce(t *testing.T) {
	folder := t.TempDir()
	first, err := Workstation(folder)
	if err != nil {
		t.Fatal(err)
	}
	if raw, err := hex.DecodeString(first); err != nil || len(raw) != 16 {
		t.Errorf("got %q, want 32 hexadecimal digits", first)
	}
	if second, err := Workstation(folder); err != nil || second != first {
		t.Errorf("second start: got %q, %v, want %q", second, err, first)
	}
	if err := os.WriteFile(filepath.Join(folder, "workstation"), []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	if third, err := Workstation(folder); err != nil || third == first || len(third) != 32 {
		t.Errorf("after damage: got %q, %v, want a new name", third, err)
	}
}

// A folder that takes nothing: the program works on with what it has, and says so.
func TestFolderThatTakesNothing(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(file, "below")
	settings, notice, err := OpenSettings(folder)
	if err == nil || notice != message.CannotKeep || settings.Settings() != DefaultSettings() {
		t.Errorf("settings: got %q, %v", notice, err)
	}
	if settings.Change(func(s *Settings) { s.Theme = ThemeDark }) == nil {
		t.Error("a change was kept nowhere")
	}
	if name, err := Workstation(folder); len(name) != 32 || err == nil {
		t.Errorf("workstation: got %q, %v, want a name for this run and why it is not kept", name, err)
	}
}

// Windows has no such modes; there a folder under the user's profile is private.
func wantMode(t *testing.T, path string) {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 && runtime.GOOS != "windows" {
		t.Errorf("%s: mode %o, want 600", path, got)
	}
}

func FuzzParseSettings(f *testing.F) {
	f.Add([]byte(`{"server":"a:1","theme":"dark","soundVolume":5}`))
	f.Add([]byte(`{"theme":null,"soundVolume":-1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if settings, err := parseSettings(data); err == nil && settings.Check() != nil {
			t.Errorf("took settings that do not pass: %+v", settings)
		}
	})
}

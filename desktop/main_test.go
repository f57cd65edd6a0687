package main

import (
	"strings"
	"testing"

	"tsunagi/shared/wire"
)

func TestFlags(t *testing.T) {
	fingerprint := strings.Repeat("AB12 ", 16)
	tests := []struct {
		name     string
		flags    flags
		password string
		want     string // part of the error; empty where there is none
	}{
		{name: "none"},
		{name: "all", flags: flags{Server: "a.example", Trust: fingerprint, Login: "demo/sato"}, password: "p"},
		{name: "wrong server", flags: flags{Server: "a/b"}, want: "--server: a server is named"},
		{name: "wrong fingerprint", flags: flags{Trust: "AB12"}, want: "--trust: a fingerprint is 64"},
		{name: "login without a user", flags: flags{Login: "demo"}, password: "p", want: "--login: want MERCHANT/USER"},
		{name: "login without a password", flags: flags{Login: "demo/sato"}, want: "TSUNAGI_PASSWORD"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Setenv("TSUNAGI_PASSWORD", test.password)
			f := test.flags
			err := f.AfterApply()
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Fatalf("got %v, want %q", err, test.want)
			}
			if test.name != "all" {
				return
			}
			want := LoginForm{MerchantID: "demo", UserID: "sato", Password: "p", Entrance: wire.EntranceOperator}
			if f.Server != "a.example:8443" || f.Trust != strings.Repeat("ab12", 16) || *f.auto != want {
				t.Errorf("got %+v with login %+v", f, f.auto)
			}
		})
	}
}

func TestInstallationsRunSideBySide(t *testing.T) {
	mine := newProgram(flags{}, quiet).instance()
	demo := newProgram(flags{ConfigDir: "/demo"}, quiet).instance()
	if mine == demo {
		t.Error("two folders are taken for one installation")
	}
	if again := newProgram(flags{ConfigDir: "/demo"}, quiet).instance(); again != demo {
		t.Errorf("one folder has two names: %q, %q", again, demo)
	}
}

// What a person does by accident must not take the form away.
func TestWindowKeepsThePage(t *testing.T) {
	w := newProgram(flags{}, quiet).window()
	if w.EnableDefaultContextMenu || !w.DragAndDrop.DisableWebViewDrop || w.Windows.IsZoomControlEnabled ||
		!w.Windows.DisablePinchZoom || w.Windows.EnableSwipeGestures {
		t.Errorf("got %+v", w)
	}
	if w.Width != 1280 || w.Height != 800 || w.MinWidth != 1024 || w.MinHeight != 640 {
		t.Errorf("sizes: got %d×%d, at least %d×%d", w.Width, w.Height, w.MinWidth, w.MinHeight)
	}
}

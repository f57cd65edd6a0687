package control_test

import (
	"testing"

	"tsunagi/shared/deptest"
)

func TestDeps(t *testing.T) {
	deptest.Check(t, deptest.Rule{
		Why:    "it carries operations and knows none",
		Allow:  []string{deptest.Std, "tsunagi/server", "tsunagi/shared/wire", "github.com/Microsoft/go-winio"},
		OnlyIn: map[string]string{"github.com/Microsoft/go-winio": "socket_windows.go"},
	})
}

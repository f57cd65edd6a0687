package e2e

import (
	"os"
	"testing"

	"tsunagi/server/e2e/site"
)

func TestMain(m *testing.M) { os.Exit(site.Main(m)) }

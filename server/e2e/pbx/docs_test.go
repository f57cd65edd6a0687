package pbx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"tsunagi/server/config"
)

// What the documentation tells an administrator to write is what is tested here: each
// of its blocks stands in a template, comments left out.
func TestDocumentedConfigurationIsTheTestedOne(t *testing.T) {
	text, err := os.ReadFile("../../docs/pbx.md")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("../../../build/pbx/*.conf")
	if err != nil || len(files) == 0 {
		t.Fatalf("no templates: %v", err)
	}
	var templates []string
	for _, file := range files {
		template, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		templates = append(templates, settings(string(template)))
	}
	parts := strings.Split(string(text), "```ini\n")
	if len(parts) < 5 {
		t.Fatalf("%d blocks in the documentation", len(parts)-1)
	}
	for _, part := range parts[1:] {
		block, _, _ := strings.Cut(part, "```")
		if !strings.Contains(strings.Join(templates, "\n"), settings(block)) {
			t.Errorf("no template has this block of the documentation:\n%s", block)
		}
	}
}

// And what it tells to write into tsunagid.toml is read without a mistake.
func TestDocumentedSettingsOfTheServerAreRead(t *testing.T) {
	text, err := os.ReadFile("../../docs/pbx.md")
	if err != nil {
		t.Fatal(err)
	}
	blocks := strings.Split(string(text), "```toml\n")[1:]
	if len(blocks) < 3 {
		t.Fatalf("%d blocks in the documentation", len(blocks))
	}
	for _, block := range blocks {
		block, _, _ = strings.Cut(block, "```")
		if strings.Contains(block, `transport = "udp"`) {
			block += "[sip]\nplain_same_segment = true\n"
		}
		path := filepath.Join(t.TempDir(), "tsunagid.toml")
		if err := os.WriteFile(path, []byte(block), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := config.Read(path); err != nil {
			t.Errorf("%v\n%s", err, block)
		}
	}
}

// settings is a configuration without comments and empty lines.
func settings(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, ";")
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

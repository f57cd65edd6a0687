package native

import (
	"fmt"
	"strings"

	"github.com/danieljoos/wincred"
)

// keyringKeys lists what a service has in the keyring, which go-keyring does not. The
// names are as it makes them.
func keyringKeys(service string) ([]string, error) {
	all, err := wincred.List() // a filter that fits nothing is an error
	if err != nil {
		return nil, fmt.Errorf("list the credentials: %w", err)
	}
	var keys []string
	for _, credential := range all {
		if key, ours := strings.CutPrefix(credential.TargetName, service+":"); ours {
			keys = append(keys, key)
		}
	}
	return keys, nil
}

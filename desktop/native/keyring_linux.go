package native

import (
	"fmt"

	"github.com/godbus/dbus/v5"
)

// keyringKeys lists what a service has in the keyring, which go-keyring does not. The
// attributes are as it makes them; the rest is the Secret Service API 0.2.
func keyringKeys(service string) ([]string, error) {
	conn, err := dbus.ConnectSessionBus()
	if err != nil {
		return nil, fmt.Errorf("list the keyring: %w", err)
	}
	defer conn.Close() //nolint:errcheck // everything has been read
	const name = "org.freedesktop.secrets"
	var open, locked []dbus.ObjectPath
	err = conn.Object(name, "/org/freedesktop/secrets").
		Call("org.freedesktop.Secret.Service.SearchItems", 0, map[string]string{"service": service}).Store(&open, &locked)
	if err != nil {
		return nil, fmt.Errorf("list the keyring: %w", err)
	}
	var keys []string
	for _, item := range append(open, locked...) {
		value, err := conn.Object(name, item).GetProperty("org.freedesktop.Secret.Item.Attributes")
		if err != nil {
			return keys, fmt.Errorf("list the keyring: %w", err)
		}
		if attributes, ok := value.Value().(map[string]string); ok {
			keys = append(keys, attributes["username"])
		}
	}
	return keys, nil
}

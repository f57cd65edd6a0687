package native

import (
	"errors"
	"os"
	"os/exec"
	"testing"
)

// keyringChild is the environment variable of a test that runs itself again: which
// keyring a process uses is settled by other tests, which mock it.
const keyringChild = "TSUNAGI_TEST_KEYRING"

// The real Credential Manager.
func TestCredentialManager(t *testing.T) {
	if os.Getenv(keyringChild) == "" {
		child := exec.Command(os.Args[0], "-test.run=^TestCredentialManager$", "-test.v")
		child.Env = append(os.Environ(), keyringChild+"=1")
		if out, err := child.CombinedOutput(); err != nil {
			t.Errorf("%v\n%s", err, out)
		}
		return
	}
	secrets, why := OpenSecrets(t.TempDir())
	if why != nil {
		t.Fatal(why)
	}
	const a, b = "test-a.invalid:8443", "test-b.invalid:8443"
	if err := errors.Join(secrets.SetPin(a, "pin a"), secrets.SetToken(a, "token a"), secrets.SetToken(b, "token b"), secrets.RemoveToken(b)); err != nil {
		t.Fatal(err)
	}
	wantSecret(t, "pin a", secrets.Pin, a)
	wantSecret(t, "token a", secrets.Token, a)
	wantSecret(t, "", secrets.Token, b)
	// Not Forget: a person who runs this has entries of the program there.
	if err := errors.Join(secrets.RemovePin(a), secrets.RemoveToken(a)); err != nil {
		t.Fatal(err)
	}
	wantSecret(t, "", secrets.Pin, a)
}

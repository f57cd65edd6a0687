package native

import (
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
	must(t, why, secrets.SetPin(hostA, "pin a"))
	wantSecret(t, "pin a", secrets.Pin, hostA)
	takesOverAndLeavesNothing(t, secrets)
	// Not Forget: a person who runs this has entries of the program there.
	must(t, secrets.RemovePin(hostA))
	wantSecret(t, "", secrets.Pin, hostA)
}

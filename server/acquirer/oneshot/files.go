package oneshot

import (
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
)

// maxSecretFile is more than any file of accounts or keys needs.
const maxSecretFile = 1 << 20

// ReadSecret reads a file that only its owner can read; any other is refused, with
// renew as what else is to be done. Whoever has read the text wipes it.
func ReadSecret(path, renew string) (text []byte, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	info, err := file.Stat() // of the file that is open, whatever the path names by now
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is no file", path)
	}
	if mode := info.Mode().Perm(); runtime.GOOS != "windows" && mode&0o077 != 0 { // Windows has no such modes
		return nil, fmt.Errorf("%s is open to others than its owner (mode %04o) and may have been read: "+
			"run 'chmod 600 %s', and %s if others use this machine", path, mode, path, renew)
	}
	return io.ReadAll(io.LimitReader(file, maxSecretFile))
}

// Roots is the system's certificate authorities and those of a PEM file; nil means
// the system's alone, where no file is named.
func Roots(path string) (*x509.CertPool, error) {
	if path == "" {
		return nil, nil
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read the certificate authorities: %w", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		return nil, fmt.Errorf("read the system's certificate authorities: %w", err)
	}
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("read the certificate authorities: %s holds no certificate (PEM)", path)
	}
	return pool, nil
}

// Package pbx tests the server behind a real PBX: Asterisk 22, which build/pbx.sh makes
// and configures from the templates in build/pbx. Operators and customers are telephones
// that know the PBX only; what they key and hear goes through it. It has tests only.
//
//	customer ──┐                            ┌── desktop (WebSocket)
//	           ├── Asterisk ── trunk ── tsunagid
//	operator ──┘
//
// Each test has a site of its own: a network 127.x.y.0/24, an Asterisk, a server, its
// database. Where no PBX was made the tests are skipped and say so; with CI=true they
// fail.
//
// site_test.go puts a site together, pbx_test.go runs Asterisk, manager_test.go is its
// manager interface, telephone_test.go the telephones; the other files are named for
// what they prove.
package pbx

package identity

import (
	"time"

	"tsunagi/server"
	"tsunagi/shared/message"
)

// The times of the PCI policy (security.md section 4), and of temporary passwords
// under either.
const (
	idleLock     = 15 * time.Minute    // 8.2.8: without a key or a click
	dormantAfter = 90 * 24 * time.Hour // 8.2.6: an account that nobody uses
	temporaryFor = 24 * time.Hour      // 8.3.5: a password that someone else has set
)

const (
	shortestSeed    = 8
	shortestPCI     = 12 // 8.3.6
	longestPassword = 30
)

// errRulePCI is errRule with the policy's own length.
var errRulePCI = passwordRefused(message.PasswordRulePCI)

// policy is what a merchant asks of its users (product.md section 3).
type policy struct {
	pci   bool
	codes bool // of everybody
}

func policyOf(merchant ivr.Merchant) policy {
	return policy{merchant.PasswordPolicy == ivr.PolicyPCI, merchant.OperatorCodes}
}

// Shortest is the least that a new password of the merchant's users may have, in
// characters.
func Shortest(merchant ivr.Merchant) int { return policyOf(merchant).shortest() }

func (p policy) shortest() int {
	if p.pci {
		return shortestPCI
	}
	return shortestSeed
}

// check refuses a new password that breaks the rule.
func (p policy) check(password string) error {
	switch {
	case obeysRule(password, p.shortest()):
		return nil
	case p.pci:
		return errRulePCI
	}
	return errRule
}

// mustChange tells at a login whether its password has to be replaced first: one that
// someone else has set, and under the PCI policy one of 90 days or one from before the
// policy, which the rule would refuse now.
func (p policy) mustChange(credential ivr.Credential, password string, now time.Time) bool {
	return credential.Initial || p.pci && (isOld(credential, now) || !obeysRule(password, p.shortest()))
}

// wantsCode tells whether the role logs in with a one-time code (8.4.2). Under the PCI
// policy that is whoever sees the payments of others (product.md 3 names supervisors). A
// site may ask operators too, who see no card data; then nobody is left who is not asked.
func (p policy) wantsCode(role ivr.Role) bool { return p.codes || p.pci && role != ivr.RoleOperator }

// mustEnrol tells whether a user still lacks the authenticator that the codes come from.
func (p policy) mustEnrol(who account) bool {
	return p.wantsCode(who.user.Role) && len(who.credential.OneTimeSecret) == 0
}

// idle is after how long a desktop locks itself; 0: never.
func (p policy) idle() time.Duration {
	if p.pci {
		return idleLock
	}
	return 0
}

// dormant tells whether nobody has used the account for so long that it is disabled.
func (p policy) dormant(credential ivr.Credential, now time.Time) bool {
	if !p.pci {
		return false
	}
	used := credential.SetAt // an account that was never used ages from its first password
	for _, at := range []time.Time{credential.LastLoginAt, credential.ActiveAt} {
		if at.After(used) {
			used = at
		}
	}
	return !used.IsZero() && now.Sub(used) >= dormantAfter
}

// isOld tells whether a change of the password is recommended: 90 日以上.
func isOld(credential ivr.Credential, now time.Time) bool {
	return !credential.Initial && !credential.SetAt.IsZero() && now.Sub(credential.SetAt) >= passwordOld
}

// stale tells whether a temporary password has been left lying for too long.
func stale(credential ivr.Credential, now time.Time) bool {
	return credential.Initial && !credential.SetAt.IsZero() && now.Sub(credential.SetAt) >= temporaryFor
}

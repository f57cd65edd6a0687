package ws

import (
	"cmp"
	"time"

	"tsunagi/server"
	"tsunagi/server/identity"
	"tsunagi/shared/order"
	"tsunagi/shared/wire"
)

// sessionOf is a grant as the desktop gets it.
func sessionOf(grant identity.Grant, version string) wire.Session {
	settings := settingsOf(grant)
	return wire.Session{
		Token:                grant.Token,
		User:                 settings.User,
		Merchant:             settings.Merchant,
		PasswordMustChange:   grant.PasswordMustChange,
		PasswordIsOld:        grant.PasswordIsOld,
		ServerVersion:        version,
		OneTimeCodeMustEnrol: grant.OneTimeCodeMustEnrol,
		IdleLockSeconds:      settings.IdleLockSeconds,
		Locked:               grant.Locked,
	}
}

// settingsOf is what of a grant an administrator may change while its session goes on.
func settingsOf(grant identity.Grant) wire.Settings {
	merchant := grant.Merchant
	return wire.Settings{
		User: userOf(grant.User),
		Merchant: wire.Merchant{
			ID:                 string(merchant.ID),
			Name:               merchant.Name,
			LinkageMode:        string(merchant.Linkage),
			MemberID:           merchant.MemberID,
			PaymentCountChoice: merchant.PaymentCountChoice,
			Monitoring:         merchant.Monitoring,
			SecurityCode:       merchant.SecurityCode,
			SendWindowSeconds:  int(merchant.SendWindow / time.Second),
			TalkScript:         merchant.TalkScript,
			Channels:           merchant.Channels,
			Language:           cmp.Or(merchant.Language, order.Japanese),
			PasswordShortest:   identity.Shortest(merchant),
		},
		IdleLockSeconds: int(grant.IdleLock / time.Second),
	}
}

func userOf(user ivr.User) wire.User {
	entrance := wire.EntranceOperator
	if user.Role != ivr.RoleOperator {
		entrance = wire.EntranceSupervisor
	}
	return wire.User{
		ID:        string(user.Key.User),
		Comment:   user.Comment,
		Entrance:  entrance,
		IVRNumber: shown(user.IVRNumber),
		ReadOnly:  user.Role == ivr.RoleAuditor,
	}
}

// shown is a telephone number as it is written: 050-3000-1024. One that does not
// have the eleven digits of an IP telephone or a mobile stays as it is, since the
// length of an area code cannot be told from its digits alone.
func shown(number string) string {
	if len(number) != 11 || number[0] != '0' {
		return number
	}
	return number[:3] + "-" + number[3:7] + "-" + number[7:]
}

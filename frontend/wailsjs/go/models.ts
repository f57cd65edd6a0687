export namespace main {
	
	export interface Abilities {
	    keyring: boolean;
	    notifications: boolean;
	    tray: boolean;
	    startWithSystem: boolean;
	    dialogs: boolean;
	}
	export interface LoginForm {
	    merchantId: string;
	    userId: string;
	    password: string;
	    entrance: string;
	    oneTimeCode?: string;
	}
	export interface Shapes {
	    event: server.Event;
	    error: wire.Error;
	}
	export interface State {
	    version: string;
	    link: server.Link;
	    session?: wire.Session;
	    snapshot?: wire.Snapshot;
	    settings: native.Settings;
	    can: Abilities;
	    notice?: string;
	}

}

export namespace native {
	
	export interface Sounds {
	    window: boolean;
	    countdown: boolean;
	    result: boolean;
	    lost: boolean;
	}
	export interface Settings {
	    server: string;
	    merchantId: string;
	    userId: string;
	    language: string;
	    theme: string;
	    sound: boolean;
	    soundVolume: number;
	    sounds: Sounds;
	    notifications: boolean;
	    tray: boolean;
	    startWithSystem: boolean;
	    miniOnTop: boolean;
	}

}

export namespace order {
	
	export interface Form {
	    transactionId: string;
	    memberId: string;
	    amount: string;
	    paymentCount: string;
	    language?: string;
	}
	export interface Refusal {
	    field: string;
	    message: string;
	}

}

export namespace server {
	
	export interface Certificate {
	    fingerprint: string;
	    notBeforeMs: number;
	    notAfterMs: number;
	    changed: boolean;
	}
	export interface Link {
	    phase: string;
	    sinceMs: number;
	    offsetMs: number;
	    address: string;
	    certificate?: Certificate;
	    message: string;
	}
	export interface Event {
	    link?: Link;
	    session?: wire.Session;
	    loggedOut?: wire.LoggedOut;
	    snapshot?: wire.Snapshot;
	    change?: wire.Change;
	}

}

export namespace wire {
	
	export interface Call {
	    id: string;
	    operatorId: string;
	    state: string;
	    outcome: string;
	    arrivedAtMs: number;
	    stateAtMs: number;
	    deadlineAtMs: number;
	    transactionId: string;
	    amount: number;
	    paymentCount: string;
	    digits: number;
	    retriesLeft: number;
	    cardsLeft: number;
	    brand: string;
	    last4: string;
	    canAskAgain: boolean;
	    canAbort: boolean;
	    language?: string;
	    held?: boolean;
	}
	export interface Notice {
	    messageId: string;
	    message: string;
	    callId: string;
	    transactionId: string;
	}
	export interface Result {
	    callId: string;
	    atMs: number;
	    operatorId: string;
	    transactionId: string;
	    amount: number;
	    paymentCount: string;
	    outcome: string;
	    code: string;
	    message: string;
	    brand: string;
	    last4: string;
	}
	export interface Row {
	    callId: string;
	    number: number;
	    atMs: number;
	    operatorId: string;
	    transactionId: string;
	    point: string;
	    result: string;
	    code: string;
	    message: string;
	    ends: boolean;
	}
	export interface Change {
	    seq: number;
	    serverAtMs: number;
	    call?: Call;
	    row?: Row;
	    result?: Result;
	    notice?: Notice;
	}
	export interface Error {
	    code: string;
	    messageId?: string;
	    message: string;
	    refusals?: order.Refusal[];
	    reference?: string;
	}
	export interface Inquired {
	    transactionId: string;
	    outcome: string;
	    code: string;
	    message: string;
	    atMs: number;
	}
	export interface LoggedOut {
	    message: string;
	}
	export interface Merchant {
	    id: string;
	    name: string;
	    linkageMode: string;
	    memberId: boolean;
	    paymentCountChoice: boolean;
	    monitoring: boolean;
	    securityCode: boolean;
	    sendWindowSeconds: number;
	    talkScript: string;
	    channels: number;
	    language?: string;
	    passwordShortest?: number;
	}
	
	export interface OneTimeCodeSecret {
	    secret: string;
	    uri: string;
	}
	
	
	export interface User {
	    id: string;
	    comment: string;
	    entrance: string;
	    ivrNumber: string;
	    readOnly?: boolean;
	}
	export interface Session {
	    token: string;
	    user: User;
	    merchant: Merchant;
	    passwordMustChange: boolean;
	    passwordIsOld: boolean;
	    serverVersion: string;
	    oneTimeCodeMustEnrol?: boolean;
	    idleLockSeconds?: number;
	    locked?: boolean;
	}
	export interface SetPassword {
	    current: string;
	    new: string;
	    repeat: string;
	}
	export interface Snapshot {
	    seq: number;
	    serverAtMs: number;
	    calls: Call[];
	    rows: Row[];
	    results: Result[];
	}
	
	export interface UserState {
	    user: User;
	    presence: string;
	    sinceMs: number;
	    locked?: boolean;
	    disabled?: boolean;
	}

}


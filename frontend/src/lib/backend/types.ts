// What crosses between the Go side and the screens: generated from its bound
// methods (make bindings), and named here once for all who use it.
import type { main, native, order, server, wire } from "../../../wailsjs/go/models";

export type State = main.State;
export type Abilities = main.Abilities;
export type LoginForm = main.LoginForm;
export type Settings = native.Settings;
export type Sounds = native.Sounds;

export type BackendEvent = server.Event;
export type Link = server.Link;
export type Certificate = server.Certificate;

export type Form = order.Form;
export type Refusal = order.Refusal;

export type Session = wire.Session;
export type Merchant = wire.Merchant;
export type SetPassword = wire.SetPassword;
export type OneTimeCodeSecret = wire.OneTimeCodeSecret;
export type UserState = wire.UserState;
export type Snapshot = wire.Snapshot;
export type Change = wire.Change;
export type Call = wire.Call;
export type Row = wire.Row;
export type Result = wire.Result;
export type Notice = wire.Notice;
export type Inquired = wire.Inquired;
export type WireError = wire.Error;

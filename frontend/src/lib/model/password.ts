// What a new password must have, said while it is typed. The server decides: it
// alone knows the last four.

export interface PasswordRule {
  state: "met" | "unmet" | "open";
  text: string;
  note: string;
}

const minLength = 8;
const maxLength = 30;

/** passwordRules judges a new password and its repetition; repeat may still be empty. */
export function passwordRules(password: string, repeat: string): PasswordRule[] {
  const lengthMet = password.length >= minLength && password.length <= maxLength;
  const state = (met: boolean): PasswordRule["state"] => (met ? "met" : password === "" ? "open" : "unmet");
  return [
    { state: state(lengthMet), text: `${minLength}〜${maxLength}文字`, note: password === "" ? "" : `(いま${password.length}文字)` },
    { state: state(/[A-Za-z]/.test(password)), text: "半角英字を含む", note: "" },
    { state: state(/[0-9]/.test(password)), text: "数字を含む", note: "" },
    ...(isPlain(password) ? [] : [{ state: "unmet", text: "半角の英数字と記号だけが使えます", note: "" } as const]),
    repeatRule(password, repeat),
    { state: "open", text: "直近4回と同じ値は使えません", note: "(更新時に確認)" },
  ];
}

function repeatRule(password: string, repeat: string): PasswordRule {
  if (repeat === "") return { state: "open", text: "確認欄と一致", note: "" };
  if (password === repeat) return { state: "met", text: "確認欄と一致", note: "" };
  return { state: "unmet", text: "確認欄と一致していません", note: "" };
}

/** isPlain tells whether a password is made of printable ASCII without spaces. */
export function isPlain(password: string): boolean {
  return /^[!-~]*$/.test(password);
}

// The words of the operator guide and of the specification, to the letter.

export const ready = "正常にお取引可能です。";
export const lost = "予期せぬエラーが発生しました。管理者にお問合せください。";
export const countdown = /^(\d+)秒以内に決済情報を送信してください。$/;

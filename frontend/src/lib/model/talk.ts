// What the operator says about the security code before the transfer (operator
// guide 4-12). A merchant's own text replaces all of it.

export interface TalkPart {
  /** for whom it is; empty for everyone. */
  heading: string;
  /** to be said, in quotation marks. */
  say: string;
  remark: string;
}

export const talkTitle = "セキュリティコードのご案内";

export const builtInTalk: readonly TalkPart[] = [
  {
    heading: "",
    say: "「有効期限の入力ガイダンスの後、セキュリティコードのご入力ガイダンスが流れます。お客様のご利用のカードブランド(VISA/MASTER等)はどちらでしょうか?」",
    remark: "",
  },
  {
    heading: "アメックス以外の場合(VISA/MASTER/JCB/Diners Club)",
    say: "「カード裏面に3桁の数字をご確認いただけますか?そちらがセキュリティコードでございます。」",
    remark: "※7桁記載がある場合は、下3桁になります。(4桁 スペース 3桁で記載されています。)",
  },
  {
    heading: "アメリカン・エクスプレス(AMEX)の場合",
    say: "「カード表面の右上または左上に4桁の数字をご確認いただけますか?そちらがセキュリティコードでございます。」",
    remark: "※カードにより右上と左上の場合がございます。",
  },
];

/** talkOf is the script: the merchant's own, each paragraph a part, or the built-in one. */
export function talkOf(own: string): readonly TalkPart[] {
  const paragraphs = own.split(/\n\s*\n/).map((text) => text.trim()).filter((text) => text !== "");
  return paragraphs.length === 0 ? builtInTalk : paragraphs.map((say) => ({ heading: "", say, remark: "" }));
}

/** addressProblem says what is wrong with a server's address (host:port); empty when nothing is. */
export function addressProblem(address: string): string {
  if (address === "") return "サーバのアドレスを入力してください。";
  const port = Number(/^(?:\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(\d{1,5})$/.exec(address)?.[1] ?? 0);
  return port >= 1 && port <= 65535 ? "" : "「ホスト名:ポート番号」の形で入力してください。";
}

/** fingerprintLines writes 64 hex digits as people read them aloud: groups of four, eight to a line. */
export function fingerprintLines(fingerprint: string): string[] {
  const groups = fingerprint.toUpperCase().match(/.{1,4}/g) ?? [];
  const lines: string[] = [];
  for (let i = 0; i < groups.length; i += 8) lines.push(groups.slice(i, i + 8).join(" "));
  return lines;
}

// The fonts ship in more than a hundred pieces. A browser fetches one when a character
// of it is first to be shown, and then lays out and paints the whole window again: in
// the middle of a call, whenever a sentence comes for the first time.
import { english } from "$lib/words/english";

// By family and weight, as tokens.css names them. The weight of the first varies.
const faces = ["16px 'Noto Sans JP Variable'", "16px 'BIZ UDGothic'", "700 16px 'BIZ UDGothic'"];

/**
 * loadFaces fetches the pieces for all that the screens can say, once the first screen
 * has its own. One that fails is fetched when it is needed.
 */
export async function loadFaces(fonts: FontFaceSet): Promise<void> {
  await fonts.ready;
  const said = Object.entries(english).flat().join("");
  await Promise.allSettled(faces.map((face) => fonts.load(face, said)));
}

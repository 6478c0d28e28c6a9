// Photos that are chosen but not sent yet, seen at once. The browser's own line tells only their number, in its own
// language; it stays where this does not run.
const SIDE = 192; // of a small picture, in device pixels

for (const shot of document.querySelectorAll("label.shot")) {
  const input = shot.querySelector("input[type=file]");
  const chosen = shot.querySelector("output");
  shot.classList.add("shot--tap");
  input.addEventListener("change", () => show(input.files, chosen));
  show(input.files, chosen); // a page gone back to keeps its files
}

async function show(files, chosen) {
  const turn = (chosen.turn = (chosen.turn ?? 0) + 1);
  chosen.replaceChildren();
  if (!files.length) return;
  const count = files.length.toLocaleString(document.documentElement.lang);
  const said = document.createElement("b");
  said.textContent = chosen.dataset.said.replace("COUNT", count);
  chosen.append(said);
  // One after the other: a cheap phone has no memory for eight large photos side by side.
  for (const file of files) {
    const small = await drawn(file);
    if (turn !== chosen.turn) return; // chosen anew meanwhile
    chosen.append(small);
  }
}

async function drawn(file) {
  try {
    const photo = await createImageBitmap(file);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    const side = Math.min(photo.width, photo.height);
    const [left, top] = [(photo.width - side) / 2, (photo.height - side) / 2];
    canvas.getContext("2d").drawImage(photo, left, top, side, side, 0, 0, SIDE, SIDE);
    photo.close();
    return canvas;
  } catch {
    // What this browser cannot draw (HEIC) the shop still may: its name is enough.
    const name = document.createElement("small");
    name.textContent = file.name;
    return name;
  }
}
